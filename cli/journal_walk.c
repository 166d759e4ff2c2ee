#include "cli/journal_walk.h"
#include "cli/command.h"
#include "cli/event_order.h"
#include "cli/object_ahead.h"
#include "cli/progress.h"
#include "cli/say.h"

#include "base/utc.h"

#include "journal/gzip_lines.h"
#include "journal/journal_reader.h"
#include "journal/moment.h"
#include "journal/object_name.h"

#include <stdlib.h>

enum {
    DAMAGES_TOLD = 10, /* one by one; of the others, how many */
    KEYS_FIRST = 1024,
    MS = 1000,
    LATE_MS = EVENT_ORDER_WINDOW_MS,
};

/* The names of a day's objects, in their order. */
struct keys {
    char **keys;
    size_t count, capacity;
    bool failed; /* memory did */
};

struct walk {
    struct journal_walk *asked;
    struct object_ahead *ahead;
    struct progress progress;
    struct keys keys;
    struct strbuf keep; /* for event_read() */
    int64_t reached;    /* ms since 1970 */
    bool is_over;
};

/* ---- names ---- */

static bool take_key(void *arg, const char *key)
{
    struct keys *keys = arg;
    struct object_name name;

    if (!object_name_read(span_from_string(key), &name))
        return true;
    if (keys->count == keys->capacity) {
        size_t capacity = keys->capacity == 0 ? KEYS_FIRST : 2 * keys->capacity;
        char **grown = realloc(keys->keys, capacity * sizeof *grown);

        keys->failed = grown == NULL;
        if (keys->failed)
            return false;
        keys->keys = grown;
        keys->capacity = capacity;
    }
    keys->keys[keys->count] = strdup(key);
    keys->failed = keys->keys[keys->count] == NULL;
    keys->count += !keys->failed;
    return !keys->failed;
}

static void forget_keys(struct keys *keys)
{
    for (size_t i = 0; i < keys->count; i++)
        free(keys->keys[i]);
    keys->count = 0;
}

/* ---- lines ---- */

/* Of what is no event, or not of the time asked for, nothing is made. */
static enum status take_line(void *arg, struct span line)
{
    struct walk *walk = arg;
    struct journal_walk *asked = walk->asked;
    struct event event;
    enum status status;

    if (asked->wants != NULL && !asked->wants(asked->arg, line))
        return STATUS_OK;
    status = event_read(line, &walk->keep, &event);
    if (status != STATUS_OK || event.at < asked->since ||
        event.at > asked->until)
        return status == STATUS_NOMEM ? status : STATUS_OK;
    return asked->take(asked->arg, &event, line) ? STATUS_OK
                                                 : STATUS_UNAVAILABLE;
}

/* ---- objects ---- */

static void tell_damage(struct walk *walk, const char *key, const char *why)
{
    if (walk->asked->damaged++ >= DAMAGES_TOLD)
        return;
    progress_end(&walk->progress);
    say("%s/%s is passed over: %s", state_store_where(walk->asked->store), key,
        why);
}

static int explain(struct walk *walk, const char *what, const char *key,
                   enum status status, const char *reason)
{
    const char *advice = state_store_advice(walk->asked->store, status);

    progress_end(&walk->progress);
    if (status == STATUS_NOMEM)
        say("out of memory");
    else
        say("cannot %s %s%s%s: %s%s%s", what,
            state_store_where(walk->asked->store), key[0] == '\0' ? "" : "/",
            key, reason[0] == '\0' ? status_name(status) : reason,
            advice[0] == '\0' ? "" : "\n", advice);
    return EXIT_FAILED;
}

static int read_object(struct walk *walk, const struct fetched_object *object)
{
    if (object->status == STATUS_NOT_FOUND) /* S3's own rules removed it */
        return EXIT_OK;
    if (object->status == STATUS_FULL) {
        tell_damage(walk, object->key, "it is larger than a server makes any");
        return EXIT_OK;
    }
    if (object->status != STATUS_OK)
        return explain(walk, "read", object->key, object->status,
                       object->reason);
    walk->asked->objects++;
    switch (gzip_lines_each(object->body, JOURNAL_OBJECT_MAX_UNPACKED,
                            EVENT_LINE_MAX_BYTES, take_line, walk)) {
    case STATUS_OK:
        return EXIT_OK;
    case STATUS_NOMEM:
        return explain(walk, "", "", STATUS_NOMEM, "");
    case STATUS_INVALID:
        tell_damage(walk, object->key,
                    "it is damaged: gzip cannot unpack all of it");
        return EXIT_OK;
    case STATUS_FULL:
        tell_damage(walk, object->key, "it holds more than any server writes");
        return EXIT_OK;
    default:
        return EXIT_FAILED;
    }
}

