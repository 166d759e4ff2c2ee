#include "cli/copy_watch.h"

#include "journal/object_name.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 8 };

/* A server that has not stopped, with what names it. */
struct copy {
    struct event last; /* its texts are those here */
    char id[COPY_NAME_DIGITS];
    char machine[EVENT_MACHINE_MAX_BYTES];
    char version[EVENT_VERSION_MAX_BYTES];
    size_t machine_len, version_len;
    int64_t patience_ms; /* for its next word */
    bool is_silent;      /* which was told */
};

struct copy_watch {
    int64_t since;
    copy_watch_fn *tell;
    void *arg;
    struct copy *copies;
    size_t count, capacity;
};

static const struct {
    const char *name, *words;
} news_texts[] = {
    [COPY_STARTED] = {"started", "started"},
    [COPY_STOPPED] = {"stopped", "stopped"},
    [COPY_SILENT] = {"silent", "was heard of for the last time"},
    [COPY_IS_BACK] = {"back", "is heard of again"},
    [COPY_LOST] = {"lost", "lost a part of what happened"},
};

const char *copy_news_name(enum copy_news news)
{
    return news_texts[news].name;
}

const char *copy_news_words(enum copy_news news)
{
    return news_texts[news].words;
}

struct copy_watch *copy_watch_new(int64_t since, copy_watch_fn *tell, void *arg)
{
    struct copy_watch *watch = calloc(1, sizeof *watch);

    if (watch == NULL)
        return NULL;
    watch->since = since;
    watch->tell = tell;
    watch->arg = arg;
    return watch;
}

void copy_watch_free(struct copy_watch *watch)
{
    if (watch == NULL)
        return;
    free(watch->copies);
    free(watch);
}

/* ---- who is known ---- */

static struct copy *find(struct copy_watch *watch, struct span id)
{
    for (size_t i = 0; i < watch->count; i++)
        if (span_equal(span_from(watch->copies[i].id, COPY_NAME_DIGITS), id))
            return &watch->copies[i];
    return NULL;
}

static struct copy *add(struct copy_watch *watch, int64_t up_since)
{
    size_t capacity =
        watch->capacity == 0 ? FIRST_CAPACITY : 2 * watch->capacity;
    struct copy *grown;

    if (watch->count == watch->capacity) {
        grown = realloc(watch->copies, capacity * sizeof *grown);
        if (grown == NULL)
            return NULL;
        watch->copies = grown;
        watch->capacity = capacity;
    }
    watch->copies[watch->count] = (struct copy){.last.at = up_since};
    return &watch->copies[watch->count++];
}

static size_t keep(struct span text, char *room, size_t max)
{
    size_t len = text.len < max ? text.len : max;

    if (len > 0)
        memcpy(room, text.ptr, len);
    return len;
}

/* `before`: its last word, or its start. */
static int64_t patience_for(const struct event *event, int64_t before)
{
    int64_t between = event->at - before;

    if (between > COPY_SILENT_MOST_MS / COPY_SILENT_INTERVALS)
        return COPY_SILENT_MOST_MS;
    if (between < COPY_SILENT_LEAST_MS / COPY_SILENT_INTERVALS)
        return COPY_SILENT_LEAST_MS;
    return between * COPY_SILENT_INTERVALS;
}

static void note(struct copy *copy, const struct event *event)
{
    const struct event_copy *said = &event->copy;

    if (!copy->is_silent) /* else that silence would be waited for again */
        copy->patience_ms = patience_for(event, copy->last.at);
    copy->last = *event;
    copy->is_silent = false;
    (void)keep(said->copy, copy->id, sizeof copy->id);
    copy->machine_len =
        keep(said->machine, copy->machine, sizeof copy->machine);
    copy->version_len =
        keep(said->version, copy->version, sizeof copy->version);
}

/* The last event of a copy, as long as nothing is added. */
static struct event last_of(const struct copy *copy)
{
    struct event event = copy->last;

    event.copy.copy = span_from(copy->id, COPY_NAME_DIGITS);
    event.copy.machine = span_from(copy->machine, copy->machine_len);
    event.copy.version = span_from(copy->version, copy->version_len);
    event.copy.table_version = span_from("", 0);
    return event;
}

/* ---- news ---- */

static void tell_start(const struct copy_watch *watch,
                       const struct event *event)
{
    struct event start = *event;

    if (event->copy.up_since < watch->since)
        return;
    start.at = event->copy.up_since;
    watch->tell(watch->arg, COPY_STARTED, &start);
}

enum status copy_watch_see(struct copy_watch *watch, const struct event *event)
{
    struct copy *copy = find(watch, event->copy.copy);

    if (copy == NULL)
        tell_start(watch, event);
    else if (copy->is_silent)
        watch->tell(watch->arg, COPY_IS_BACK, event);
    if (event->copy.lost > 0)
        watch->tell(watch->arg, COPY_LOST, event);
    if (event->copy.is_stopping) {
        watch->tell(watch->arg, COPY_STOPPED, event);
        if (copy != NULL)
            *copy = watch->copies[--watch->count];
        return STATUS_OK;
    }
    if (copy == NULL)
        copy = add(watch, event->copy.up_since);
    if (copy == NULL)
        return STATUS_NOMEM;
    note(copy, event);
    return STATUS_OK;
}

void copy_watch_pass(struct copy_watch *watch, int64_t now)
{
    for (size_t i = 0; i < watch->count; i++) {
        struct copy *copy = &watch->copies[i];
        struct event last;

        if (copy->is_silent || now - copy->last.at < copy->patience_ms)
            continue;
        copy->is_silent = true;
        last = last_of(copy);
        watch->tell(watch->arg, COPY_SILENT, &last);
    }
}
