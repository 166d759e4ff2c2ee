/* Whatever the bytes: a header that passes ends where it says, no shorter
 * beginning of it passes or is malformed, and what stands behind it changes
 * nothing. A beginning that is malformed stays so, whatever follows. */
#include "server/http/proxy_header.h"

#include <stdint.h>
#include <stdlib.h>

enum { LONGEST = 16 + PROXY_HEADER_BLOCK_MAX_BYTES, FEW = 300 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* From a copy, so that a sanitizer sees a read beyond it. */
static struct proxy_header read_copy(const uint8_t *data, size_t len)
{
    char *copy = malloc(len + 1);
    struct proxy_header header;

    if (copy == NULL)
        abort();
    if (len > 0)
        memcpy(copy + 1, data, len);
    header = proxy_header_read(span_from(copy + 1, len));
    free(copy);
    return header;
}

static bool same(const struct proxy_header *a, const struct proxy_header *b)
{
    return a->kind == b->kind && a->len == b->len && a->port == b->port &&
           address_equal(&a->source, &b->source);
}

static void check_whole(const uint8_t *data, size_t size,
                        const struct proxy_header *whole)
{
    struct proxy_header alone;

    if (whole->len < 15 || whole->len > LONGEST || whole->len > size ||
        (whole->kind == PROXY_HEADER_SOURCE) !=
            (whole->source.family != ADDRESS_NONE))
        abort();
    alone = read_copy(data, whole->len);
    if (!same(&alone, whole))
        abort();
}

/* Every beginning of what is whole or may become so is incomplete. */
static void check_beginnings(const uint8_t *data, size_t len)
{
    for (size_t cut = len > FEW ? len - FEW : 0; cut < len; cut++)
        if (read_copy(data, cut).kind != PROXY_HEADER_INCOMPLETE)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct proxy_header header = read_copy(data, size);

    switch (header.kind) {
    case PROXY_HEADER_INCOMPLETE:
        if (size >= LONGEST)
            abort();
        check_beginnings(data, size);
        break;
    case PROXY_HEADER_MALFORMED:
        if (header.fault == NULL)
            abort();
        for (size_t cut = 0; cut < size && cut < FEW; cut++)
            if (read_copy(data, cut).kind >= PROXY_HEADER_SOURCE)
                abort();
        break;
    case PROXY_HEADER_SOURCE:
    case PROXY_HEADER_UNKNOWN:
    case PROXY_HEADER_LOCAL:
        check_whole(data, size, &header);
        check_beginnings(data, header.len);
    }
    return 0;
}
