#include "journal/host_states.h"

#include "journal/host_index.h"
#include "journal/text_pool.h"

#include <stdlib.h>

/* What is known of the record of one family. A change says more than a call:
 * the greater of two wins, whatever their times. */
enum known { KNOWN_NOT, KNOWN_BY_CALL, KNOWN_BY_CHANGE };

/* Packed by hand, for there are a million of them: 84 bytes. */
struct record {
    uint32_t record_at[2]; /* what is known of A, AAAA */
    uint32_t called_at, accessed_at, checked_at, succeeded_at, added_at;
    uint32_t refusals;
    uint16_t record_ms[2], called_ms, succeeded_ms;
    uint16_t agent, outcome, reason;
    unsigned char known : 4;     /* enum known, two bits for each */
    unsigned char has : 2;       /* whether the record has an address */
    unsigned char client_is : 2; /* no address, IPv4, IPv6 */
    unsigned char ipv4[4], ipv6[16], client[16];
};

_Static_assert(sizeof(struct record) == 84, "a record has grown");

enum { RECORDS_PER_CHUNK = 4096 };

/* Chunks stay where they are, so that growing copies nothing but pointers. */
struct host_states {
    struct host_index index;
    struct text_pool *agents, *outcomes, *reasons;
    struct record **chunks;
    size_t chunk_count, chunk_capacity;
};

/* --- times ----------------------------------------------------------------- */

struct stamp {
    uint32_t seconds;
    uint16_t ms;
};

static struct stamp stamp_of(int64_t ms)
{
    if (ms <= 0)
        return (struct stamp){0, 0};
    if (ms / 1000 > UINT32_MAX)
        return (struct stamp){UINT32_MAX, 999};
    return (struct stamp){(uint32_t)(ms / 1000), (uint16_t)(ms % 1000)};
}

/* As memcmp(3) says it. */
static int compare_stamps(struct stamp a, struct stamp b)
{
    if (a.seconds != b.seconds)
        return a.seconds < b.seconds ? -1 : 1;
    return (a.ms > b.ms) - (a.ms < b.ms);
}

static void raise_seconds(uint32_t *seconds, int64_t ms)
{
    struct stamp stamp = stamp_of(ms);

    if (stamp.seconds > *seconds)
        *seconds = stamp.seconds;
}

/* --- packed members -------------------------------------------------------- */

static enum known get_known(const struct record *record, int which)
{
    return (enum known)(record->known >> (2 * which) & 3);
}

static struct address make_address(enum address_family family,
                                   const unsigned char *bytes)
{
    struct address address = {.family = family};

    if (family == ADDRESS_IPV4)
        memcpy(address.bytes, bytes, 4);
    else if (family == ADDRESS_IPV6)
        memcpy(address.bytes, bytes, 16);
    return address;
}

static struct address get_address(const struct record *record, int which)
{
    if ((record->has >> which & 1) == 0)
        return (struct address){0};
    return which == 0 ? make_address(ADDRESS_IPV4, record->ipv4)
                      : make_address(ADDRESS_IPV6, record->ipv6);
}

/* What is said of one record. */
struct saying {
    enum known known;
    struct stamp at;
    struct address address;
};

static struct saying get_saying(const struct record *record, int which)
{
    return (struct saying){get_known(record, which),
                           {record->record_at[which], record->record_ms[which]},
                           get_address(record, which)};
}

static void set_saying(struct record *record, int which,
                       const struct saying *saying)
{
    unsigned known = record->known & ~(3U << (2 * which));
    unsigned has = record->has & ~(1U << which);

    known |= (unsigned)saying->known << (2 * which);
    has |= (unsigned)(saying->address.family != ADDRESS_NONE) << which;
    record->known = known & 15;
    record->has = has & 3;
    record->record_at[which] = saying->at.seconds;
    record->record_ms[which] = saying->at.ms;
    if (saying->address.family == ADDRESS_IPV4)
        memcpy(record->ipv4, saying->address.bytes, 4);
    else if (saying->address.family == ADDRESS_IPV6)
        memcpy(record->ipv6, saying->address.bytes, 16);
}

