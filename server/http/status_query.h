/* status_query -- what of /status is asked for, as the URL says it: which hosts,
 * in which order, which page of them. Read from strangers' bytes, and written
 * into links. Pure.
 */
#ifndef SERVER_HTTP_STATUS_QUERY_H
#define SERVER_HTTP_STATUS_QUERY_H

#include "base/dns_name.h"
#include "base/strbuf.h"
#include "server/history/history_query.h"

enum {
    STATUS_HOSTS_PER_PAGE = 100,
    STATUS_EVENTS_PER_PAGE = 10, /* so that hosts are not far below them */
    STATUS_EVENTS_OF_HOST = 50,
    STATUS_PAGE_MAX = 1000000, /* beyond all hosts that there can be */
};

struct status_query {
    /* Not NUL-terminated, and whatever bytes they may be. */
    char search[HISTORY_SEARCH_MAX_BYTES];
    size_t search_len;
    /* Tell of this one alone: normalised, or as given if it can be no host. */
    char host[DNS_NAME_MAX];
    size_t host_len; /* 0: of all */
    enum history_order order;
    bool is_reversed;          /* the other way round than that order has it */
    uint32_t page, event_page; /* from 1 */
};

/* What is not understood counts as not there. */
void status_query_read(struct span query, struct status_query *out);

/* Appends the query of a URL that is read so again; what is as it is by itself
 * is left out, so it may be empty. */
void status_query_write(const struct status_query *query, struct strbuf *out);

#endif
