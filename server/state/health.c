#include "server/state/health.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/utc.h"

enum { CONDITION_BITS = 8 };

struct state {
    enum aws_condition condition;
    time_t since;
};

/* One word for each condition, and what a person should know of it. */
static const struct {
    const char *word, *reason;
    bool is_ill;
} conditions[] = {
    [AWS_NOT_ASKED] = {"unknown", "it was not asked yet", true},
    [AWS_WELL] = {"ok", "", false},
    [AWS_THROTTLED] = {"throttled", "it asks for fewer calls", false},
    [AWS_DENIED] = {"denied",
                    "it refuses the credentials, which are wrong or expired, "
                    "or lack a permission",
                    true},
    [AWS_NO_CREDENTIALS] = {"no_credentials",
                            "it was not asked, since there are no credentials",
                            true},
    [AWS_CLOCK_SKEWED] = {"clock_skewed",
                          "this machine's clock is wrong, so that signatures "
                          "are refused",
                          true},
    [AWS_FAILING] = {"failing",
                     "it answers with faults of its own, or something else "
                     "answers in its place",
                     true},
    [AWS_UNREACHABLE] = {"unreachable",
                         "it was not reached: there is no answer", true},
};

static uint64_t pack(struct state state)
{
    return (uint64_t)state.since << CONDITION_BITS | (uint64_t)state.condition;
}

static struct state load(const struct health *health,
                         enum health_service service)
{
    uint64_t word = atomic_load(&health->services[service]);

    return (struct state){
        (enum aws_condition)(word & ((1 << CONDITION_BITS) - 1)),
        (time_t)(word >> CONDITION_BITS)};
}

void health_init(struct health *health, bool has_s3, time_t now)
{
    atomic_init(&health->table_loaded, false);
    atomic_init(&health->table_stale, false);
    atomic_init(&health->hosts, 0);
    atomic_init(&health->certificate_not_after, 0);
    atomic_init(&health->table_confirmed_at, 0);
    atomic_init(&health->table_confirmed_ms, 0);
    for (size_t i = 0; i < HEALTH_SERVICES; i++)
        atomic_init(&health->services[i],
                    pack((struct state){AWS_NOT_ASKED, now}));
    health->has_s3 = has_s3;
    memset(health->denied_at, 0, sizeof health->denied_at);
}

static enum log_level level_of(enum health_service service,
                               enum aws_condition condition)
{
    if (condition == AWS_WELL)
        return LOG_LEVEL_INFO;
    return service == HEALTH_ROUTE53 && conditions[condition].is_ill
               ? LOG_LEVEL_ERROR
               : LOG_LEVEL_WARN;
}

static void log_change(enum health_service service, enum aws_condition before,
                       enum aws_condition after, const struct health_news *news)
{
    bool well = after == AWS_WELL;

    log_event(level_of(service, after),
              service == HEALTH_ROUTE53 ? "route53_health" : "s3_health",
              log_str("state", conditions[after].word),
              log_str("before", conditions[before].word),
              log_str("reason", conditions[after].reason),
              log_str("code", well ? "" : news->code),
              log_str("message", well ? "" : news->message),
              log_str("request_id", well ? "" : news->request_id));
}

/* That the first call went well is no news: hosted_zones_read and table_loaded
 * have said so. */
static void note(struct health *health, enum health_service service, time_t now,
                 enum aws_condition condition, const struct health_news *news)
{
    enum aws_condition before = load(health, service).condition;

    if (condition == before)
        return;
    atomic_store(&health->services[service],
                 pack((struct state){condition, now}));
    if (before != AWS_NOT_ASKED || condition != AWS_WELL)
        log_change(service, before, condition, news);
}

/* Whether another kind of call was denied a while ago: the success of this one
 * says nothing about it. A date in the future is a clock that was set. */
static bool denial_holds(const struct health *health, time_t now,
                         enum health_call call)
{
    for (size_t i = 0; i < HEALTH_CALLS; i++) {
        time_t at = health->denied_at[i];

        if (i != call && at != 0 && at <= now &&
            now - at < HEALTH_DENIAL_HOLDS_SECONDS)
            return true;
    }
    return false;
}

void health_note_route53(struct health *health, time_t now,
                         enum health_call call, const struct health_news *news)
{
    enum aws_condition condition = news->condition;