static struct address get_client(const struct record *record)
{
    static const enum address_family families[4] = {ADDRESS_NONE, ADDRESS_IPV4,
                                                    ADDRESS_IPV6, ADDRESS_NONE};

    return make_address(families[record->client_is], record->client);
}

static void set_client(struct record *record, const struct address *client)
{
    record->client_is = client->family == ADDRESS_IPV4   ? 1
                        : client->family == ADDRESS_IPV6 ? 2
                                                         : 0;
    memcpy(record->client, client->bytes, sizeof record->client);
}

/* --- made ------------------------------------------------------------------ */

struct host_states *host_states_new(void)
{
    struct host_states *states = calloc(1, sizeof *states);

    if (states == NULL)
        return NULL;
    states->agents = text_pool_new(HOST_STATES_MAX_AGENTS);
    states->outcomes = text_pool_new(HOST_STATES_MAX_WORDS);
    states->reasons = text_pool_new(HOST_STATES_MAX_WORDS);
    if (states->agents == NULL || states->outcomes == NULL ||
        states->reasons == NULL || !host_index_init(&states->index)) {
        host_states_free(states);
        return NULL;
    }
    return states;
}

void host_states_free(struct host_states *states)
{
    if (states == NULL)
        return;
    for (size_t i = 0; i < states->chunk_count; i++)
        free(states->chunks[i]);
    free(states->chunks);
    text_pool_free(states->agents);
    text_pool_free(states->outcomes);
    text_pool_free(states->reasons);
    host_index_clear(&states->index);
    free(states);
}

static struct record *record_at(const struct host_states *states,
                                uint32_t index)
{
    return &states
                ->chunks[index / RECORDS_PER_CHUNK][index % RECORDS_PER_CHUNK];
}

static bool reserve_chunk_pointer(struct host_states *states)
{
    size_t capacity = states->chunk_capacity;
    struct record **chunks;

    if (states->chunk_count < capacity)
        return true;
    capacity = capacity == 0 ? 8 : capacity * 2;
    chunks = realloc(states->chunks, capacity * sizeof(struct record *));
    if (chunks == NULL)
        return false;
    states->chunks = chunks;
    states->chunk_capacity = capacity;
    return true;
}

static bool reserve_record(struct host_states *states)
{
    struct record *chunk;

    if (states->index.count < states->chunk_count * RECORDS_PER_CHUNK)
        return true;
    if (!reserve_chunk_pointer(states))
        return false;
    chunk = calloc(RECORDS_PER_CHUNK, sizeof *chunk);
    if (chunk == NULL)
        return false;
    states->chunks[states->chunk_count++] = chunk;
    return true;
}

static struct record *add(struct host_states *states, struct span name)
{
    if (!reserve_record(states) ||
        host_index_add(&states->index, name) != STATUS_OK)
        return NULL;
    return record_at(states, states->index.count - 1);
}

static struct record *find_or_add(struct host_states *states, struct span name)
{
    uint32_t index;

    if (host_index_find(&states->index, name, &index))
        return record_at(states, index);
    return add(states, name);
}

/* --- calls ----------------------------------------------------------------- */

