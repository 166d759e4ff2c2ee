#include "journal/recent_events.h"

#include "base/list.h"
#include "base/siphash.h"

#include <stdlib.h>

enum {
    KINDS = 3,
    BUCKETS = 1 << 16,
    MALLOC_BYTES = 16, /* what an allocation takes besides */
    SIGNPOSTS = 4096,
};

enum half { OTHERS, REFUSALS, HALVES };

/* That this entry is about this host. A hash of 64 bits with a random key is the
 * same for two of them once in the life of the universe. */
struct mention {
    struct list in_bucket; /* in the order of time */
    struct entry *entry;
    uint64_t hash;
};

/* What follows is the event as a line, for it is short so, and kept for each kind
 * alike. */
struct entry {
    struct list by_time;
    int64_t at;
    unsigned kind; /* one of the bits */
    bool goes_on;  /* with the hosts of an edit that the one before it names */
    uint32_t line_bytes, mention_count;
    struct mention mentions[];
};

/* By seconds: within one, entries stand as they came. A server tells of a minute,
 * and of its hosts in no order, so many an entry belongs far from the last one;
 * signposts say where about: each leads to the last entry of a second. */
struct log {
    struct list entries; /* the oldest first */
    struct entry *signposts[SIGNPOSTS];
    size_t bytes, max_bytes;
};

struct recent_events {
    struct siphash_key key;
    struct log halves[HALVES];
    size_t counts[KINDS];
    size_t more; /* that go on with others */
    uint64_t steps;
    struct list *buckets;
    struct strbuf line, keep;
    struct event event; /* it is large for a stack */
};

/* --- entries --------------------------------------------------------------- */

static unsigned kind_of(const struct event *event)
{
    switch (event->kind) {
    case EVENT_CHANGE:
        return RECENT_CHANGES;
    case EVENT_EDIT:
        return RECENT_EDITS;
    case EVENT_CALLS:
        return event->calls.refused > 0 ? RECENT_REFUSALS : 0;
    case EVENT_COPY:
        break;
    }
    return 0;
}

static size_t *count_of(struct recent_events *recent, const struct entry *entry)
{
    return entry->goes_on ? &recent->more
                          : &recent->counts[entry->kind / 2]; /* 1, 2, 4 */
}

static struct log *log_of(struct recent_events *recent, unsigned kind)
{
    return &recent->halves[kind == RECENT_REFUSALS ? REFUSALS : OTHERS];
}

static char *line_of(const struct entry *entry)
{
    return (char *)(uintptr_t)(entry->mentions + entry->mention_count);
}

static size_t bytes_of(const struct entry *entry)
{
    return sizeof *entry + entry->mention_count * sizeof *entry->mentions +
           entry->line_bytes + MALLOC_BYTES;
}

static struct entry *entry_at(struct list *node)
{
    return list_entry(node, struct entry, by_time);
}

static struct mention *mention_at(struct list *node)
{
    return list_entry(node, struct mention, in_bucket);
}

static struct list *bucket_of(const struct recent_events *recent, uint64_t hash)
{
    return &recent->buckets[hash % BUCKETS];
}

static size_t hosts_of(const struct event *event, const struct span **hosts)
{
    *hosts = event->kind == EVENT_CALLS    ? &event->calls.host
             : event->kind == EVENT_CHANGE ? &event->change.host
                                           : event->edit.hosts;
    return event->kind == EVENT_EDIT ? event->edit.named : 1;
}

/* --- made ------------------------------------------------------------------ */

struct recent_events *recent_events_new(size_t max_bytes)
{
    struct recent_events *recent = calloc(1, sizeof *recent);

    if (recent == NULL)
        return NULL;
    for (int i = 0; i < HALVES; i++) {
        list_init(&recent->halves[i].entries);
        recent->halves[i].max_bytes = max_bytes / HALVES;
    }
    strbuf_init(&recent->line, EVENT_LINE_MAX_BYTES);
    strbuf_init(&recent->keep, EVENT_LINE_MAX_BYTES);
    recent->buckets = malloc(BUCKETS * sizeof *recent->buckets);
    if (recent->buckets == NULL || !siphash_key_init(&recent->key)) {
        recent_events_free(recent);
        return NULL;
    }
    for (size_t i = 0; i < BUCKETS; i++)
        list_init(&recent->buckets[i]);
    return recent;
}

static int64_t second_of(const struct entry *entry)
{
    return entry->at / 1000;
}

static struct entry **signpost_of(struct log *log, int64_t second)
{
    return &log->signposts[(uint64_t)second % SIGNPOSTS];
}

