#include "server/alerts/alert_conditions.h"

#include <stdio.h>

/* Where one call in so many is throttled, and not fewer, that is trouble: a copy
 * finds its share of the account's calls by being throttled now and then. */
enum { THROTTLED_OF_CALLS = 5 };

/* --- time ----------------------------------------------------------------------
 */

/* How a condition stands, now that it is there, or is not. */
static enum alert_standing note(struct alert_span *span, bool is_on,
                                int64_t after_s,
                                const struct alert_facts *facts)
{
    int64_t lasted;

    if (span->since == 0 || span->is_on != is_on) {
        /* What is absent at the start has always been. */
        bool is_start = span->since == 0 && !is_on;

        span->is_on = is_on;
        span->since = is_start ? facts->now_s - after_s : facts->now_s;
        if (span->since == 0)
            span->since = -1;
        if (is_on)
            span->began = facts->date_s;
    }
    lasted = facts->now_s - span->since;
    if (is_on)
        return lasted >= after_s ? ALERT_HOLDS : ALERT_PRESENT;
    return lasted >= after_s ? ALERT_ABSENT : ALERT_DOUBTFUL;
}

/* --- conditions ----------------------------------------------------------------
 */

struct look {
    struct alert_conditions *conditions;
    const struct alert_facts *facts;
    struct alert_observation *out;
    size_t count;
};

static struct alert_observation *add(struct look *look, enum alert_kind kind,
                                     enum alert_standing standing,
                                     int64_t since, const char *subject)
{
    struct alert_observation *observation = &look->out[look->count++];

    *observation = (struct alert_observation){
        .kind = kind, .standing = standing, .since = since};
    snprintf(observation->subject, sizeof observation->subject, "%s", subject);
    return observation;
}

/* A kind of which there is one alert, or none. */
static void look_at(struct look *look, enum alert_kind kind, bool is_on,
                    int64_t after_s, const char *detail)
{
    struct alert_span *span = &look->conditions->spans[kind];
    enum alert_standing standing = note(span, is_on, after_s, look->facts);
    struct alert_observation *observation;

    if (standing == ALERT_ABSENT)
        return;
    observation = add(look, kind, standing, span->began, "");
    snprintf(observation->detail, sizeof observation->detail, "%s", detail);
}

/* Without a call nothing is known that was not known before. */
static bool is_throttled(struct alert_conditions *conditions,
                         const struct alert_facts *facts)
{
    uint64_t calls = facts->calls - conditions->calls;
    uint64_t throttled = facts->throttled - conditions->throttled;

    conditions->calls = facts->calls;
    conditions->throttled = facts->throttled;
    if (calls > 0)
        conditions->is_throttled = throttled * THROTTLED_OF_CALLS >= calls;
    else if (facts->route53 != AWS_THROTTLED)
        conditions->is_throttled = false;
    return conditions->is_throttled;
}

static void look_at_certificate(struct look *look)
{
    const struct alert_facts *facts = look->facts;
    int64_t left = facts->certificate_not_after - facts->date_s;
    char subject[sizeof "+999999-12-31"];
    time_t at = (time_t)facts->certificate_not_after;
    struct tm utc;
    struct alert_observation *observation;

    if (facts->certificate_not_after == 0 ||
        left >= ALERT_CERTIFICATE_SECONDS || gmtime_r(&at, &utc) == NULL ||
        strftime(subject, sizeof subject, "%Y-%m-%d", &utc) == 0)
        return;
    observation =
        add(look, ALERT_CERTIFICATE_EXPIRES, ALERT_HOLDS,
            facts->certificate_not_after - ALERT_CERTIFICATE_SECONDS, subject);
    if (left <= 0)
        snprintf(observation->detail, sizeof observation->detail,
                 "it has expired");
    else
        snprintf(observation->detail, sizeof observation->detail,
                 "in less than %d days", (int)(left / 86400) + 1);
}

static void look_at_logins(struct look *look)
{
    int64_t lasts = ALERT_ATTACK_SPANS * look->conditions->after_s;
    const struct alert_facts *facts = look->facts;

    for (size_t i = 0; i < facts->attack_count; i++) {
        const struct login_attack *attack = &facts->attacks[i];

        if (facts->date_s - attack->at < lasts)
            add(look, ALERT_LOGIN_ATTACKED, ALERT_HOLDS, attack->at,
                attack->name[0] == '\0' ? ALERT_MANY : attack->name);
    }
}

size_t alert_conditions_look(struct alert_conditions *conditions,
                             const struct alert_facts *facts,
                             struct alert_observation *out)
{
    struct look look = {conditions, facts, out, 0};
    int64_t after_s = conditions->after_s;
    char rows[64];

    snprintf(rows, sizeof rows, "%zu row%s", facts->rows_left_out,
             facts->rows_left_out == 1 ? "" : "s");
    look_at(&look, ALERT_TABLE_NOT_LOADED, facts->table_missing, after_s,
            facts->table_reason);
    look_at(&look, ALERT_ROWS_LEFT_OUT, facts->rows_left_out > 0, 0, rows);
    look_at(&look, ALERT_ROUTE53_UNREACHABLE, facts->route53_ill, after_s,
            facts->route53_reason);
    look_at(&look, ALERT_ROUTE53_THROTTLED, is_throttled(conditions, facts),
            after_s, "at least one call in five");
    look_at_certificate(&look);
    look_at_logins(&look);
    return look.count;
}

/* --- the ledger ------------------------------------------------------------------
 */

static void witness(struct alert_ledger *ledger, const char *copy,
                    const struct alert_observation *observed, int64_t date_s,
                    int64_t again_s)
{
    struct alert_sight sight = {
        .kind = observed->kind,
        .subject = span_from_string(observed->subject),
        .detail = span_from_string(observed->detail),
        .since = observed->since,
    };
    struct alert_entry *entry =
        alert_ledger_find(ledger, sight.kind, sight.subject);

    if (observed->standing == ALERT_HOLDS)
        entry = alert_ledger_begin(ledger, &sight);
    if (entry == NULL || !alert_goes_on(entry) ||
        (observed->standing == ALERT_DOUBTFUL &&
         !alert_ledger_is_witness(entry, copy)))
        return;
    alert_ledger_witness(ledger, entry, copy, date_s, again_s);
}

static bool is_observed(const struct alert_entry *entry,
                        const struct alert_observation *observed, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (observed[i].kind == entry->kind &&
            strcmp(observed[i].subject, entry->subject) == 0)
            return true;
    return false;
}

void alert_conditions_witness(struct alert_ledger *ledger, const char *copy,
                              const struct alert_observation *observed,
                              size_t count, int64_t date_s, int64_t again_s)
{
    for (size_t i = 0; i < count; i++)
        witness(ledger, copy, &observed[i], date_s, again_s);
    for (size_t i = 0; i < ledger->count; i++) {
        struct alert_entry *entry = ledger->entries[i];

        if (!alert_is_of_host(entry->kind) && alert_goes_on(entry) &&
            !is_observed(entry, observed, count))
            alert_ledger_withdraw(ledger, entry, copy);
    }
}
