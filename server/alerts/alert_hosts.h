/* alert_hosts -- which hosts are silent, and which are refused again and again:
 * the alerts that all copies can judge alike, by what the history knows. Pure.
 *
 * A host is silent when no authentic call came for longer than its expect_within
 * allows. Only silence counts that this server could have heard: from when it is
 * in touch with the store, which tells it what the others hear, up to the moment
 * until which it has read what they wrote. So a server that has just started, or
 * was cut off, accuses nobody. What the ledger holds already stays, until the host
 * is known to have called, or is no longer expected to.
 */
#ifndef SERVER_ALERTS_ALERT_HOSTS_H
#define SERVER_ALERTS_ALERT_HOSTS_H

#include "server/alerts/alert_ledger.h"

/* What is known of one host of the table in service. Times: seconds since 1970; 0:
 * never. */
struct alert_host {
    struct span name;
    uint32_t expect_within_s; /* 0: whenever it likes */
    int64_t called_at;        /* last, whatever came of it */
    int64_t accessed_at;      /* last, with the right credentials */
    uint32_t refusals;        /* in a row */
    struct span outcome;      /* of the last call; may be empty */
};

/* One look at all hosts. */
struct alert_hosts_scan {
    struct alert_ledger *ledger;
    int64_t now;
    int64_t as_of;          /* until then all calls are known */
    int64_t in_touch_since; /* 0: it is not, so nothing begins */
    uint32_t refusals;      /* in a row, that are too many; 0: none are */
    unsigned number;        /* of the scan: these two are the module's */
    size_t unnamed[ALERT_HOST_KINDS];
};

/* The caller has filled it up to `refusals`. */
void alert_hosts_begin(struct alert_hosts_scan *scan);
void alert_hosts_see(struct alert_hosts_scan *scan,
                     const struct alert_host *host);
/* All have been seen: hosts of which there are alerts, and that are in no table any
 * more, are done with. */
void alert_hosts_end(struct alert_hosts_scan *scan);

#endif
