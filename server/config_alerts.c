#include "server/config_alerts.h"

#include "aws/topic_arn.h"
#include "aws/web_hook.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WORDS_MAX_BYTES = 512, SECRET_MAX_BYTES = 256 };

/* --- reading -------------------------------------------------------------------
 */

static const char *text_of(const struct variable *variable,
                           struct config_source *source)
{
    return config_source_get(source, variable->name);
}

static void take(const struct variable *variable, struct config_source *source,
                 const char *fault, char **place)
{
    if (fault == NULL && config_source_get(source, "DYNDNS_STATE") == NULL)
        fault = "is set, but not DYNDNS_STATE, where it would be kept what was "
                "told: set both, or neither";
    if (fault != NULL)
        config_source_fault_words(source, variable->name, fault);
    else
        *place = config_source_copy(
            source, span_from_string(text_of(variable, source)));
}

static void read_topic(const struct variable *variable, struct config *config,
                       struct config_source *source)
{
    const char *text = text_of(variable, source);

    if (text != NULL)
        take(variable, source, topic_arn_fault(text), &config->alerts.topic);
}

static void read_webhook(const struct variable *variable, struct config *config,
                         struct config_source *source)
{
    const char *text = text_of(variable, source);

    if (text != NULL)
        take(variable, source, web_hook_url_fault(text),
             &config->alerts.webhook);
}

static void read_secret(const struct variable *variable, struct config *config,
                        struct config_source *source)
{
    const char *text = text_of(variable, source);

    if (text != NULL)
        take(variable, source,
             strlen(text) > SECRET_MAX_BYTES ? "is longer than 256 characters"
                                             : NULL,
             &config->alerts.webhook_secret);
}

static void read_command(const struct variable *variable, struct config *config,
                         struct config_source *source)
{
    const char *text = text_of(variable, source);

    if (text != NULL)
        take(variable, source,
             text[0] == '/' ? NULL
                            : "must be the whole path of a program, from / on, "
                              "without arguments",
             &config->alerts.command);
}

/* --- describing ------------------------------------------------------------------
 */

static void describe_topic(const struct variable *variable,
                           const struct config *config, struct strbuf *out)
{
    const char *topic = config->alerts.topic;

    (void)variable;
    strbuf_append_string(out, topic == NULL ? "" : topic);
}

static void describe_command(const struct variable *variable,
                             const struct config *config, struct strbuf *out)
{
    const char *command = config->alerts.command;

    (void)variable;
    strbuf_append_string(out, command == NULL ? "" : command);
}

/* What is behind the host in the URL of a webhook is often its key. */
void config_alerts_describe(const struct config *config, struct strbuf *out)
{
    strbuf_append_string(out, "# DYNDNS_ALERT_WEBHOOK: ");
    if (config->alerts.webhook == NULL) {
        strbuf_append_string(out, "none\n");
    } else {
        web_hook_append_public_url(out, config->alerts.webhook);
        strbuf_append_string(out, ", and the rest is not shown\n");
    }
    strbuf_printf(out, "# DYNDNS_ALERT_WEBHOOK_SECRET: %s\n",
                  config->alerts.webhook_secret == NULL
                      ? "none"
                      : "given, and not shown");
}

const struct variable_kind variable_alert_topic = {read_topic, describe_topic};
const struct variable_kind variable_alert_webhook = {.read = read_webhook};
const struct variable_kind variable_alert_secret = {.read = read_secret};
const struct variable_kind variable_alert_command = {read_command,
                                                     describe_command};

/* --- advice ----------------------------------------------------------------------
 */

static const char *command_trouble(const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return strerror(errno);
    if (!S_ISREG(status.st_mode))
        return "it is no regular file";
    return access(path, X_OK) == 0 ? "" : strerror(errno);
}

size_t config_alerts_advise(const struct config *config, config_advice_fn *tell,
                            void *arg)
{
    const struct alert_settings *alerts = &config->alerts;
    char words[WORDS_MAX_BYTES];
    const char *trouble;
    size_t count = 0;

    if (alerts->command != NULL) {
        trouble = command_trouble(alerts->command);
        if (trouble[0] != '\0') {
            snprintf(words, sizeof words, "cannot be run: %s", trouble);
            tell(arg, "DYNDNS_ALERT_COMMAND", words);
            count++;
        }
    }
    if (alerts->webhook_secret != NULL && alerts->webhook == NULL) {
        tell(arg, "DYNDNS_ALERT_WEBHOOK_SECRET",
             "is used by nobody, since there is no DYNDNS_ALERT_WEBHOOK");
        count++;
    }
    return count;
}
