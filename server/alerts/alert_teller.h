/* alert_teller -- sends what is owed, when this copy has the word: one message for
 * all alerts of a kind that have begun, or ended. A sender that fails is left alone
 * for a while, longer each time (backoff.h).
 */
#ifndef SERVER_ALERTS_ALERT_TELLER_H
#define SERVER_ALERTS_ALERT_TELLER_H

#include "base/backoff.h"
#include "server/alerts/alert_metrics.h"
#include "server/alerts/alert_senders.h"
#include "server/alerts/alert_telling.h"

/* alert_senders_send(), or what stands in for it. */
typedef enum status alert_send_fn(void *arg, enum alert_sender sender,
                                  const struct alert_message *message,
                                  struct strbuf *why);

struct alert_teller {
    alert_send_fn *send;
    void *arg;
    unsigned senders; /* that are set */
    int64_t gap_s;    /* between two messages of one kind */
    const char *machine;
    struct alert_metrics *metrics;
    struct jitter jitter;
    struct backoff backoff[ALERT_SENDERS]; /* with first_ms and cap_ms */
    int64_t not_before[ALERT_SENDERS];     /* clock_now_ms() */
};

/* The senders that would try now. */
unsigned alert_teller_ready(const struct alert_teller *teller, int64_t now_ms);

/* Tells what is owed by the ledger, in which it is entered, as it is in `deeds`.
 * Ends before the word is lost; what is left is for the next time. *stopping ends
 * it after the message under way. */
void alert_teller_tell(struct alert_teller *teller, struct alert_ledger *ledger,
                       struct alert_deeds *deeds, int64_t date_s,
                       const atomic_bool *stopping);

#endif
