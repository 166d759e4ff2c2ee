/* alerts -- the thread that tells the operator. Now and then it reads the ledger of
 * all copies (alert_ledger.h), enters what it sees, and tells what is to be told if
 * it has the word (alert_round.h). It has a store and senders of its own, so that a
 * slow mail delays nothing else.
 */
#ifndef SERVER_ALERTS_ALERTS_H
#define SERVER_ALERTS_ALERTS_H

#include "base/metric_text.h"
#include "server/alerts/alert_round.h"
#include "server/alerts/alert_settings.h"
#include "server/state/alert_board.h"

struct alerts;

/* Fills in how this server is, but for the times. */
typedef void alert_facts_fn(void *arg, struct alert_facts *facts);

/* All are borrowed and must outlive the alerts; both functions are called on their
 * thread. */
struct alerts_parts {
    const struct alert_settings *settings;
    const char *state; /* where the ledger is kept (object_store.h) */
    const struct aws_config *aws;
    struct alert_board *board;
    alert_facts_fn *facts;
    void *facts_arg;
    alert_scan_fn *scan; /* of the hosts; refusals are filled in already */
    void *scan_arg;
};

/* What it counts is registered in `metrics`. NULL: memory, or the kernel's
 * randomness, is short. */
struct alerts *alerts_new(const struct alerts_parts *parts,
                          struct metric_registry *metrics);
void alerts_free(struct alerts *alerts); /* NULL is allowed */

NODISCARD enum status alerts_start(struct alerts *alerts);

/* Says that the end is near: nothing new is begun. */
void alerts_ask_to_stop(struct alerts *alerts);

/* Ends the thread: what is being sent is sent, and written down, if that is done
 * by `deadline_at` (clock_now_ms). */
void alerts_stop(struct alerts *alerts, int64_t deadline_at);

#endif
