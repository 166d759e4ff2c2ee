/* Whatever the page: an address that is found in it is of the family that was
 * asked for, and means the same when it is written and read again; and who finds
 * none says why, or that there is none. */
#include "cli/ip_reply.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct span page, enum address_family family)
{
    struct address found = {.family = ADDRESS_NONE}, again;
    char text[ADDRESS_TEXT_MAX];
    struct strbuf fault;

    strbuf_init(&fault, 4096);
    switch (ip_reply_read(page, family, &found, &fault)) {
    case STATUS_OK:
        if (found.family != family || fault.len > 0 ||
            !address_parse(span_from(text, address_format(&found, text)),
                           &again) ||
            !address_equal(&again, &found))
            abort();
        break;
    case STATUS_INVALID:
        if (fault.len == 0)
            abort();
        break;
    case STATUS_NOT_FOUND:
        if (found.family != ADDRESS_NONE)
            abort();
        break;
    default: /* memory */
        abort();
    }
    strbuf_clear(&fault);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span page = span_from((const char *)data, size);

    check(page, ADDRESS_IPV4);
    check(page, ADDRESS_IPV6);
    return 0;
}