static void show_progress(void *arg)
{
    struct walk *walk = arg;
    const struct journal_walk *asked = walk->asked;
    int64_t at = walk->reached;
    int64_t until = asked->until < asked->now ? asked->until : asked->now;
    char words[UTC_TEXT_MAX];

    if (at < asked->since || until <= asked->since)
        return;
    progress_tell(&walk->progress, (uint64_t)(at - asked->since),
                  (uint64_t)(until - asked->since),
                  utc_format((time_t)(at / MS), words));
}

static int read_objects(struct walk *walk)
{
    struct journal_walk *asked = walk->asked;
    struct fetched_object object;
    int result = EXIT_OK;

    object_ahead_begin(walk->ahead, walk->keys.keys, walk->keys.count);
    while (result == EXIT_OK &&
           object_ahead_next(walk->ahead, &object, show_progress, walk)) {
        struct object_name name = {0};

        (void)object_name_read(span_from_string(object.key), &name);
        walk->is_over = asked->until < INT64_MAX - LATE_MS &&
                        name.made_at > asked->until + LATE_MS;
        if (walk->is_over)
            break;
        result = read_object(walk, &object);
        if (result == EXIT_OK && !asked->pass(asked->arg, name.made_at))
            result = EXIT_FAILED;
        walk->reached = name.made_at;
        show_progress(walk);
    }
    return result;
}

/* ---- days ---- */

static int read_day(struct walk *walk, int64_t day)
{
    struct state_store *store = walk->asked->store;
    char prefix[OBJECT_NAME_MAX], before[OBJECT_NAME_MAX];
    enum status status;

    forget_keys(&walk->keys);
    object_name_day(day, prefix);
    object_name_before(walk->asked->since, before);
    status = state_store_list(store, prefix, before, take_key, &walk->keys);
    if (walk->keys.failed)
        status = STATUS_NOMEM;
    return status == STATUS_OK ? read_objects(walk)
                               : explain(walk, "list", prefix, status,
                                         state_store_reason(store));
}

/* A server whose clock is fast may be in the next day already. */
static int read_days(struct walk *walk)
{
    int64_t first = walk->asked->since / MOMENT_MS_PER_DAY,
            last = walk->asked->now / MOMENT_MS_PER_DAY + 1;
    int result = EXIT_OK;

    for (int64_t day = first;
         day <= last && result == EXIT_OK && !walk->is_over; day++) {
        result = read_day(walk, day * MOMENT_MS_PER_DAY);
        if (walk->reached < day * MOMENT_MS_PER_DAY)
            walk->reached = day * MOMENT_MS_PER_DAY;
        show_progress(walk);
    }
    return result;
}

static int finish(struct walk *walk, int result)
{
    const struct journal_walk *asked = walk->asked;

    if (result != EXIT_OK || asked->damaged == 0)
        return result;
    if (asked->damaged > DAMAGES_TOLD)
        say("%zu more objects are passed over",
            asked->damaged - (size_t)DAMAGES_TOLD);
    return EXIT_INCOMPLETE;
}

int journal_walk_run(struct journal_walk *asked)
{
    struct walk walk = {.asked = asked, .reached = asked->since};
    int result = EXIT_FAILED;

    asked->objects = asked->damaged = 0;
    strbuf_init(&walk.keep, EVENT_LINE_MAX_BYTES);
    progress_begin(&walk.progress, "reading");
    walk.ahead = object_ahead_new(asked->store);
    if (walk.ahead == NULL)
        say("out of memory");
    else
        result = read_days(&walk);
    progress_end(&walk.progress);
    object_ahead_free(walk.ahead);
    forget_keys(&walk.keys);
    free(walk.keys.keys);
    strbuf_clear(&walk.keep);
    return finish(&walk, result);
}
