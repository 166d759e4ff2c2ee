/* alert_eyes -- what the alerts' thread sees: of this server by its health and its
 * counts, of the hosts by the history.
 */
#ifndef SERVER_ALERTS_ALERT_EYES_H
#define SERVER_ALERTS_ALERT_EYES_H

#include "server/alerts/alert_conditions.h"
#include "server/alerts/alert_hosts.h"
#include "server/dns/dns_metrics.h"
#include "server/history/history.h"
#include "server/state/health.h"
#include "server/table/table_metrics.h"

/* What a copy has heard others read in the store so many times seal_s later: it waits
 * for the next object, and then for the putting of it. */
enum { ALERT_UNREAD_SEALS = 2 };

/* A copy that has not been heard of for so long (in spans of after_s) has gone, and
 * what it was told last with it; until then nobody is called silent by what was not
 * heard since. */
enum { ALERT_COPY_GONE_SPANS = 12 };

/* All borrowed. */
struct alert_eyes {
    const struct health *health;
    const struct dns_metrics *dns;
    const struct table_metrics *table;
    struct login_attacks *attacks;
    struct history *history;
    int64_t after_s;
    int64_t seal_s; /* `seconds` of history_settings.h */
    struct login_attack attacked[LOGIN_ATTACKS_MAX]; /* as last read */
};

/* alert_facts_fn and alert_scan_fn (alerts.h), with the eyes. */
void alert_eyes_facts(void *eyes, struct alert_facts *facts);
bool alert_eyes_scan(void *eyes, struct alert_hosts_scan *scan);

/* Until when the calls of all copies are known, in seconds since 1970, if view->as_of
 * is not 0. */
int64_t alert_eyes_as_of(const struct alert_eyes *eyes,
                         const struct history_view *view, int64_t now_ms);

#endif