static int compare_spans(struct span a, struct span b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len == 0 ? 0 : memcmp(a.ptr, b.ptr, len);

    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_addresses(const struct address *a, const struct address *b)
{
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

/* Two calls of the same millisecond, by their content: one that was not served,
 * which has a reason, is the greater. */
static int compare_content(const struct host_states *states,
                           const struct record *record,
                           const struct event_calls *calls)
{
    struct address client = get_client(record);
    int order = compare_spans(calls->reason,
                              text_pool_get(states->reasons, record->reason));

    if (order == 0)
        order = compare_spans(calls->outcome,
                              text_pool_get(states->outcomes, record->outcome));
    if (order == 0)
        order = compare_addresses(&calls->client, &client);
    if (order == 0)
        order = compare_spans(calls->agent,
                              text_pool_get(states->agents, record->agent));
    return order;
}

static void replace(struct text_pool *pool, uint16_t *number, struct span text)
{
    uint16_t old = *number;

    if (span_equal(text_pool_get(pool, old), text))
        return;
    text_pool_drop(pool, old); /* first, so that it makes room */
    *number = text_pool_hold(pool, text);
}

static void set_last_call(struct host_states *states, struct record *record,
                          struct stamp at, const struct event_calls *calls)
{
    record->called_at = at.seconds;
    record->called_ms = at.ms;
    set_client(record, &calls->client);
    replace(states->agents, &record->agent, calls->agent);
    replace(states->outcomes, &record->outcome, calls->outcome);
    replace(states->reasons, &record->reason, calls->reason);
}

static void apply_refusals(struct record *record, struct stamp succeeded,
                           uint32_t refused)
{
    int order = compare_stamps(
        succeeded, (struct stamp){record->succeeded_at, record->succeeded_ms});

    if (order < 0)
        return;
    if (order > 0)
        record->refusals = 0;
    record->succeeded_at = succeeded.seconds;
    record->succeeded_ms = succeeded.ms;
    if (refused > UINT32_MAX - record->refusals)
        refused = UINT32_MAX - record->refusals;
    record->refusals += refused;
}

/* --- records --------------------------------------------------------------- */

static int compare_sayings(const struct saying *a, const struct saying *b)
{
    int order = compare_stamps(a->at, b->at);

    if (a->known != b->known)
        return a->known < b->known ? -1 : 1;
    return order != 0 ? order : compare_addresses(&a->address, &b->address);
}

static void apply_saying(struct record *record, int which,
                         const struct saying *saying)
{
    struct saying had = get_saying(record, which);

    if (compare_sayings(saying, &had) > 0)
        set_saying(record, which, saying);
}

/* An address that is of this family, or none at all. */
static struct address only(const struct address *address, int which)
{
    enum address_family family = which == 0 ? ADDRESS_IPV4 : ADDRESS_IPV6;

    return make_address(address->family == family ? family : ADDRESS_NONE,
                        address->bytes);
}

static void apply_calls(struct host_states *states, struct record *record,
                        struct stamp at, const struct event_calls *calls)
{
    const struct address *told[2] = {&calls->ipv4, &calls->ipv6};
    int order = compare_stamps(
        at, (struct stamp){record->called_at, record->called_ms});

    if (order > 0 || (order == 0 && compare_content(states, record, calls) > 0))
        set_last_call(states, record, at, calls);
    raise_seconds(&record->accessed_at, calls->accessed_at);
    raise_seconds(&record->checked_at, calls->checked_at);
    apply_refusals(record, stamp_of(calls->succeeded_at), calls->refused);
    for (int i = 0; i < 2; i++) {
        struct saying saying = {KNOWN_BY_CALL, stamp_of(calls->checked_at),
                                only(told[i], i)};

        if (calls->checked_at > 0 && saying.address.family != ADDRESS_NONE)
            apply_saying(record, i, &saying);
    }
}

static void apply_change(struct record *record, struct stamp at,
                         const struct event_change *change)
{
    int which = change->family == ADDRESS_IPV6;
    struct saying saying = {KNOWN_BY_CHANGE, at, only(&change->after, which)};

    apply_saying(record, which, &saying);
}

/* --- edits ----------------------------------------------------------------- */

static uint32_t rounded_up(struct stamp stamp)
{
    return stamp.seconds + (stamp.ms > 0 && stamp.seconds < UINT32_MAX);
}

static void apply_edit(struct host_states *states, struct stamp at,
                       const struct event_edit *edit)
{
    uint32_t seconds = rounded_up(at), index;

    if (!span_is(edit->effect, "added"))
        return;
    for (size_t i = 0; i < edit->named; i++) {
        struct record *record;

        if (!host_index_find(&states->index, edit->hosts[i], &index))
            continue;
        record = record_at(states, index);
        if (record->added_at < seconds)
            record->added_at = seconds;
    }
}

/* --- all of them ----------------------------------------------------------- */

enum status host_states_apply(struct host_states *states,
                              const struct event *event)
{
    struct record *record;

    if (event->kind == EVENT_EDIT)
        apply_edit(states, stamp_of(event->at), &event->edit);
    if (event->kind != EVENT_CALLS && event->kind != EVENT_CHANGE)
        return STATUS_OK;
    record =
        find_or_add(states, event->kind == EVENT_CALLS ? event->calls.host
                                                       : event->change.host);
    if (record == NULL)
        return STATUS_NOMEM;
    if (event->kind == EVENT_CALLS)
        apply_calls(states, record, stamp_of(event->at), &event->calls);
    else
        apply_change(record, stamp_of(event->at), &event->change);
    return STATUS_OK;
}

/* --- read ------------------------------------------------------------------ */

size_t host_states_count(const struct host_states *states)
{
    return states->index.count;
}

size_t host_states_bytes(const struct host_states *states)
{
    return sizeof *states + host_index_bytes(&states->index) +
           states->chunk_capacity * sizeof(struct record *) +
           states->chunk_count * RECORDS_PER_CHUNK * sizeof(struct record) +
           text_pool_bytes(states->agents) + text_pool_bytes(states->outcomes) +
           text_pool_bytes(states->reasons);
}

static void get_record(const struct record *record, int which,
                       struct host_state *out)
{
    struct saying saying = get_saying(record, which);

    out->addresses[which] = saying.address;
    out->record_ms[which] = saying.at.ms;
    if (saying.known == KNOWN_BY_CHANGE)
        out->updated_at[which] = saying.at.seconds;
    else
        out->seen_at[which] = saying.at.seconds;
}

void host_states_get(const struct host_states *states, uint32_t index,
                     struct host_state *out)
{
    const struct record *record = record_at(states, index);

    *out = (struct host_state){
        .name = host_index_name(&states->index, index),
        .called_at = record->called_at,
        .called_ms = record->called_ms,
        .accessed_at = record->accessed_at,
        .checked_at = record->checked_at,
        .succeeded_at = record->succeeded_at,
        .succeeded_ms = record->succeeded_ms,
        .added_at = record->added_at,
        .refusals = record->refusals,
        .client = get_client(record),
        .agent = text_pool_get(states->agents, record->agent),
        .outcome = text_pool_get(states->outcomes, record->outcome),
        .reason = text_pool_get(states->reasons, record->reason),
    };
    get_record(record, 0, out);
    get_record(record, 1, out);
}

bool host_states_find(const struct host_states *states, struct span name,
                      uint32_t *index)
{
    return host_index_find(&states->index, name, index);
}

/* --- restored -------------------------------------------------------------- */

static void restore_record(struct record *record, int which,
                           const struct host_state *state)
{
    struct saying saying = {KNOWN_NOT,
                            {state->updated_at[which], state->record_ms[which]},
                            only(&state->addresses[which], which)};

    if (state->updated_at[which] != 0) {
        saying.known = KNOWN_BY_CHANGE;
    } else if (state->seen_at[which] != 0) {
        saying.known = KNOWN_BY_CALL;
        saying.at.seconds = state->seen_at[which];
    } else {
        return;
    }
    set_saying(record, which, &saying);
}

enum status host_states_restore(struct host_states *states,
                                const struct host_state *state)
{
    struct record *record;
    uint32_t index;

    if (host_index_find(&states->index, state->name, &index))
        return STATUS_CONFLICT;
    record = add(states, state->name);
    if (record == NULL)
        return STATUS_NOMEM;
    record->called_at = state->called_at;
    record->called_ms = state->called_ms;
    record->accessed_at = state->accessed_at;
    record->checked_at = state->checked_at;
    record->succeeded_at = state->succeeded_at;
    record->succeeded_ms = state->succeeded_ms;
    record->added_at = state->added_at;
    record->refusals = state->refusals;
    set_client(record, &state->client);
    record->agent = text_pool_hold(states->agents, state->agent);
    record->outcome = text_pool_hold(states->outcomes, state->outcome);
    record->reason = text_pool_hold(states->reasons, state->reason);
    restore_record(record, 0, state);
    restore_record(record, 1, state);
    return STATUS_OK;
}
