#include "journal/journal_reader.h"

#include "journal/gzip_lines.h"
#include "journal/moment.h"

#include <stdlib.h>

static const int64_t look_back_ms =
    (int64_t)JOURNAL_LOOK_BACK_MINUTES * 60 * 1000;

enum { LISTINGS_MAX = 8 }; /* in a poll; mostly it is one */

struct names {
    struct object_name *list;
    size_t count, capacity;
};

struct journal_reader {
    struct object_store *store;
    struct applied_objects *applied;
    int64_t from, complete_at;

    /* Of a poll: what was listed and is not applied; and by the listing before. */
    struct names names, before;
    bool is_short_of_memory;

    struct strbuf body, keep;
    struct event event; /* it is large for a stack */
};

/* Whether a line can be read from now on without any memory more. */
static bool reserve_line(struct strbuf *keep)
{
    static const char blanks[1024];

    while (strbuf_ok(keep) && keep->len < EVENT_LINE_MAX_BYTES)
        strbuf_append(keep, span_from(blanks, sizeof blanks));
    return strbuf_ok(keep);
}

struct journal_reader *journal_reader_new(struct object_store *store,
                                          struct applied_objects *applied,
                                          int64_t from)
{
    struct journal_reader *reader = calloc(1, sizeof *reader);

    if (reader == NULL)
        return NULL;
    reader->store = store;
    reader->applied = applied;
    reader->from = from;
    strbuf_init(&reader->body, JOURNAL_OBJECT_MAX_BYTES);
    strbuf_init(&reader->keep, EVENT_LINE_MAX_BYTES);
    if (!reserve_line(&reader->keep)) {
        journal_reader_free(reader);
        return NULL;
    }
    return reader;
}

void journal_reader_free(struct journal_reader *reader)
{
    if (reader == NULL)
        return;
    strbuf_clear(&reader->body);
    strbuf_clear(&reader->keep);
    free(reader->names.list);
    free(reader->before.list);
    free(reader);
}

int64_t journal_reader_complete_at(const struct journal_reader *reader)
{
    return reader->complete_at;
}

/* --- listed ---------------------------------------------------------------- */

static bool reserve_name(struct names *names)
{
    size_t capacity = names->capacity == 0 ? 64 : names->capacity * 2;
    struct object_name *list;

    if (names->count < names->capacity)
        return true;
    list = realloc(names->list, capacity * sizeof *list);
    if (list == NULL)
        return false;
    names->list = list;
    names->capacity = capacity;
    return true;
}

static bool take_key(void *arg, const char *key)
{
    struct journal_reader *reader = arg;
    struct object_name name;

    if (!object_name_read(span_from_string(key), &name) ||
        applied_objects_have(reader->applied, &name))
        return true;
    if (!reserve_name(&reader->names)) {
        reader->is_short_of_memory = true;
        return false;
    }
    reader->names.list[reader->names.count++] = name;
    return true;
}

static enum status list_day(struct journal_reader *reader, int64_t from)
{
    char prefix[OBJECT_NAME_MAX], after[OBJECT_NAME_MAX];
    enum status status;

    object_name_day(from, prefix);
    object_name_before(from, after);
    status = object_store_list(reader->store, prefix, after, take_key, reader);
    return reader->is_short_of_memory ? STATUS_NOMEM : status;
}

typedef int compare_fn(const void *left, const void *right);

static void sort(struct names *names, compare_fn *compare)
{
    if (names->count > 0)
        qsort(names->list, names->count, sizeof *names->list, compare);
}

static int compare_in_copy(const void *left, const void *right)
{
    const struct object_name *a = left, *b = right;
    int order = strcmp(a->copy, b->copy);

    return order != 0 ? order
                      : (a->number > b->number) - (a->number < b->number);
}

static int compare_in_time(const void *left, const void *right)
{
    const struct object_name *a = left, *b = right;

    if (a->made_at != b->made_at)
        return a->made_at < b->made_at ? -1 : 1;
    return compare_in_copy(left, right);
}

/* What was made from `from` on, and is not applied; copy by copy. */
static enum status list(struct journal_reader *reader, int64_t from,
                        int64_t until)
{
    struct names before = reader->before;
    enum status status = STATUS_OK;

    reader->before = reader->names;
    reader->names = before;
    reader->names.count = 0;
    reader->is_short_of_memory = false;
    while (status == STATUS_OK && from <= until) {
        status = list_day(reader, from);
        from += MOMENT_MS_PER_DAY - from % MOMENT_MS_PER_DAY;
    }
    sort(&reader->names, compare_in_copy);
    return status;
}

/* --- gaps ------------------------------------------------------------------ */

static bool was_there_before(const struct journal_reader *reader,
                             const struct object_name *name)
{
    return reader->before.count > 0 &&
           bsearch(name, reader->before.list, reader->before.count,
                   sizeof *name, compare_in_copy) != NULL;
}

/* The object of the same copy that comes before the i-th name, as far as is known;
 * NULL: none is. */
static const struct object_name *predecessor(
    const struct journal_reader *reader, size_t i)
{
    const struct object_name *name = &reader->names.list[i];

    if (i > 0 && strcmp(name[-1].copy, name->copy) == 0)
        return &name[-1];
    return applied_objects_newest(reader->applied, name->copy);
}

