#include "server/alerts/alert_senders.h"

#include "aws/sns.h"
#include "aws/web_hook.h"
#include "server/alerts/alert_command.h"

#include <stdlib.h>

enum { POLL_MS = 1000 };

struct alert_senders {
    const struct alert_settings *settings;
    const struct aws_config *config;
    const atomic_bool *is_abandoned;
    struct aws_client *client;
};

int64_t alert_sender_ms(enum alert_sender sender)
{
    static const int64_t limits[ALERT_SENDERS] = {
        [ALERT_BY_SNS] = ALERT_SNS_MS,
        [ALERT_BY_WEBHOOK] = ALERT_WEBHOOK_MS,
        [ALERT_BY_COMMAND] = ALERT_COMMAND_MS,
    };

    return limits[sender];
}

struct alert_senders *alert_senders_new(const struct alert_settings *settings,
                                        const struct aws_config *config,
                                        const atomic_bool *is_abandoned)
{
    struct alert_senders *senders = malloc(sizeof *senders);

    if (senders == NULL)
        return NULL;
    *senders = (struct alert_senders){settings, config, is_abandoned,
                                      aws_client_new(config)};
    if (senders->client != NULL)
        return senders;
    free(senders);
    return NULL;
}

void alert_senders_free(struct alert_senders *senders)
{
    if (senders == NULL)
        return;
    aws_client_free(senders->client);
    free(senders);
}

const struct aws_metrics *alert_senders_metrics(
    const struct alert_senders *senders)
{
    return aws_client_metrics(senders->client);
}

unsigned alert_senders_set(const struct alert_senders *senders)
{
    const struct alert_settings *settings = senders->settings;

    return (settings->topic != NULL ? 1U << ALERT_BY_SNS : 0) |
           (settings->webhook != NULL ? 1U << ALERT_BY_WEBHOOK : 0) |
           (settings->command != NULL ? 1U << ALERT_BY_COMMAND : 0);
}

void alert_senders_wake(struct alert_senders *senders)
{
    aws_client_wakeup(senders->client);
}

/* --- SNS -------------------------------------------------------------------------
 */

struct publishing {
    enum status status;
    bool done;
    struct strbuf *why;
};

static void published(void *arg, const struct aws_reply *reply)
{
    struct publishing *publishing = arg;

    publishing->done = true;
    publishing->status = reply->status;
    if (reply->status != STATUS_OK)
        strbuf_printf(publishing->why, "%s%s%s", reply->code,
                      reply->code[0] == '\0' ? "" : ": ", reply->message);
}

static enum status publish(struct alert_senders *senders, struct span title,
                           struct span text, struct strbuf *why)
{
    struct publishing publishing = {STATUS_UNAVAILABLE, false, why};
    enum status status =
        sns_publish(senders->client, senders->settings->topic, title, text,
                    ALERT_SNS_MS, published, &publishing);

    if (status != STATUS_OK)
        return status;
    while (!publishing.done && !atomic_load(senders->is_abandoned))
        aws_client_poll(senders->client, POLL_MS);
    if (!publishing.done)
        strbuf_append_string(why, "the server stops");
    return publishing.status;
}

static enum status send_to_topic(struct alert_senders *senders,
                                 const struct alert_message *message,
                                 struct strbuf *why)
{
    enum status status = STATUS_NOMEM;
    struct strbuf title, text;

    strbuf_init(&title, ALERT_MESSAGE_MAX_BYTES);
    strbuf_init(&text, ALERT_MESSAGE_MAX_BYTES);
    alert_message_title(message, &title);
    alert_message_text(message, &text);
    if (strbuf_ok(&title) && strbuf_ok(&text))
        status = publish(senders, strbuf_span(&title), strbuf_span(&text), why);
    strbuf_clear(&title);
    strbuf_clear(&text);
    return status;
}

/* --- the others ------------------------------------------------------------------
 */

static enum status send_to_webhook(struct alert_senders *senders,
                                   const struct alert_message *message,
                                   struct strbuf *why)
{
    const struct web_hook hook = {
        .url = senders->settings->webhook,
        .secret = senders->settings->webhook_secret,
        .ca_bundle = senders->config->ca_bundle,
        .timeout_ms = ALERT_WEBHOOK_MS,
        .is_abandoned = senders->is_abandoned,
    };
    enum status status = STATUS_NOMEM;
    char fault[WEB_HOOK_FAULT_MAX];
    struct strbuf document;

    strbuf_init(&document, ALERT_MESSAGE_MAX_BYTES);
    if (alert_message_json(message, &document)) {
        status = web_hook_post(&hook, strbuf_span(&document), fault);
        strbuf_append_string(why, fault);
    }
    strbuf_clear(&document);
    return status;
}

static enum status send_to_command(struct alert_senders *senders,
                                   const struct alert_message *message,
                                   struct strbuf *why)
{
    const struct alert_command command = {
        senders->settings->command, ALERT_COMMAND_MS, senders->is_abandoned};

    return alert_command_run(&command, message, why);
}

enum status alert_senders_send(struct alert_senders *senders,
                               enum alert_sender sender,
                               const struct alert_message *message,
                               struct strbuf *why)
{
    enum status status = STATUS_INVALID;

    switch (sender) {
    case ALERT_BY_SNS:
        status = send_to_topic(senders, message, why);
        break;
    case ALERT_BY_WEBHOOK:
        status = send_to_webhook(senders, message, why);
        break;
    case ALERT_BY_COMMAND:
        status = send_to_command(senders, message, why);
        break;
    case ALERT_SENDERS:
        break;
    }
    if (status == STATUS_NOMEM)
        strbuf_append_string(why, "out of memory");
    else if (status != STATUS_OK && strbuf_span(why).len == 0)
        strbuf_append_string(why, status_name(status));
    return status;
}
