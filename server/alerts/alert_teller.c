#include "server/alerts/alert_teller.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>

enum { WHY_MAX_BYTES = 2048 };

unsigned alert_teller_ready(const struct alert_teller *teller, int64_t now_ms)
{
    unsigned ready = 0;

    for (unsigned i = 0; i < ALERT_SENDERS; i++)
        if ((teller->senders >> i & 1U) != 0 && teller->not_before[i] <= now_ms)
            ready |= 1U << i;
    return ready;
}

static void note_failure(struct alert_teller *teller,
                         const struct alert_topic *topic, const char *why)
{
    int64_t wait =
        backoff_fail(&teller->backoff[topic->sender], &teller->jitter);

    teller->not_before[topic->sender] = clock_now_ms() + wait;
    alert_metrics_note(teller->metrics, topic->sender, ALERT_NOT_SENT);
    log_event(LOG_LEVEL_WARN, "alert_not_sent",
              log_str("sender", alert_sender_word(topic->sender)),
              log_str("kind", alert_kind_word(topic->kind)),
              log_str("reason", why),
              log_uint("failures", teller->backoff[topic->sender].failures));
}

static bool send(struct alert_teller *teller, const struct alert_topic *topic,
                 const struct alert_entry *const *owed, size_t count,
                 int64_t date_s)
{
    const struct alert_message message = {
        .kind = topic->kind,
        .phase = topic->phase,
        .count = count,
        .entries = owed,
        .machine = teller->machine,
        .now = date_s,
    };
    struct strbuf why;
    bool sent;

    strbuf_init(&why, WHY_MAX_BYTES);
    sent =
        teller->send(teller->arg, topic->sender, &message, &why) == STATUS_OK;
    if (sent) {
        backoff_reset(&teller->backoff[topic->sender]);
        alert_metrics_note(teller->metrics, topic->sender, ALERT_SENT);
    } else {
        note_failure(teller, topic, strbuf_string(&why));
    }
    strbuf_clear(&why);
    return sent;
}

/* False: the sender is to be left alone. */
static bool tell_topic(struct alert_teller *teller, struct alert_ledger *ledger,
                       struct alert_deeds *deeds,
                       const struct alert_topic *topic, int64_t date_s)
{
    size_t count = alert_owed(ledger, topic, NULL);
    const struct alert_entry **owed;
    bool sent;

    if (count == 0 || !alert_may_tell(ledger, topic, date_s, teller->gap_s))
        return true;
    owed = calloc(count, sizeof(const struct alert_entry *));
    if (owed == NULL)
        return false;
    count = alert_owed(ledger, topic, owed);
    sent = send(teller, topic, owed, count, date_s);
    if (sent) {
        (void)alert_deeds_add(deeds, topic, owed, count, date_s);
        alert_deeds_enter(deeds, ledger);
    }
    free(owed);
    return sent;
}

/* Whether a message that takes its whole time is told before the word is lost. */
static bool fits(enum alert_sender sender, int64_t word_at)
{
    return clock_now_ms() + alert_sender_ms(sender) <= word_at + ALERT_TELL_MS;
}

void alert_teller_tell(struct alert_teller *teller, struct alert_ledger *ledger,
                       struct alert_deeds *deeds, int64_t date_s,
                       int64_t word_at)
{
    unsigned ready = alert_teller_ready(teller, clock_now_ms());

    for (unsigned i = 0; i < ALERT_SENDERS * ALERT_KINDS * ALERT_PHASES; i++) {
        const struct alert_topic topic = {
            (enum alert_sender)(i % ALERT_SENDERS),
            (enum alert_kind)(i / ALERT_SENDERS % ALERT_KINDS),
            (enum alert_phase)(i / ALERT_SENDERS / ALERT_KINDS),
        };

        if (atomic_load(teller->stopping))
            return;
        if ((ready >> topic.sender & 1U) != 0 &&
            (!fits(topic.sender, word_at) ||
             !tell_topic(teller, ledger, deeds, &topic, date_s)))
            ready &= ~(1U << topic.sender);
    }
}
