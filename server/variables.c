#include "server/variables.h"

#include "base/decimal.h"
#include "base/duration.h"
#include "journal/object_store.h"
#include "s3db/database_name.h"
#include "s3db/host_attributes.h"
#include "server/config_alerts.h"
#include "server/config_lists.h"
#include "server/config_tls.h"

#include "journal/object_name.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>

enum {
    DAY_SECONDS = 86400,
    MAX_AN_HOUR = 1000000,
    MAX_AT_ONCE = 1000000,
    /* Heroku's router gives up after 30 s, and a stop waits for 25 s. */
    MAX_DEADLINE_SECONDS = 25,
    MAX_WAITING_MB = 4096,
    WANTED_MAX_BYTES = 128,
};

static void *place_of(const struct variable *variable, struct config *config)
{
    return (char *)config + variable->place;
}

static const void *value_of(const struct variable *variable,
                            const struct config *config)
{
    return (const char *)config + variable->place;
}

/* Its own value, or the default; NULL when there is neither. */
static const char *text_of(const struct variable *variable,
                           const struct config_source *source)
{
    const char *text = config_source_get(source, variable->name);

    return text == NULL ? variable->fallback : text;
}

/* --- numbers ------------------------------------------------------------------
 */

static void read_number(const struct variable *variable, struct config *config,
                        struct config_source *source)
{
    const char *text = text_of(variable, source);
    char wanted[WANTED_MAX_BYTES];
    uint32_t value;

    if (text == NULL)
        return;
    if (decimal_parse(span_from_string(text), UINT32_MAX, &value) &&
        value >= variable->least && value <= variable->most) {
        memcpy(place_of(variable, config), &value, sizeof value);
        return;
    }
    snprintf(wanted, sizeof wanted, "give a whole number from %.0f to %.0f",
             variable->least, variable->most);
    config_source_fault(source, variable->name, text, wanted);
}

static void describe_number(const struct variable *variable,
                            const struct config *config, struct strbuf *out)
{
    uint32_t value;

    memcpy(&value, value_of(variable, config), sizeof value);
    strbuf_printf(out, "%u", value);
}

static void read_rate(const struct variable *variable, struct config *config,
                      struct config_source *source)
{
    const char *text = text_of(variable, source);
    char wanted[WANTED_MAX_BYTES];
    double value;

    if (decimal_parse_fraction(span_from_string(text), &value) &&
        value >= variable->least && value <= variable->most) {
        memcpy(place_of(variable, config), &value, sizeof value);
        return;
    }
    snprintf(wanted, sizeof wanted,
             "give calls a second, from %g to %g, in digits as in 2.5",
             variable->least, variable->most);
    config_source_fault(source, variable->name, text, wanted);
}

static void describe_rate(const struct variable *variable,
                          const struct config *config, struct strbuf *out)
{
    double value;

    memcpy(&value, value_of(variable, config), sizeof value);
    strbuf_printf(out, "%g", value);
}

/* A span of time, as rows of the database have it; 0 is "never". */
static void read_duration(const struct variable *variable,
                          struct config *config, struct config_source *source)
{
    const char *text = text_of(variable, source);
    uint32_t seconds = 0;

    if (span_is_nocase(span_from_string(text), "never") ||
        duration_parse(span_from_string(text), 1, HOST_DURATION_MAX_SECONDS,
                       &seconds))
        memcpy(place_of(variable, config), &seconds, sizeof seconds);
    else
        config_source_fault(source, variable->name, text,
                            "give a span of time from 1s to 3650d, such as "
                            "12h or 30d, or never");
}

static void describe_duration(const struct variable *variable,
                              const struct config *config, struct strbuf *out)
{
    char text[DURATION_TEXT_MAX];
    uint32_t seconds;

    memcpy(&seconds, value_of(variable, config), sizeof seconds);
    duration_format(seconds, text);
    strbuf_append_string(out, seconds == 0 ? "never" : text);
}

static const struct variable_kind duration = {read_duration, describe_duration};
static const struct variable_kind number = {read_number, describe_number};
static const struct variable_kind rate = {read_rate, describe_rate};

/* --- words ----------------------------------------------------------------------
 */

static void read_switch(const struct variable *variable, struct config *config,
                        struct config_source *source)
{
    const char *text = text_of(variable, source);
    struct span word = span_from_string(text);
    bool *value = place_of(variable, config);

    *value = span_is_nocase(word, "true") || span_is(word, "1");
    if (!*value && !span_is_nocase(word, "false") && !span_is(word, "0"))
        config_source_fault(source, variable->name, text, "give true or false");
}

static void describe_switch(const struct variable *variable,
                            const struct config *config, struct strbuf *out)
{
    const bool *value = value_of(variable, config);

    strbuf_append_string(out, *value ? "true" : "false");
}