/* Where the next listing has to begin, *from or earlier, to see whether what is
 * missing is there. A listing takes time, day by day and page by page: it may have
 * passed the place of an object by the time that this is put, and still come upon the
 * next one of the same copy. So a gap is believed only before an object that the
 * listing before this one has shown already. */
static bool has_doubtful_gap(const struct journal_reader *reader, int64_t now,
                             int64_t *from)
{
    int64_t longest_ago =
        now - (int64_t)APPLIED_OBJECTS_FORGET_HOURS * 3600 * 1000;
    bool is_in_doubt = false;

    for (size_t i = 0; i < reader->names.count; i++) {
        const struct object_name *name = &reader->names.list[i];
        const struct object_name *known = predecessor(reader, i);
        int64_t heard_at = known == NULL ? longest_ago : known->made_at;

        if (name->number <= (known == NULL ? 1 : known->number + 1) ||
            was_there_before(reader, name))
            continue;
        is_in_doubt = true;
        if (heard_at < longest_ago)
            heard_at = longest_ago;
        if (heard_at < *from)
            *from = heard_at;
    }
    return is_in_doubt;
}

static enum status list_new(struct journal_reader *reader, int64_t now)
{
    int64_t from = reader->complete_at == 0
                       ? reader->from
                       : reader->complete_at - look_back_ms;
    enum status status;

    reader->names.count = 0;
    status = list(reader, from, now + look_back_ms);
    for (int i = 1; i < LISTINGS_MAX && status == STATUS_OK &&
                    has_doubtful_gap(reader, now, &from);
         i++)
        status = list(reader, from, now + look_back_ms);
    sort(&reader->names, compare_in_time);
    return status;
}

/* --- told ------------------------------------------------------------------ */

struct telling {
    struct journal_reader *reader;
    const struct journal_listener *listener;
    const struct object_name *name;
    bool has_begun;
    size_t passed_over;
};

static void begin(struct telling *telling)
{
    if (!telling->has_begun)
        telling->listener->begin(telling->listener->arg, telling->name);
    telling->has_begun = true;
}

static enum status tell_line(void *arg, struct span line)
{
    struct telling *telling = arg;
    struct journal_reader *reader = telling->reader;

    begin(telling);
    if (event_read(line, &reader->keep, &reader->event) == STATUS_OK)
        telling->listener->event(telling->listener->arg, &reader->event);
    else
        telling->passed_over++;
    return STATUS_OK;
}

static const char *fault_of(enum status status)
{
    return status == STATUS_FULL    ? "it unpacks to too much"
           : status == STATUS_NOMEM ? "memory is short"
                                    : "it is not as it was packed";
}

static void tell_object(struct journal_reader *reader,
                        const struct object_name *name, const char *key,
                        const struct journal_listener *listener)
{
    struct telling telling = {reader, listener, name, false, 0};
    enum status status =
        gzip_lines_each(strbuf_span(&reader->body), JOURNAL_OBJECT_MAX_UNPACKED,
                        EVENT_LINE_MAX_BYTES, tell_line, &telling);

    if (status != STATUS_OK)
        listener->damaged(listener->arg, key, fault_of(status));
    else
        begin(&telling);
    if (telling.has_begun)
        listener->end(listener->arg, name, telling.passed_over);
}

/* STATUS_OK too for what will never be there. */
static enum status fetch(struct journal_reader *reader, const char *key,
                         const struct journal_listener *listener,
                         bool *is_there)
{
    enum status status;

    strbuf_rewind(&reader->body);
    status = object_store_get(reader->store, key, NULL, &reader->body);
    *is_there = status == STATUS_OK;
    if (status != STATUS_NOT_FOUND && status != STATUS_FULL)
        return status;
    listener->damaged(listener->arg, key,
                      status == STATUS_FULL ? "it is too large" : "it is gone");
    return STATUS_OK;
}

static enum status take_object(struct journal_reader *reader,
                               const struct object_name *name,
                               const struct journal_listener *listener)
{
    bool is_there = false;
    char key[OBJECT_NAME_MAX];
    enum status status;

    object_name_write(name, key);
    if (listener->wants(listener->arg, name)) {
        status = fetch(reader, key, listener, &is_there);
        if (status != STATUS_OK)
            return status;
    }
    /* First, for an object must not be told twice. */
    if (applied_objects_add(reader->applied, name) != STATUS_OK)
        return STATUS_NOMEM;
    if (is_there)
        tell_object(reader, name, key, listener);
    return STATUS_OK;
}

enum status journal_reader_poll(struct journal_reader *reader, int64_t now,
                                const struct journal_listener *listener)
{
    enum status status = list_new(reader, now);

    for (size_t i = 0; status == STATUS_OK && i < reader->names.count; i++)
        if (!applied_objects_have(reader->applied, &reader->names.list[i]))
            status = take_object(reader, &reader->names.list[i], listener);
    strbuf_clear(&reader->body);
    if (status == STATUS_OK) {
        applied_objects_forget(reader->applied, now);
        reader->complete_at = now;
    }
    return status;
}
