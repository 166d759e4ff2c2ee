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
    const atomic_bool *stopping; /* it then ends after the message under way */
    struct alert_metrics *metrics;
    struct jitter jitter;
    struct backoff backoff[ALERT_SENDERS]; /* with first_ms and cap_ms */
    int64_t not_before[ALERT_SENDERS];     /* clock_now_ms() */
};

/* The senders that would try now. */
unsigned alert_teller_ready(const struct alert_teller *teller, int64_t now_ms);

/* What is told has to be told, and written down, while this copy has the word, by the
 * clocks of the others too: so there is half of that time for the telling. */
enum { ALERT_TELL_MS = ALERT_WORD_SECONDS * 1000 / 2 };

/* Tells what is owed by the ledger, in which it is entered, as it is in `deeds`. The
 * word was taken at `word_at` (clock_now_ms): no message is begun that could take
 * longer than until ALERT_TELL_MS after that. What is left is for the next time. */
void alert_teller_tell(struct alert_teller *teller, struct alert_ledger *ledger,
                       struct alert_deeds *deeds, int64_t date_s,
                       int64_t word_at);

#endif
