/* Whatever the bytes: a head that passes ends where every reader says that it
 * does, and says once at most how long its body is; what stands behind it
 * changes nothing, and no part of it passes. */
#include "server/http/cross_site.h"
#include "server/http/request_head.h"
#include "server/http/request_target.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* How many lines of the head begin with this, in any letter case. */
static unsigned count_lines(const char *head, size_t len, const char *opening)
{
    size_t opening_len = strlen(opening);
    unsigned count = 0;

    for (size_t i = 1; i + opening_len <= len; i++)
        if (head[i - 1] == '\n' &&
            strncasecmp(head + i, opening, opening_len) == 0)
            count++;
    return count;
}

static void check_lines(const char *head, size_t len)
{
    unsigned lengths = count_lines(head, len, "content-length:");
    unsigned codings = count_lines(head, len, "transfer-encoding:");

    for (size_t i = 0; i < len; i++) {
        if (head[i] == '\0' ||
            (head[i] == '\n' && (i == 0 || head[i - 1] != '\r')) ||
            (head[i] == '\r' && (i + 1 == len || head[i + 1] != '\n')))
            abort();
    }
    if (lengths + codings > 1 || count_lines(head, len, "host:") > 1 ||
        count_lines(head, len, " ") > 0 || count_lines(head, len, "\t") > 0 ||
        count_lines(head, len, ":") > 0)
        abort();
}

/* From its first byte on, so that a sanitizer sees a read beyond it. */
static void check_cut(const char *head, size_t len)
{
    char *cut = malloc(len);
    struct request_head again;

    if (cut == NULL)
        abort();
    memcpy(cut, head, len);
    if (request_head_read(span_from(cut, len), &again) != NULL ||
        request_head_read(span_from(cut, len - 1), &again) == NULL)
        abort();
    free(cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *end;
    struct request_target target;
    struct request_head head;
    size_t before, len;

    if (request_head_read(span_from(text, size), &head) != NULL)
        return 0;
    before = size > 1 && text[0] == '\r' ? 2 : 0; /* an empty line */
    end = memmem(text + before, size - before, "\r\n\r\n", 4);
    if (end == NULL)
        abort();
    len = (size_t)(end - text) + 4;
    check_lines(text, len);
    check_cut(text, len);
    request_target_read(head.method, head.target, &target);
    cross_site_origin_is_foreign(head.target, head.host);
    if (target.path.len + target.authority.len > head.target.len)
        abort();
    return 0;
}
