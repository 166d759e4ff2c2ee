#include "cli/state_reading.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/say.h"

#include "base/utc.h"

#include "journal/journal_reader.h"
#include "journal/snapshot.h"

#include <time.h>

enum { MS = 1000, DAMAGES_TOLD = 10 };

static const int64_t hour_ms = (int64_t)3600 * MS;

struct reading {
    struct state_store *store;
    struct host_states *states;
    struct applied_objects applied;
    int64_t now, from; /* ms since 1970: the objects are read from then on */
    size_t objects, damaged;
    bool has_snapshot;
    enum status failure; /* what a listener could not say otherwise */
    struct progress progress;
};

static int explain(struct reading *reading, const char *what,
                   enum status status)
{
    const char *reason = state_store_reason(reading->store),
               *advice = state_store_advice(reading->store, status);

    progress_end(&reading->progress);
    if (status == STATUS_NOMEM)
        say("out of memory");
    else
        say("cannot read %s of %s: %s%s%s", what,
            state_store_where(reading->store),
            reason[0] == '\0' ? status_name(status) : reason,
            advice[0] == '\0' ? "" : "\n", advice);
    return EXIT_FAILED;
}

static void tell_damage(struct reading *reading, const char *key,
                        const char *reason)
{
    if (reading->damaged++ >= DAMAGES_TOLD)
        return;
    progress_end(&reading->progress);
    say("%s/%s is passed over: %s", state_store_where(reading->store), key,
        reason);
}

/* ---- the snapshot ---- */

static enum status take_time(void *arg, int64_t at)
{
    struct reading *reading = arg;

    reading->from = at - hour_ms;
    return STATUS_OK;
}

static enum status take_applied(void *arg, const struct object_name *newest)
{
    struct reading *reading = arg;

    return applied_objects_add(&reading->applied, newest);
}

static enum status take_host(void *arg, const struct host_state *state)
{
    struct reading *reading = arg;

    return host_states_restore(reading->states, state);
}

/* Nothing is known yet. False: memory is short. */
static bool begin(struct reading *reading)
{
    host_states_free(reading->states);
    applied_objects_clear(&reading->applied);
    reading->from = reading->now - APPLIED_OBJECTS_FORGET_HOURS * hour_ms;
    reading->states = host_states_new();
    return reading->states != NULL;
}

/* What a damaged one says is not believed, not even in part. */
static enum status restore(struct reading *reading, struct span packed)
{
    const struct snapshot_listener listener = {
        .begin = take_time,
        .applied = take_applied,
        .host = take_host,
        .arg = reading,
    };
    const char *reason = "two of its lines are about one host";
    enum status status = snapshot_read(packed, &listener, &reason);

    if (status != STATUS_INVALID && status != STATUS_CONFLICT)
        return status;
    tell_damage(reading, SNAPSHOT_KEY, reason);
    return begin(reading) ? STATUS_OK : STATUS_NOMEM;
}

static int read_snapshot(struct reading *reading)
{
    struct strbuf packed;
    enum status status;

    if (!begin(reading))
        return explain(reading, "", STATUS_NOMEM);
    strbuf_init(&packed, SNAPSHOT_MAX_BYTES);
    status = state_store_get(reading->store, SNAPSHOT_KEY, &packed);
    reading->has_snapshot = status == STATUS_OK;
    if (status == STATUS_OK)
        status = restore(reading, strbuf_span(&packed));
    strbuf_clear(&packed);
    return status == STATUS_OK || status == STATUS_NOT_FOUND
               ? EXIT_OK
               : explain(reading, "the snapshot", status);
}

/* ---- what came after it ---- */

static bool wants(void *arg, const struct object_name *name)
{
    (void)arg, (void)name;
    return true;
}

static void begin_object(void *arg, const struct object_name *name)
{
    struct reading *reading = arg;
    char words[UTC_TEXT_MAX];

    reading->objects++;
    if (name->made_at >= reading->from && reading->from < reading->now)
        progress_tell(&reading->progress,
                      (uint64_t)(name->made_at - reading->from),
                      (uint64_t)(reading->now - reading->from),
                      utc_format((time_t)(name->made_at / MS), words));
}

static void take_event(void *arg, const struct event *event)
{
    struct reading *reading = arg;

    if (reading->failure == STATUS_OK)
        reading->failure = host_states_apply(reading->states, event);
}

static void end_object(void *arg, const struct object_name *name,
                       size_t passed_over)
{
    (void)arg, (void)name, (void)passed_over;
}

static void take_damage(void *arg, const char *key, const char *reason)
{
    tell_damage(arg, key, reason);
}

struct polling {
    struct journal_reader *reader;
    struct reading *reading;
};

/* One attempt; the next goes on where this one ends. */
static enum status poll(void *arg)
{
    struct polling *polling = arg;
    struct reading *reading = polling->reading;
    const struct journal_listener listener = {
        .wants = wants,
        .begin = begin_object,
        .event = take_event,
        .end = end_object,
        .damaged = take_damage,
        .arg = reading,
    };
    enum status status =
        journal_reader_poll(polling->reader, reading->now, &listener);

    return reading->failure != STATUS_OK ? reading->failure : status;
}

static int read_objects(struct reading *reading)
{
    struct polling polling = {.reading = reading};
    enum status status = STATUS_NOMEM;

    polling.reader = journal_reader_new(state_store_plain(reading->store),
                                        &reading->applied, reading->from);
    if (polling.reader != NULL)
        status = state_store_attempt(reading->store, poll, &polling);
    journal_reader_free(polling.reader);
    return status == STATUS_OK ? EXIT_OK
                               : explain(reading, "the objects", status);
}

/* ---- both ---- */

static int finish(struct reading *reading)
{
    if (!reading->has_snapshot && reading->objects == 0 &&
        reading->damaged == 0) {
        say("%s has nothing of any server\n"
            "check DYNDNS_STATE, which must be set for the servers too",
            state_store_where(reading->store));
        return EXIT_FAILED;
    }
    if (reading->damaged > DAMAGES_TOLD)
        say("%zu more objects are passed over",
            reading->damaged - (size_t)DAMAGES_TOLD);
    return reading->damaged > 0 ? EXIT_INCOMPLETE : EXIT_OK;
}

int state_reading_get(struct state_store *store, struct host_states **states)
{
    struct reading reading = {
        .store = store,
        .now = (int64_t)time(NULL) * MS,
    };
    int result;

    progress_begin(&reading.progress, "reading");
    result = read_snapshot(&reading);
    if (result == EXIT_OK)
        result = read_objects(&reading);
    progress_end(&reading.progress);
    if (result == EXIT_OK)
        result = finish(&reading);
    applied_objects_clear(&reading.applied);
    if (result != EXIT_OK && result != EXIT_INCOMPLETE) {
        host_states_free(reading.states);
        reading.states = NULL;
    }
    *states = reading.states;
    return result;
}
