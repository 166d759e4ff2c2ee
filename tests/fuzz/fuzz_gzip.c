/* What lies in the journal's place may be anybody's: it is unpacked within its
 * limit, or refused; and what was unpacked, packed anew, is the same. */
#include "journal/gzip.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT_BYTES = 64 * 1024 };

static void pack_and_unpack(struct span text)
{
    struct strbuf packed, again;

    strbuf_init(&packed, 2 * LIMIT_BYTES);
    strbuf_init(&again, LIMIT_BYTES);
    if (gzip_pack(text, &packed) != STATUS_OK ||
        gzip_unpack(strbuf_span(&packed), &again) != STATUS_OK ||
        !span_equal(strbuf_span(&again), text))
        abort();
    strbuf_clear(&packed);
    strbuf_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct strbuf text;

    strbuf_init(&text, LIMIT_BYTES);
    if (gzip_unpack(span_from((const char *)data, size), &text) == STATUS_OK)
        pack_and_unpack(strbuf_span(&text));
    else if (text.len > 0 || !strbuf_ok(&text))
        abort();
    strbuf_clear(&text);
    return 0;
}
