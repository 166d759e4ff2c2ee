/* alert_senders -- by what alerts are told: a topic of Amazon SNS, a webhook, a
 * program; those of them that are set. One thread; each message is one attempt, and
 * waits for its end.
 */
#ifndef SERVER_ALERTS_ALERT_SENDERS_H
#define SERVER_ALERTS_ALERT_SENDERS_H

#include "aws/aws_client.h"
#include "server/alerts/alert_message.h"
#include "server/alerts/alert_settings.h"

#include <stdatomic.h>

/* The limits of one message; each is to fit into ALERT_TELL_MS (alert_teller.h). */
enum {
    ALERT_SNS_MS = 10000,
    ALERT_WEBHOOK_MS = 10000,
    ALERT_COMMAND_MS = 30000,
};

/* That of this sender. */
int64_t alert_sender_ms(enum alert_sender sender);

struct alert_senders;

/* All are borrowed. NULL: memory is short. While *is_abandoned, nothing is sent,
 * and what is under way is given up; alert_senders_wake() says that it has become
 * so. */
struct alert_senders *alert_senders_new(const struct alert_settings *settings,
                                        const struct aws_config *config,
                                        const atomic_bool *is_abandoned);
void alert_senders_free(struct alert_senders *senders);

/* What its client counts; for metric_register(). */
const struct aws_metrics *alert_senders_metrics(
    const struct alert_senders *senders);

/* Which are set, as bits 1 << enum alert_sender. */
unsigned alert_senders_set(const struct alert_senders *senders);

/* STATUS_OK: the message was taken. Else `why` has the reason in words. */
NODISCARD enum status alert_senders_send(struct alert_senders *senders,
                                         enum alert_sender sender,
                                         const struct alert_message *message,
                                         struct strbuf *why);

/* Any thread. */
void alert_senders_wake(struct alert_senders *senders);

#endif
