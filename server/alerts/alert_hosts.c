#include "server/alerts/alert_hosts.h"

#include "base/utc.h"

#include <stdio.h>

/* What a host's state says of an alert. */
enum verdict { NOTHING, HOLDS, OVER };

struct judgement {
    enum verdict verdict;
    int64_t since;    /* when it began, if it holds */
    int64_t evidence; /* what is known of the host */
};

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static bool is_late(const struct alert_host *host, int64_t as_of, int64_t last)
{
    return host->expect_within_s != 0 && as_of - last > host->expect_within_s;
}

static struct judgement judge_silence(const struct alert_hosts_scan *scan,
                                      const struct alert_host *host,
                                      const struct alert_entry *entry)
{
    int64_t heard = later(host->accessed_at, scan->in_touch_since);
    struct judgement judgement = {NOTHING, host->accessed_at,
                                  host->accessed_at};

    if (entry != NULL && host->accessed_at > entry->since) {
        judgement.verdict = OVER;
    } else if (entry != NULL && !is_late(host, scan->now, host->accessed_at)) {
        /* It was late before, and time goes on: so more time is allowed. */
        judgement.verdict = OVER;
        judgement.evidence = scan->now;
    } else if (entry == NULL && scan->in_touch_since != 0 &&
               is_late(host, scan->as_of, heard)) {
        judgement.verdict = HOLDS;
    }
    return judgement;
}

/* Since when it is refused nobody has kept: the call by which it was too often
 * stands for it. */
static struct judgement judge_refusals(const struct alert_hosts_scan *scan,
                                       const struct alert_host *host,
                                       const struct alert_entry *entry)
{
    bool is_refused = scan->refusals != 0 && host->refusals >= scan->refusals;
    struct judgement judgement = {NOTHING, host->called_at, host->called_at};

    if (entry == NULL && is_refused && scan->in_touch_since != 0) {
        judgement.verdict = HOLDS;
    } else if (entry != NULL && !is_refused &&
               host->accessed_at >= entry->since) {
        judgement.verdict = OVER;
        judgement.evidence = host->accessed_at + 1;
    } else if (entry != NULL && scan->refusals == 0) {
        judgement.verdict = OVER;
        judgement.evidence = scan->now;
    }
    return judgement;
}

static const char *moment(int64_t at, char text[UTC_TEXT_MAX])
{
    return at == 0 ? "never" : utc_format((time_t)at, text);
}

static void describe(char detail[ALERT_DETAIL_MAX + 1], enum alert_kind kind,
                     const struct alert_host *host)
{
    char text[UTC_TEXT_MAX];

    if (kind == ALERT_HOST_SILENT)
        snprintf(detail, ALERT_DETAIL_MAX + 1,
                 "last call %s, expected within %u s",
                 moment(host->accessed_at, text), host->expect_within_s);
    else
        snprintf(detail, ALERT_DETAIL_MAX + 1,
                 "%u calls in a row, the last one was answered %.*s; last good "
                 "call %s",
                 host->refusals, (int)host->outcome.len, host->outcome.ptr,
                 moment(host->accessed_at, text));
}

/* While some are not named, none is named anew: else they would be told one by
 * one as others end. */
static bool are_many(const struct alert_ledger *ledger, enum alert_kind kind)
{
    const struct alert_entry *many =
        alert_ledger_find(ledger, kind, span_from_string(ALERT_MANY));

    return many != NULL && alert_goes_on(many);
}

static void begin(struct alert_hosts_scan *scan, enum alert_kind kind,
                  const struct alert_host *host, struct judgement judgement)
{
    char detail[ALERT_DETAIL_MAX + 1];
    struct alert_sight sight = {
        .kind = kind,
        .subject = host->name,
        .since = judgement.since,
        .evidence = judgement.evidence,
    };
    const struct alert_entry *known =
        alert_ledger_find(scan->ledger, kind, host->name);
    struct alert_entry *entry = NULL;

    if (known != NULL && judgement.evidence < known->evidence)
        return; /* older than what is known of its end */
    describe(detail, kind, host);
    sight.detail = span_from_string(detail);
    if (!are_many(scan->ledger, kind))
        entry = alert_ledger_begin(scan->ledger, &sight);
    if (entry == NULL)
        scan->unnamed[kind]++;
    else
        entry->seen_in = scan->number;
}

static void see(struct alert_hosts_scan *scan, enum alert_kind kind,
                const struct alert_host *host)
{
    struct alert_entry *entry =
        alert_ledger_find(scan->ledger, kind, host->name);
    struct judgement judgement;

    if (entry != NULL && !alert_goes_on(entry))
        entry = NULL;
    if (entry != NULL)
        entry->seen_in = scan->number;
    judgement = kind == ALERT_HOST_SILENT ? judge_silence(scan, host, entry)
                                          : judge_refusals(scan, host, entry);
    if (judgement.verdict == HOLDS)
        begin(scan, kind, host, judgement);
    else if (judgement.verdict == OVER)
        alert_ledger_end(scan->ledger, entry, scan->now, judgement.evidence);
}

void alert_hosts_begin(struct alert_hosts_scan *scan)
{
    scan->number = ++scan->ledger->scans;
    memset(scan->unnamed, 0, sizeof scan->unnamed);
}

void alert_hosts_see(struct alert_hosts_scan *scan,
                     const struct alert_host *host)
{
    for (unsigned kind = 0; kind < ALERT_HOST_KINDS; kind++)
        see(scan, (enum alert_kind)kind, host);
}

/* How many they are is told once, at the beginning: it changes all the time. */
static void sum_up(struct alert_hosts_scan *scan, enum alert_kind kind)
{
    struct alert_entry *entry =
        alert_ledger_find(scan->ledger, kind, span_from_string(ALERT_MANY));
    char detail[ALERT_DETAIL_MAX + 1];
    struct alert_sight sight = {
        .kind = kind,
        .subject = span_from_string(ALERT_MANY),
        .since = scan->now,
        .evidence = scan->now,
    };

    if (entry != NULL)
        entry->seen_in = scan->number;
    if (scan->unnamed[kind] == 0) {
        if (entry != NULL)
            alert_ledger_end(scan->ledger, entry, scan->now, 0);
        return;
    }
    snprintf(detail, sizeof detail, "%zu hosts more", scan->unnamed[kind]);
    sight.detail = span_from_string(detail);
    entry = alert_ledger_begin(scan->ledger, &sight);
    if (entry != NULL)
        entry->seen_in = scan->number;
}

void alert_hosts_end(struct alert_hosts_scan *scan)
{
    struct alert_ledger *ledger = scan->ledger;

    for (unsigned kind = 0; kind < ALERT_HOST_KINDS; kind++)
        sum_up(scan, (enum alert_kind)kind);
    for (size_t i = 0; i < ledger->count; i++) {
        struct alert_entry *entry = ledger->entries[i];

        if (alert_is_of_host(entry->kind) && alert_goes_on(entry) &&
            entry->seen_in != scan->number)
            alert_ledger_end(ledger, entry, scan->now, scan->now);
    }
}