    if (condition == AWS_NOT_ASKED)
        return;
    if (call == HEALTH_SURVEY && condition == AWS_DENIED)
        condition = AWS_WELL;
    if (condition == AWS_DENIED)
        health->denied_at[call] = now;
    else if (condition == AWS_WELL)
        health->denied_at[call] = 0;
    if (!conditions[condition].is_ill && denial_holds(health, now, call))
        condition = AWS_DENIED;
    note(health, HEALTH_ROUTE53, now, condition, news);
}

void health_note_s3(struct health *health, time_t now,
                    const struct health_news *news)
{
    if (news->condition != AWS_NOT_ASKED)
        note(health, HEALTH_S3, now, news->condition, news);
}

enum aws_condition health_condition(const struct health *health,
                                    enum health_service service)
{
    return load(health, service).condition;
}

const char *health_condition_name(enum aws_condition condition)
{
    return conditions[condition].word;
}

bool health_is_ready(const struct health *health)
{
    return atomic_load(&health->table_loaded) &&
           !conditions[health_condition(health, HEALTH_ROUTE53)].is_ill;
}

bool health_route53_is_ill(const struct health *health)
{
    enum aws_condition condition = load(health, HEALTH_ROUTE53).condition;

    return condition != AWS_NOT_ASKED && conditions[condition].is_ill;
}

void health_note_table(struct health *health, size_t hosts)
{
    atomic_store(&health->hosts, hosts);
    atomic_store(&health->table_confirmed_at, time(NULL));
    atomic_store(&health->table_confirmed_ms, clock_now_ms());
    atomic_store(&health->table_stale, false);
    atomic_store(&health->table_loaded, true);
}

void health_note_reload_failed(struct health *health)
{
    atomic_store(&health->table_stale, true);
}

void health_note_certificate(struct health *health, time_t not_after)
{
    atomic_store(&health->certificate_not_after, not_after);
}

static void write_certificate(struct strbuf *out, time_t not_after)
{
    char text[UTC_TEXT_MAX];

    if (not_after != 0)
        strbuf_printf(out, ",\"certificate\":{\"not_after\":\"%s\"}",
                      utc_format(not_after, text));
}

static void write_service(struct strbuf *out, const char *name,
                          struct state state)
{
    const char *reason = conditions[state.condition].reason;
    char since[UTC_TEXT_MAX];

    strbuf_printf(out, ",\"%s\":{\"state\":\"%s\",\"since\":\"%s\"", name,
                  conditions[state.condition].word,
                  utc_format(state.since, since));
    if (reason[0] != '\0')
        strbuf_printf(out, ",\"reason\":\"%s\"", reason);
    strbuf_append_char(out, '}');
}

static const char *table_word(const struct health *health)
{
    if (!atomic_load(&health->table_loaded))
        return "none";
    return atomic_load(&health->table_stale) ? "stale" : "current";
}

bool health_write_json(const struct health *health, struct strbuf *out)
{
    struct state route53 = load(health, HEALTH_ROUTE53);
    bool loaded = atomic_load(&health->table_loaded);
    bool well = loaded && !conditions[route53.condition].is_ill;

    strbuf_printf(out, "{\"status\":\"%s\"", well ? "ok" : "unavailable");
    if (!loaded)
        strbuf_append_string(out,
                             ",\"reason\":\"no host table is in service yet\"");
    else if (!well)
        strbuf_printf(out, ",\"reason\":\"Route 53: %s\"",
                      conditions[route53.condition].reason);
    strbuf_printf(out, ",\"hosts\":%zu,\"table\":\"%s\"",
                  atomic_load(&health->hosts), table_word(health));
    write_service(out, "route53", route53);
    if (health->has_s3)
        write_service(out, "s3", load(health, HEALTH_S3));
    write_certificate(out, atomic_load(&health->certificate_not_after));
    strbuf_append_string(out, "}\n");
    return well;
}

void health_write_line(const struct health *health, struct strbuf *out)
{
    size_t hosts = atomic_load(&health->hosts);

    strbuf_printf(out, "%zu host%s, table %s, Route 53 %s", hosts,
                  hosts == 1 ? "" : "s", table_word(health),
                  conditions[load(health, HEALTH_ROUTE53).condition].word);
    if (health->has_s3)
        strbuf_printf(out, ", S3 %s",
                      conditions[load(health, HEALTH_S3).condition].word);
}
