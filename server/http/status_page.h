/* status_page -- the operator's page, and that of one host for the operator, made
 * of what the history answered. Pure.
 */
#ifndef SERVER_HTTP_STATUS_PAGE_H
#define SERVER_HTTP_STATUS_PAGE_H

#include "base/status.h"
#include "server/history/history_query.h"
#include "server/http/status_query.h"
#include "server/state/alert_board.h"
#include "server/state/health.h"

/* What is borrowed for the making of a page. */
struct status_view {
    const struct status_query *query;
    const struct health *health;
    const struct table_origin *origin; /* of the table in service; NULL: not
                                          known */
    int64_t now;                       /* seconds since 1970 */
    /* The answers: each of the question that it is named for, with STATUS_OK. */
    const struct history_query *hosts, *recent, *service;
    const struct alert_list *alerts; /* NULL: alerts are off */
};

enum { STATUS_PAGE_MAX_BYTES = 4 * 1024 * 1024 };

/* Appends the page. Statuses as of page_fill(). */
NODISCARD enum status status_page_write(const struct status_view *view,
                                        struct strbuf *out);

/* The page of the one host that `answer` (HISTORY_HOST, with STATUS_OK) is
 * about; the way back leads to what else the query says. `alerts` as above. */
NODISCARD enum status status_page_write_host(const struct status_query *query,
                                             const struct history_query *answer,
                                             const struct alert_list *alerts,
                                             int64_t now, struct strbuf *out);

#endif
