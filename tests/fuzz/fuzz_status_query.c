/* Whatever the query of a URL: what is read of it is what is read of the link that
 * is written of it, and nothing in that link ends an attribute. */
#include "server/http/status_query.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write(const struct status_query *query, struct strbuf *out)
{
    strbuf_init(out, 8192);
    status_query_write(query, out);
    if (!strbuf_ok(out) || strpbrk(strbuf_string(out), "<>\"'` #") != NULL)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct status_query query, again;
    struct strbuf link, same;

    status_query_read(span_from((const char *)data, size), &query);
    if (query.page < 1 || query.page > STATUS_PAGE_MAX ||
        query.event_page < 1 || query.search_len > HISTORY_SEARCH_MAX_BYTES ||
        query.host_len > DNS_NAME_MAX)
        abort();
    write(&query, &link);
    status_query_read(strbuf_span(&link), &again);
    write(&again, &same);
    if (!span_equal(strbuf_span(&link), strbuf_span(&same)))
        abort();
    strbuf_clear(&link);
    strbuf_clear(&same);
    return 0;
}
