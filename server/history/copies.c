#include "server/history/copies.h"

#include <stdlib.h>

struct known_copy {
    struct copy_word word;
    char name[COPY_NAME_MAX];
    char machine[EVENT_MACHINE_MAX_BYTES];
    char version[EVENT_WORD_MAX_BYTES];
    char table_version[EVENT_VERSION_MAX_BYTES];
};

struct copies {
    int64_t patience_ms;
    char self[COPY_NAME_MAX];
    size_t count;
    struct known_copy list[COPIES_MAX]; /* who was heard last comes first */
};

struct copies *copies_new(const char *self, int64_t interval_ms)
{
    struct copies *copies = calloc(1, sizeof *copies);

    if (copies == NULL)
        return NULL;
    memcpy(copies->self, self, sizeof copies->self);
    copies->patience_ms = interval_ms * COPIES_PATIENCE_INTERVALS;
    return copies;
}

void copies_free(struct copies *copies)
{
    free(copies);
}

static struct span keep(char *place, size_t room, struct span text)
{
    size_t len = text.len < room ? text.len : room;

    if (len > 0)
        memcpy(place, text.ptr, len);
    return span_from(place, len);
}

static void fill(struct known_copy *known, const struct event_copy *copy)
{
    struct event_copy *mine = &known->word.copy;

    *mine = *copy;
    mine->copy = keep(known->name, sizeof known->name, copy->copy);
    mine->machine = keep(known->machine, sizeof known->machine, copy->machine);
    mine->version = keep(known->version, sizeof known->version, copy->version);
    mine->table_version = keep(
        known->table_version, sizeof known->table_version, copy->table_version);
}

/* The texts are the entry's own, and move with it. */
static void move(struct known_copy *to, const struct known_copy *from)
{
    struct copy_word word = from->word;

    memmove(to, from, sizeof *to);
    word.copy.copy.ptr = to->name;
    word.copy.machine.ptr = to->machine;
    word.copy.version.ptr = to->version;
    word.copy.table_version.ptr = to->table_version;
    to->word = word;
}

/* Where it stands; `count`: nowhere. */
static size_t find(const struct copies *copies, struct span name)
{
    size_t i = 0;

    while (i < copies->count &&
           !span_equal(copies->list[i].word.copy.copy, name))
        i++;
    return i;
}

static bool is_forgotten(const struct copy_word *word, int64_t now)
{
    return word->heard_at < now - COPIES_FORGET_MS;
}

static void forget_old(struct copies *copies, int64_t now)
{
    while (copies->count > 0 &&
           is_forgotten(&copies->list[copies->count - 1].word, now))
        copies->count--;
}

void copies_note(struct copies *copies, int64_t now, const struct event *event)
{
    const struct event_copy *copy = &event->copy;
    int64_t at = event->at < now ? event->at : now;
    size_t place = find(copies, copy->copy);
    struct known_copy entry;

    if (place < copies->count && copies->list[place].word.heard_at > at)
        return;
    if (place == copies->count && copies->count < COPIES_MAX)
        copies->count++;
    else if (place == copies->count)
        place--; /* the one that was not heard for longest goes */
    fill(&entry, copy);
    entry.word.heard_at = at;
    entry.word.is_self = span_is(copy->copy, copies->self);
    for (; place > 0 && copies->list[place - 1].word.heard_at <= at; place--)
        move(&copies->list[place], &copies->list[place - 1]);
    move(&copies->list[place], &entry);
    forget_old(copies, now);
}

static bool is_silent(const struct copies *copies, const struct copy_word *word,
                      int64_t now)
{
    return !word->is_self && !word->copy.is_stopping &&
           now - word->heard_at > copies->patience_ms;
}

int64_t copies_unsure_since(const struct copies *copies, int64_t now)
{
    int64_t since = 0;

    for (size_t i = 0; i < copies->count; i++) {
        const struct copy_word *word = &copies->list[i].word;

        if (is_silent(copies, word, now) && !is_forgotten(word, now))
            since = word->heard_at; /* the last is the earliest */
    }
    return since;
}

void copies_each(const struct copies *copies, int64_t now, copies_each_fn *each,
                 void *arg)
{
    for (size_t i = 0; i < copies->count; i++) {
        struct copy_word word = copies->list[i].word;

        word.is_silent = is_silent(copies, &word, now);
        if (!is_forgotten(&word, now))
            each(arg, &word);
    }
}

size_t copies_count(const struct copies *copies)
{
    return copies->count;
}