static void drop(struct recent_events *recent, struct entry *entry)
{
    struct log *log = log_of(recent, entry->kind);
    struct entry **signpost = signpost_of(log, second_of(entry));
    struct list *before = entry->by_time.prev;

    log->bytes -= bytes_of(entry);
    --*count_of(recent, entry);
    if (*signpost == entry)
        *signpost = before != &entry->by_time && before != &log->entries &&
                            second_of(entry_at(before)) == second_of(entry)
                        ? entry_at(before)
                        : NULL;
    for (size_t i = 0; i < entry->mention_count; i++)
        list_remove(&entry->mentions[i].in_bucket);
    list_remove(&entry->by_time);
    free(entry);
}

void recent_events_free(struct recent_events *recent)
{
    if (recent == NULL)
        return;
    for (int i = 0; i < HALVES; i++)
        while (!list_is_empty(&recent->halves[i].entries))
            drop(recent, entry_at(recent->halves[i].entries.next));
    strbuf_clear(&recent->line);
    strbuf_clear(&recent->keep);
    free(recent->buckets);
    free(recent);
}

/* --- put into their order -------------------------------------------------- */

/* An entry near which one of this second belongs; the newest, where there is no
 * signpost. At either end it is found at once: so entries may come in the order of
 * time, or in the reverse of it. */
static struct list *find_place(struct log *log, int64_t second)
{
    struct list *newest = log->entries.prev;

    if (newest == &log->entries || second_of(entry_at(newest)) <= second)
        return newest;
    if (second_of(entry_at(log->entries.next)) > second)
        return &log->entries;
    for (int64_t i = 0; i < SIGNPOSTS && i <= second; i++) {
        struct entry *near = *signpost_of(log, second - i);

        if (near != NULL && second_of(near) == second - i)
            return &near->by_time;
    }
    return newest;
}

static void put_by_time(struct recent_events *recent, struct log *log,
                        struct entry *entry)
{
    int64_t second = second_of(entry);
    struct list *place = find_place(log, second); /* it goes right behind it */

    for (; place->next != &log->entries &&
           second_of(entry_at(place->next)) <= second;
         recent->steps++)
        place = place->next;
    for (; place != &log->entries && second_of(entry_at(place)) > second;
         recent->steps++)
        place = place->prev;
    list_insert_before(place->next, &entry->by_time);
    *signpost_of(log, second) = entry;
}

static void put_in_bucket(struct recent_events *recent, struct mention *mention)
{
    struct list *bucket = bucket_of(recent, mention->hash);
    struct list *place = bucket;

    if (!list_is_empty(bucket) &&
        mention_at(bucket->next)->entry->at > mention->entry->at)
        place = bucket->next;
    for (; place->prev != bucket &&
           mention_at(place->prev)->entry->at > mention->entry->at;
         recent->steps++)
        place = place->prev;
    list_insert_before(place, &mention->in_bucket);
}

/* For an entry that is counted, and not in the list. False: it is older than all
 * that finds room. */
static bool make_room(struct recent_events *recent, struct log *log,
                      const struct entry *entry)
{
    while (log->bytes > log->max_bytes) {
        struct entry *oldest = entry_at(log->entries.next);

        if (list_is_empty(&log->entries) || oldest->at > entry->at)
            return false;
        drop(recent, oldest);
    }
    return true;
}

static struct entry *entry_new(struct recent_events *recent,
                               const struct event *event, size_t host_count)
{
    struct span line = strbuf_span(&recent->line);
    struct entry *entry =
        malloc(sizeof *entry + host_count * sizeof *entry->mentions + line.len);

    if (entry == NULL)
        return NULL;
    entry->at = event->at;
    entry->kind = kind_of(event);
    entry->goes_on = event->kind == EVENT_EDIT && event->edit.hosts_before > 0;
    entry->line_bytes = (uint32_t)line.len;
    entry->mention_count = (uint32_t)host_count;
    memcpy(line_of(entry), line.ptr, line.len);
    return entry;
}

/* Once for each host, be it named twice. */
static void put_in_buckets(struct recent_events *recent, struct entry *entry,
                           const struct span *hosts)
{
    for (size_t i = 0; i < entry->mention_count; i++) {
        struct mention *mention = &entry->mentions[i];
        size_t same = 0;

        mention->entry = entry;
        mention->hash = siphash(&recent->key, hosts[i]);
        while (entry->mentions[same].hash != mention->hash)
            same++;
        if (same == i)
            put_in_bucket(recent, mention);
        else
            list_init(&mention->in_bucket);
    }
}