/* "a, b or c" */
static void list_words(const struct variable *variable, struct strbuf *out)
{
    for (size_t i = 0; variable->words[i] != NULL; i++) {
        const char *before = variable->words[i + 1] == NULL ? " or " : ", ";

        strbuf_printf(out, "%s%s", i == 0 ? "give " : before,
                      variable->words[i]);
    }
}

static void read_word(const struct variable *variable, struct config *config,
                      struct config_source *source)
{
    const char *text = text_of(variable, source);
    struct strbuf wanted;

    for (unsigned i = 0; variable->words[i] != NULL; i++) {
        if (strcmp(text, variable->words[i]) == 0) {
            memcpy(place_of(variable, config), &i, sizeof i);
            return;
        }
    }
    strbuf_init(&wanted, WANTED_MAX_BYTES);
    list_words(variable, &wanted);
    config_source_fault(source, variable->name, text, strbuf_string(&wanted));
    strbuf_clear(&wanted);
}

static void describe_word(const struct variable *variable,
                          const struct config *config, struct strbuf *out)
{
    unsigned value;

    memcpy(&value, value_of(variable, config), sizeof value);
    strbuf_append_string(out, variable->words[value]);
}

_Static_assert(HTTP_KEY_MAX_BYTES == 256 && HTTP_ADMIN_TOKEN_MIN_BYTES == 16,
               "or change the words");
_Static_assert(sizeof(enum log_level) == sizeof(unsigned) &&
                   sizeof(enum log_target) == sizeof(unsigned),
               "an enum is kept as the number of its word");

static const struct variable_kind toggle = {read_switch, describe_switch};
static const struct variable_kind word = {read_word, describe_word};

/* --- texts -----------------------------------------------------------------
 */

static void take_text(const struct variable *variable, struct config *config,
                      struct config_source *source, const char *text,
                      const char *fault)
{
    char *copied;

    if (fault != NULL) {
        config_source_fault_words(source, variable->name, fault);
        return;
    }
    copied = config_source_copy(source, span_from_string(text));
    memcpy(place_of(variable, config), &copied, sizeof copied);
}

static void read_bucket(const struct variable *variable, struct config *config,
                        struct config_source *source)
{
    const char *text = config_source_get(source, variable->name);

    if (text != NULL)
        take_text(variable, config, source, text, database_bucket_fault(text));
}

static void read_database(const struct variable *variable,
                          struct config *config, struct config_source *source)
{
    const char *text = config_source_get(source, variable->name);
    bool is_key = config_source_get(source, "DYNDNS_BUCKET") != NULL;

    if (text == NULL)
        config_source_fault_words(
            source, variable->name,
            "is not set: give the key of the CSV object in DYNDNS_BUCKET, or "
            "without a bucket the path of a local CSV file");
    else
        take_text(variable, config, source, text,
                  is_key ? database_key_fault(text)
                         : database_path_fault(text));
}

static void describe_text(const struct variable *variable,
                          const struct config *config, struct strbuf *out)
{
    char *text;

    memcpy(&text, value_of(variable, config), sizeof text);
    strbuf_append_string(out, text == NULL ? "" : text);
}

/* What a header or a query can carry as it is; it is never shown. */
static void read_secret(const struct variable *variable, struct config *config,
                        struct config_source *source)
{
    const char *text = config_source_get(source, variable->name);
    const char *fault = NULL;

    if (text == NULL)
        return;
    for (const char *p = text; *p != '\0'; p++)
        if (*p < '!' || *p > '~')
            fault = "holds a blank or another character that no client can "
                    "send as it is: give printable ASCII";
    if (strlen(text) > HTTP_KEY_MAX_BYTES)
        fault = "is longer than 256 characters";
    if ((double)strlen(text) < variable->least)
        fault = "is shorter than 16 characters: \"openssl rand -hex 16\" "
                "makes one";
    take_text(variable, config, source, text, fault);
}

static void read_state(const struct variable *variable, struct config *config,
                       struct config_source *source)
{
    const char *text = config_source_get(source, variable->name);

    if (text != NULL)
        take_text(variable, config, source, text, object_store_fault(text));
}

static const struct variable_kind state = {read_state, describe_text};
static const struct variable_kind bucket = {read_bucket, describe_text};
static const struct variable_kind database = {read_database, describe_text};
static const struct variable_kind secret = {.read = read_secret};
static const struct variable_kind region = {.describe = describe_text};

/* --- the table --------------------------------------------------------------------
 */

#define READ(name_, kind_) .name = (name_), .kind = &(kind_)
#define KEPT_IN(field) .place = offsetof(struct config, field)
#define FROM_TO(least_, most_) .least = (least_), .most = (most_)
#define DEFAULT(text) .fallback = (text)

