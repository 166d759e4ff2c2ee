/* alert_round -- what one copy of the server does with the ledger, each time that
 * it has read it: it enters what it has told, what it sees, and what it knows of
 * the hosts; and takes the word, if there is something to be told. Pure.
 *
 * How copies agree who tells: each writes the ledger only if nobody has written
 * since it was read, and tells only when it has written that it has the word. What
 * it has told it writes down as it gives the word back. So each thing is told once
 * by each sender. It is told twice only if whoever has the word dies between the
 * telling and the writing, or is cut off from the store for longer than
 * ALERT_WORD_SECONDS; then another takes the word.
 */
#ifndef SERVER_ALERTS_ALERT_ROUND_H
#define SERVER_ALERTS_ALERT_ROUND_H

#include "server/alerts/alert_conditions.h"
#include "server/alerts/alert_hosts.h"
#include "server/alerts/alert_telling.h"

/* Calls alert_hosts_see() for each host of the table in service. The caller has
 * filled ledger and now, and it fills the rest. False: not all of them were told of,
 * so that nothing follows from one's being left out. */
typedef bool alert_scan_fn(void *arg, struct alert_hosts_scan *scan);

struct alert_round {
    const char *copy; /* who we are: ALERT_COPY_LEN hex digits */
    int64_t date_s;
    int64_t after_s;        /* alert_conditions.h */
    unsigned senders;       /* all that are set */
    unsigned ready_senders; /* of them, those that would try now */
    const struct alert_observation *observed;
    size_t observed_count;
    const struct alert_deeds *deeds;
    alert_scan_fn *scan;
    void *scan_arg;
};

/* Does it. Returns whether this copy has the word, once the ledger is written. */
bool alert_round_apply(const struct alert_round *round,
                       struct alert_ledger *ledger);

/* The second half: enters what was told, and gives the word back. */
void alert_round_finish(const struct alert_round *round,
                        struct alert_ledger *ledger);

#endif