/* `replaced` goes, if it is not NULL, once there is memory for its successor. */
static enum status add(struct recent_events *recent, const struct event *event,
                       struct entry *replaced)
{
    const struct span *hosts;
    size_t host_count = hosts_of(event, &hosts);
    struct entry *entry;
    struct log *log;

    strbuf_rewind(&recent->line);
    if (event_write(event, &recent->line) != STATUS_OK)
        return STATUS_NOMEM;
    entry = entry_new(recent, event, host_count);
    if (entry == NULL)
        return STATUS_NOMEM;
    put_in_buckets(recent, entry, hosts);
    if (replaced != NULL)
        drop(recent, replaced);
    log = log_of(recent, entry->kind);
    list_init(&entry->by_time);
    log->bytes += bytes_of(entry);
    ++*count_of(recent, entry);
    if (make_room(recent, log, entry))
        put_by_time(recent, log, entry);
    else
        drop(recent, entry);
    return STATUS_OK;
}

/* --- refusals that follow one another -------------------------------------- */

/* What was written is read again: so it fails for lack of memory alone. */
static enum status read_entry(struct recent_events *recent,
                              const struct entry *entry)
{
    return event_read(span_from(line_of(entry), entry->line_bytes),
                      &recent->keep, &recent->event);
}

/* What is known of a host right before and right after a time; NULL: nothing. */
struct neighbours {
    struct entry *before, *after;
};

static struct neighbours neighbours_of(const struct recent_events *recent,
                                       struct span host, int64_t at)
{
    uint64_t hash = siphash(&recent->key, host);
    struct list *bucket = bucket_of(recent, hash);
    struct neighbours found = {NULL, NULL};

    for (struct list *node = bucket->prev; node != bucket; node = node->prev) {
        struct mention *mention = mention_at(node);

        if (mention->hash != hash)
            continue;
        if (mention->entry->at <= at) {
            found.before = mention->entry;
            break;
        }
        found.after = mention->entry;
    }
    return found;
}

static bool continues(const struct event_calls *calls,
                      const struct event_calls *known)
{
    return span_equal(calls->host, known->host) &&
           span_equal(calls->outcome, known->outcome) &&
           span_equal(calls->reason, known->reason);
}

static int64_t first_of(const struct event *event)
{
    int64_t first = event->calls.first_at;

    return first > 0 && first < event->at ? first : event->at;
}