const struct variable variables[] = {
    {READ("PORT", variable_port), DEFAULT("8080")},
    {READ("DYNDNS_LISTEN", variable_listen)},
    {READ("DYNDNS_TLS_CERTIFICATE", variable_tls_certificate)},
    {READ("DYNDNS_TLS_KEY", variable_tls_key)},
    {READ("DYNDNS_METRICS_LISTEN", variable_metrics_listen)},
    /* The default is the number of cores. */
    {READ("DYNDNS_THREADS", number), KEPT_IN(http.threads),
     FROM_TO(1, HTTP_THREADS_MAX)},
    {READ("DYNDNS_BUCKET", bucket), KEPT_IN(table.bucket)},
    {READ("DYNDNS_DATABASE", database), KEPT_IN(table.database)},
    {READ("DYNDNS_REFRESH_SECONDS", number), KEPT_IN(table.refresh_seconds),
     FROM_TO(0, DAY_SECONDS), DEFAULT("60")},
    {READ("DYNDNS_TRUSTED_PROXIES", variable_proxies)},
    {READ("DYNDNS_ALLOW_INTERNAL", toggle), KEPT_IN(http.allow_internal),
     DEFAULT("false")},
    {READ("DYNDNS_QUERY_AUTH", toggle), KEPT_IN(http.query_auth),
     DEFAULT("false")},
    {READ("DYNDNS_MAX_FAILURES", number), KEPT_IN(http.max_failures),
     FROM_TO(0, MAX_AN_HOUR), DEFAULT("300")},
    {READ("DYNDNS_MAX_CHANGES", number), KEPT_IN(http.max_changes),
     FROM_TO(0, MAX_AN_HOUR), DEFAULT("60")},
    {READ("DYNDNS_MAX_CONNECTIONS_PER_ADDRESS", number),
     KEPT_IN(http.max_connections_per_address), FROM_TO(0, MAX_AT_ONCE),
     DEFAULT("2000")},
    {READ("DYNDNS_API_KEY", secret), KEPT_IN(http.api_key)},
    {READ("DYNDNS_REFLECT_KEY", secret), KEPT_IN(http.reflect_key)},
    {READ("DYNDNS_ADMIN_TOKEN", secret), KEPT_IN(http.admin_token),
     FROM_TO(HTTP_ADMIN_TOKEN_MIN_BYTES, HTTP_KEY_MAX_BYTES)},
    {READ("DYNDNS_RESOLVER", variable_resolver)},
    {READ("DYNDNS_STATE", state), KEPT_IN(history.state)},
    {READ("DYNDNS_STATE_SECONDS", number), KEPT_IN(history.seconds),
     FROM_TO(1, OBJECT_INTERVAL_MAX_SECONDS), DEFAULT("60")},
    {READ("DYNDNS_STATE_WAITING_MB", number),
     KEPT_IN(history.waiting_megabytes), FROM_TO(1, MAX_WAITING_MB),
     DEFAULT("64")},
    {READ("DYNDNS_EXPIRE_AFTER", duration), KEPT_IN(expiry.after_seconds),
     DEFAULT("never")},
    {READ("DYNDNS_EXPIRE_DRY_RUN", toggle), KEPT_IN(expiry.is_dry_run),
     DEFAULT("false")},
    {READ("DYNDNS_TTL", number), KEPT_IN(dns.ttl_seconds), FROM_TO(0, INT_MAX),
     DEFAULT("300")},
    {READ("DYNDNS_NOCHG_SECONDS", number), KEPT_IN(dns.nochg_seconds),
     FROM_TO(0, DAY_SECONDS), DEFAULT("300")},
    {READ("DYNDNS_DEADLINE_SECONDS", number), KEPT_IN(dns.deadline_seconds),
     FROM_TO(1, MAX_DEADLINE_SECONDS), DEFAULT("20")},
    {READ("DYNDNS_ROUTE53_RATE", rate), KEPT_IN(dns.calls_per_second),
     FROM_TO(0.1, 1000), DEFAULT("5")},
    {READ("DYNDNS_HOSTED_ZONES", variable_zones)},
    {READ("DYNDNS_ALERT_TOPIC", variable_alert_topic)},
    {READ("DYNDNS_ALERT_WEBHOOK", variable_alert_webhook)},
    {READ("DYNDNS_ALERT_WEBHOOK_SECRET", variable_alert_secret)},
    {READ("DYNDNS_ALERT_COMMAND", variable_alert_command)},
    {READ("DYNDNS_ALERT_REFUSALS", number), KEPT_IN(alerts.refusals),
     FROM_TO(0, 1000000), DEFAULT("10")},
    {READ("DYNDNS_ALERT_AFTER_SECONDS", number), KEPT_IN(alerts.after_seconds),
     FROM_TO(1, DAY_SECONDS), DEFAULT("300")},
    {READ("DYNDNS_LOG", word), KEPT_IN(log_target), DEFAULT("stderr"),
     .words = {"stderr", "syslog"}},
    {READ("DYNDNS_LOG_LEVEL", word), KEPT_IN(log_level), DEFAULT("info"),
     .words = {"error", "warn", "info", "debug"}},
    {READ("AWS_REGION", region), KEPT_IN(aws.region)},
};
const size_t variables_count = sizeof variables / sizeof variables[0];