static uint32_t sum_of(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

/* The newer of both, with the sums of both. */
static struct event joined(const struct event *a, const struct event *b)
{
    struct event event = a->at >= b->at ? *a : *b;
    int64_t first_a = first_of(a), first_b = first_of(b);

    event.calls.first_at = first_a < first_b ? first_a : first_b;
    event.calls.calls = sum_of(a->calls.calls, b->calls.calls);
    event.calls.refused = sum_of(a->calls.refused, b->calls.refused);
    return event;
}

/* *entry becomes NULL if it is none that goes on with this refusal; else it is
 * read. */
static enum status keep_if_it_continues(struct recent_events *recent,
                                        const struct event *event,
                                        struct entry **entry)
{
    enum status status;

    if (*entry == NULL)
        return STATUS_OK;
    if ((*entry)->kind != RECENT_REFUSALS) {
        *entry = NULL;
        return STATUS_OK;
    }
    status = read_entry(recent, *entry);
    if (status == STATUS_OK && !continues(&event->calls, &recent->event.calls))
        *entry = NULL;
    return status;
}

static enum status add_refusal(struct recent_events *recent,
                               const struct event *event)
{
    struct neighbours known =
        neighbours_of(recent, event->calls.host, event->at);
    struct entry *entry = known.before;
    enum status status = keep_if_it_continues(recent, event, &entry);
    struct event sum;

    if (status == STATUS_OK && entry == NULL) {
        entry = known.after;
        status = keep_if_it_continues(recent, event, &entry);
    }
    if (status != STATUS_OK)
        return status;
    if (entry == NULL)
        return add(recent, event, NULL);
    sum = joined(event, &recent->event);
    return add(recent, &sum, entry);
}

enum status recent_events_add(struct recent_events *recent,
                              const struct event *event)
{
    unsigned kind = kind_of(event);

    if (kind == 0)
        return STATUS_OK;
    return kind == RECENT_REFUSALS ? add_refusal(recent, event)
                                   : add(recent, event, NULL);
}

/* --- told ------------------------------------------------------------------ */

/* Goes from what is newest to what is oldest: through both halves side by side,
 * or through a bucket. */
struct walk {
    const struct recent_events *recent;
    unsigned kinds;
    struct list *ends[HALVES], *nodes[HALVES];
    uint64_t hash; /* of the host */
    bool is_of_host;
};

static struct walk begin(const struct recent_events *recent,
                         const struct recent_query *query)
{
    struct walk walk = {.recent = recent,
                        .kinds = query->kinds,
                        .is_of_host = query->host.len > 0};

    if (walk.is_of_host) {
        walk.hash = siphash(&recent->key, query->host);
        walk.ends[0] = bucket_of(recent, walk.hash);
        walk.nodes[0] = walk.ends[0]->prev;
        return walk;
    }
    for (int i = 0; i < HALVES; i++) {
        walk.ends[i] = (struct list *)(uintptr_t)&recent->halves[i].entries;
        walk.nodes[i] = walk.ends[i]->prev;
    }
    return walk;
}

static struct entry *next_of_host(struct walk *walk)
{
    while (walk->nodes[0] != walk->ends[0]) {
        struct mention *mention = mention_at(walk->nodes[0]);

        walk->nodes[0] = walk->nodes[0]->prev;
        if (mention->hash == walk->hash)
            return mention->entry;
    }
    return NULL;
}

static struct entry *next_of_all(struct walk *walk)
{
    struct entry *newest = NULL;
    int from = 0;

    for (int i = 0; i < HALVES; i++) {
        struct entry *entry =
            walk->nodes[i] == walk->ends[i] ? NULL : entry_at(walk->nodes[i]);

        if (entry == NULL || (newest != NULL && newest->at >= entry->at))
            continue;
        newest = entry;
        from = i;
    }
    if (newest != NULL)
        walk->nodes[from] = walk->nodes[from]->prev;
    return newest;
}

/* NULL: that was all. */
static struct entry *next(struct walk *walk)
{
    struct entry *entry;

    do
        entry = walk->is_of_host ? next_of_host(walk) : next_of_all(walk);
    while (entry != NULL && ((entry->kind & walk->kinds) == 0 ||
                             (entry->goes_on && !walk->is_of_host)));
    return entry;
}

enum status recent_events_each(struct recent_events *recent,
                               const struct recent_query *query,
                               recent_event_fn *each, void *arg)
{
    struct walk walk = begin(recent, query);
    struct entry *entry;

    for (size_t i = 0; i < query->offset; i++)
        if (next(&walk) == NULL)
            return STATUS_OK;
    for (size_t i = 0; i < query->count; i++) {
        entry = next(&walk);
        if (entry == NULL)
            return STATUS_OK;
        if (read_entry(recent, entry) != STATUS_OK)
            return STATUS_NOMEM;
        if (!each(arg, &recent->event))
            return STATUS_OK;
    }
    return STATUS_OK;
}

/* --- told again ------------------------------------------------------------ */

static bool is_older(const struct entry *entry, const struct entry *other)
{
    return other == NULL || entry->at < other->at;
}

static struct entry *take_oldest(struct recent_events *recent,
                                 struct list *nodes[HALVES])
{
    struct entry *oldest = NULL;
    int from = 0;

    for (int i = 0; i < HALVES; i++) {
        if (nodes[i] == &recent->halves[i].entries ||
            !is_older(entry_at(nodes[i]), oldest))
            continue;
        oldest = entry_at(nodes[i]);
        from = i;
    }
    if (oldest != NULL)
        nodes[from] = nodes[from]->next;
    return oldest;
}

enum status recent_events_replay(struct recent_events *recent,
                                 recent_event_fn *each, void *arg)
{
    struct list *nodes[HALVES];
    struct entry *entry;

    for (int i = 0; i < HALVES; i++)
        nodes[i] = recent->halves[i].entries.next;
    while ((entry = take_oldest(recent, nodes)) != NULL) {
        if (read_entry(recent, entry) != STATUS_OK)
            return STATUS_NOMEM;
        if (!each(arg, &recent->event))
            return STATUS_OK;
    }
    return STATUS_OK;
}

/* --- counted --------------------------------------------------------------- */

size_t recent_events_count(const struct recent_events *recent,
                           const struct recent_query *query)
{
    struct walk walk = begin(recent, query);
    size_t count = 0;

    if (walk.is_of_host) {
        while (next(&walk) != NULL)
            count++;
        return count;
    }
    for (size_t i = 0; i < KINDS; i++)
        if ((query->kinds & 1U << i) != 0)
            count += recent->counts[i];
    return count;
}

size_t recent_events_bytes(const struct recent_events *recent)
{
    return sizeof *recent + BUCKETS * sizeof *recent->buckets +
           recent->line.capacity + recent->keep.capacity +
           recent->halves[OTHERS].bytes + recent->halves[REFUSALS].bytes;
}

uint64_t recent_events_steps(const struct recent_events *recent)
{
    return recent->steps;
}
