#include "tests/unit/coalescer_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    SEED = 53,
    START_MS = 1000000,
    EVENTS_MAX_BYTES = 64 * 1024,
    HELD_FIRST = 1024, /* a power of two */
    TEXT_MAX = 32 * 1024,
    WORDS_MAX_BYTES = 512 * 1024,
};

static const char domain[] = ".example.org";

/* One record in Route 53. */
struct held {
    struct span name; /* the copy is ours; its ptr is NULL: a free place */
    enum rrset_type type;
    struct address address;
};

/* --- Route 53's records ----------------------------------------------------- */

static struct held *place_of(struct held *held, size_t size, struct span name,
                             enum rrset_type type)
{
    size_t at = 5381 + (size_t)type;

    for (size_t i = 0; i < name.len; i++)
        at = at * 33 + (unsigned char)name.ptr[i];
    for (at &= size - 1; held[at].name.ptr != NULL; at = (at + 1) & (size - 1))
        if (held[at].type == type && span_equal(held[at].name, name))
            break;
    return &held[at];
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    assert_non_null(memory);
    return memory;
}

static void double_held(struct world *w)
{
    struct held *larger = allocate(w->held_size * 2, sizeof *larger);

    for (size_t i = 0; i < w->held_size; i++)
        if (w->held[i].name.ptr != NULL)
            *place_of(larger, w->held_size * 2, w->held[i].name,
                      w->held[i].type) = w->held[i];
    free(w->held);
    w->held = larger;
    w->held_size *= 2;
}

static size_t count_held(const struct world *w)
{
    size_t count = 0;

    for (size_t i = 0; i < w->held_size; i++)
        count += w->held[i].name.ptr != NULL;
    return count;
}

static void apply(struct world *w, const struct batch *batch)
{
    while ((count_held(w) + batch->count) * 2 > w->held_size)
        double_held(w);
    for (size_t i = 0; i < batch->count; i++) {
        const struct rrset rrset = batch_rrset(batch, i);
        struct held *held =
            place_of(w->held, w->held_size, rrset.name, rrset.type);

        if (held->name.ptr == NULL) {
            char *copy = allocate(1, rrset.name.len);

            memcpy(copy, rrset.name.ptr, rrset.name.len);
            held->name = span_from(copy, rrset.name.len);
            held->type = rrset.type;
        }
        if (batch_is_removal(batch))
            held->address.family = ADDRESS_NONE;
        else
            assert_true(address_parse(rrset.value, &held->address));
    }
}

static const struct address *find_held(const struct world *w, struct span name,
                                       enum rrset_type type)
{
    const struct held *held = place_of(w->held, w->held_size, name, type);

    return held->name.ptr == NULL || held->address.family == ADDRESS_NONE
               ? NULL
               : &held->address;
}

/* --- names ------------------------------------------------------------------- */

static struct span full_name(const char *name, char out[WORLD_NAME_MAX])
{
    int len = snprintf(out, WORLD_NAME_MAX, "%s%s", name, domain);

    assert_in_range(len, 1, WORLD_NAME_MAX - 1);
    return span_from(out, (size_t)len);
}

static struct span short_name(struct span name)
{
    return span_from(name.ptr, name.len - (sizeof domain - 1));
}

const char *world_held(const struct world *w, const char *name,
                       enum rrset_type type)
{
    static char text[ADDRESS_TEXT_MAX];
    char full[WORLD_NAME_MAX];
    const struct address *held = find_held(w, full_name(name, full), type);

    if (held == NULL)
        return "-";
    address_format(held, text);
    return text;
}

/* --- the hooks ---------------------------------------------------------------- */

/* "a.z7.example.org" belongs to Z7, "a.example.org" to Z0. */
static enum zone_answer find_zone(void *arg, struct span name, struct span *id)
{
    static char text[WORLD_NAME_MAX];
    struct world *w = arg;
    struct span rest = short_name(name), label, last = {"z0", 2};

    if (w->zones != ZONE_FOUND)
        return w->zones;
    span_split(&rest, '.', &label);
    while (span_split(&rest, '.', &label))
        last = label;
    snprintf(text, sizeof text, "Z%.*s", (int)last.len - 1, last.ptr + 1);
    if (w->moved_zone != NULL && strcmp(text, w->moved_zone) == 0)
        snprintf(text, sizeof text, "%s", w->moved_to);
    *id = span_from_string(text);
    return ZONE_FOUND;
}

static void note(struct world *w, const char *what, struct span name,
                 enum rrset_type type, const char *more)
{
    struct span shown = short_name(name);

    strbuf_printf(&w->events, "%s %.*s %s%s;", what, (int)shown.len, shown.ptr,
                  rrset_type_name(type), more);
}

static void on_invalidate(void *arg, struct span name, enum rrset_type type)
{
    note(arg, "invalidate", name, type, "");
}

static void on_accepted(void *arg, const struct accepted_change *written)
{
    struct world *w = arg;
    const struct address *held = find_held(w, written->name, written->type);

    assert_non_null(held);
    assert_true(address_equal(held, written->address));
    assert_true(written->asked_at <= w->now);
    assert_true(written->sent_at <= w->now);
    note(arg, "accepted", written->name, written->type,
         written->is_latest ? "" : " not latest");
}

static void on_removal_ended(void *arg, const struct ended_removal *ended)
{
    static const char *const words[] = {[REMOVAL_DONE] = "removed",
                                        [REMOVAL_CHANGED] = "changed",
                                        [REMOVAL_DENIED] = "denied",
                                        [REMOVAL_OVERTAKEN] = "overtaken",
                                        [REMOVAL_GIVEN_UP] = "given up"};
    struct world *w = arg;
    enum rrset_type type = rrset_type_for(ended->address);

    if (ended->end == REMOVAL_DONE)
        assert_null(find_held(w, ended->name, type));
    note(w, words[ended->end], ended->name, type, "");
}

static void on_zone_gone(void *arg, struct span id)
{
    struct world *w = arg;

    strbuf_printf(&w->events, "gone %.*s;", (int)id.len, id.ptr);
}

static void on_refused(void *arg, const struct refused_change *change)
{
    assert_true(change->reply->status == STATUS_INVALID);
    assert_true(change->zone_id.len > 0);
    note(arg, "refused", change->name, change->type, "");
}

void assert_events(struct world *w, const char *expected)
{
    assert_true(strbuf_ok(&w->events));
    assert_string_equal(strbuf_string(&w->events), expected);
    strbuf_rewind(&w->events);
}

/* --- life ---------------------------------------------------------------------- */

struct coalescer_limits world_limits(void)
{
    return (struct coalescer_limits){
        .calls_per_second = 5,
        .max_waiters = 1000000,
        .max_changes = 1000000,
        .max_zones = 1000,
        .max_bytes = (size_t)1 << 30,
    };
}

struct world *world_new_with(struct coalescer_limits limits)
{
    struct world *w = allocate(1, sizeof *w);
    struct coalescer_hooks hooks = {
        .arg = w,
        .find_zone = find_zone,
        .invalidate = on_invalidate,
        .accepted = on_accepted,
        .zone_gone = on_zone_gone,
        .refused = on_refused,
        .removal_ended = on_removal_ended,
    };

    w->held_size = HELD_FIRST;
    w->held = allocate(w->held_size, sizeof *w->held);
    w->now = START_MS;
    w->last_call_at = INT64_MIN / 2;
    w->least_gap_ms = (int64_t)(1000 / limits.calls_per_second);
    w->latency_ms = WORLD_LATENCY_MS;
    w->weather = STATUS_OK;
    w->names_culprits = true;
    strbuf_init(&w->events, EVENTS_MAX_BYTES);
    w->c = coalescer_new(&limits, &hooks, SEED);
    assert_non_null(w->c);
    return w;
}

struct world *world_new(void)
{
    return world_new_with(world_limits());
}

void world_free(struct world *w)
{
    coalescer_free(w->c);
    assert_int_equal(w->unanswered, 0);
    while (w->callers != NULL) {
        struct caller *next = w->callers->next;

        assert_int_equal(w->callers->answers, 1);
        free(w->callers);
        w->callers = next;
    }
    for (size_t i = 0; i < w->held_size; i++)
        free((void *)(uintptr_t)w->held[i].name.ptr);
    free(w->held);
    strbuf_clear(&w->events);
    free(w);
}

/* --- callers -------------------------------------------------------------------- */

static void on_answer(struct waiter *waiter, enum outcome outcome,
                      const struct address *written)
{
    struct caller *caller = list_entry(waiter, struct caller, waiter);
    struct world *w = caller->world;

    assert_false(w->submitting);
    assert_int_equal(caller->answers, 0);
    assert_true(w->now <= waiter->deadline_at || w->now == caller->asked_at);
    caller->answers++;
    caller->outcome = outcome;
    caller->answered_at = w->now;
    w->unanswered--;
    if (outcome == OUTCOME_ACCEPTED) {
        enum rrset_type type =
            caller->wanted.family == ADDRESS_IPV6 ? RRSET_AAAA : RRSET_A;
        const struct address *held =
            find_held(w, span_from_string(caller->name), type);

        assert_non_null(written);
        assert_non_null(held);
        assert_true(address_equal(held, written));
        caller->written = *written;
    }
    if (caller->then != NULL)
        caller->then(caller);
}

static enum status submit(struct world *w, struct caller *caller)
{
    static const struct address client = {ADDRESS_IPV4, {198, 51, 100, 7}};
    struct desired_rrset desired = {
        .name = span_from_string(caller->name),
        .address = &caller->wanted,
        .client = &client,
        .ttl = WORLD_TTL,
        .is_proven = w->is_proven != NULL && w->is_proven(caller->name),
    };
    enum status status;

    w->submitting = true;
    status = coalescer_submit(w->c, w->now, &desired, &caller->waiter);
    w->submitting = false;
    return status;
}

static enum status try_until(struct world *w, const char *name,
                             const char *address, int64_t deadline_at,
                             struct caller **out)
{
    struct caller *caller = allocate(1, sizeof *caller);
    enum status status;

    caller->world = w;
    caller->asked_at = w->now;
    caller->waiter.done = on_answer;
    caller->waiter.deadline_at = deadline_at;
    full_name(name, caller->name);
    assert_true(address_parse(span_from_string(address), &caller->wanted));
    status = submit(w, caller);
    if (status != STATUS_OK) {
        free(caller);
        return status;
    }
    caller->next = w->callers;
    w->callers = caller;
    w->unanswered++;
    *out = caller;
    return STATUS_OK;
}

struct caller *world_ask_until(struct world *w, const char *name,
                               const char *address, int64_t deadline_at)
{
    struct caller *caller = NULL;

    assert_int_equal(try_until(w, name, address, deadline_at, &caller),
                     STATUS_OK);
    return caller;
}

struct caller *world_ask(struct world *w, const char *name, const char *address)
{
    return world_ask_until(w, name, address, w->now + WORLD_DEADLINE_MS);
}

enum status world_try_until(struct world *w, const char *name,
                            const char *address, int64_t deadline_at)
{
    struct caller *caller;

    return try_until(w, name, address, deadline_at, &caller);
}

enum status world_try(struct world *w, const char *name, const char *address)
{
    return world_try_until(w, name, address, w->now + WORLD_DEADLINE_MS);
}

void assert_unanswered(const struct caller *caller)
{
    if (caller->answers != 0)
        fail_msg("%s was answered %d", caller->name, (int)caller->outcome);
}

void assert_answer(const struct caller *caller, enum outcome outcome)
{
    if (caller->answers != 1)
        fail_msg("%s was answered %u times", caller->name, caller->answers);
    if (caller->outcome != outcome)
        fail_msg("%s was answered %d", caller->name, (int)caller->outcome);
}

void assert_good(const struct caller *caller, const char *address)
{
    char text[ADDRESS_TEXT_MAX];

    assert_answer(caller, OUTCOME_ACCEPTED);
    address_format(&caller->written, text);
    assert_string_equal(text, address);
}

/* --- removals ----------------------------------------------------------------- */

enum status world_remove(struct world *w, const char *name, const char *address)
{
    char full[WORLD_NAME_MAX];
    struct address shown;
    struct unwanted_rrset unwanted = {
        .name = full_name(name, full), .address = &shown, .ttl = WORLD_TTL};

    assert_true(address_parse(span_from_string(address), &shown));
    return coalescer_remove(w->c, w->now, &unwanted);
}

/* --- batches ---------------------------------------------------------------------- */

const char *batch_text(const struct batch *batch)
{
    static char text[TEXT_MAX];
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < batch->count && len < sizeof text; i++) {
        struct span name = short_name(batch_rrset(batch, i).name);
        struct span value = batch_rrset(batch, i).value;

        len += (size_t)snprintf(text + len, sizeof text - len, "%s%.*s=%.*s",
                                i > 0 ? " " : "", (int)name.len, name.ptr,
                                (int)value.len, value.ptr);
    }
    return text;
}

static void check_batch(const struct world *w, const struct batch *batch)
{
    bool is_removal = batch_is_removal(batch);
    size_t chars = 0;

    assert_in_range(batch->count, 1,
                    is_removal ? ROUTE53_BATCH_MAX_DELETES
                               : ROUTE53_BATCH_MAX_UPSERTS);
    assert_int_equal(batch->sent_at, w->now);
    for (size_t i = 0; i < batch->count; i++)
        chars += strlen(batch->items[i].value);
    assert_in_range(chars, 1,
                    is_removal ? ROUTE53_BATCH_MAX_DELETE_CHARS
                               : ROUTE53_BATCH_MAX_CHARS);
    for (size_t i = 0; i < w->in_flight_count; i++)
        assert_ptr_not_equal(w->in_flight[i].batch->zone, batch->zone);
    /* Each record's in_flight change is in one place of one batch. */
    for (size_t i = 0; i < batch->count; i++)
        assert_true(batch->items[i].record->in_flight.wanted &&
                    batch->items[i].record->in_flight.is_removal == is_removal);
}

struct batch *world_send(struct world *w)
{
    struct batch *batch = coalescer_next(w->c, w->now);

    if (batch == NULL)
        return NULL;
    check_batch(w, batch);
    assert_true(w->now - w->last_call_at >= w->least_gap_ms);
    assert_true(w->in_flight_count < WORLD_FLIGHTS_MAX);
    w->last_call_at = w->now;
    w->calls++;
    w->in_flight[w->in_flight_count++] =
        (struct flight){batch, w->now + w->latency_ms};
    if (w->in_flight_count > w->most_in_flight)
        w->most_in_flight = w->in_flight_count;
    return batch;
}

void world_wait(struct world *w, int64_t ms)
{
    int64_t until = w->now + ms;

    /* Every deadline on the way is met at its time. */
    while (w->now < until) {
        int64_t wait = coalescer_wait_ms(w->c, w->now);

        w->now += wait > 0 && wait < until - w->now ? wait : until - w->now;
        coalescer_expire(w->c, w->now);
    }
}

struct batch *world_send_soon(struct world *w)
{
    struct batch *batch;
    int64_t wait;

    while ((batch = world_send(w)) == NULL) {
        wait = coalescer_wait_ms(w->c, w->now);
        assert_true(wait > 0);
        world_wait(w, wait);
    }
    return batch;
}

static void land(struct world *w, struct batch *batch, struct aws_reply *reply)
{
    size_t at = 0;

    while (w->in_flight[at].batch != batch)
        assert_true(++at < w->in_flight_count);
    w->in_flight[at] = w->in_flight[--w->in_flight_count];
    if (reply->status == STATUS_OK ||
        (reply->status == STATUS_UNAVAILABLE && w->applies_unsaid))
        apply(w, batch);
    coalescer_done(w->c, w->now, batch, reply);
}

void world_reply(struct world *w, struct batch *batch, enum status status)
{
    struct aws_reply reply = {.status = status};

    land(w, batch, &reply);
}

void world_refuse(struct world *w, struct batch *batch, const char *message)
{
    struct aws_reply reply = {.status = STATUS_INVALID,
                              .code = "InvalidChangeBatch"};

    snprintf(reply.message, sizeof reply.message, "%s", message);
    reply.words = span_from_string(message);
    land(w, batch, &reply);
}

/* --- by itself ---------------------------------------------------------------------- */

static bool is_bad(const struct world *w, struct span name)
{
    for (size_t i = 0; i < WORLD_BAD_MAX && w->bad[i] != NULL; i++)
        if (span_is(short_name(name), w->bad[i]))
            return true;
    return false;
}

/* Whether the record is what the item says. */
static bool says(const struct world *w, const struct batch *batch, size_t item)
{
    const struct rrset rrset = batch_rrset(batch, item);
    const struct address *held = find_held(w, rrset.name, rrset.type);
    struct address wanted;

    return held != NULL && address_parse(rrset.value, &wanted) &&
           address_equal(held, &wanted);
}

static void find_culprits(const struct world *w, const struct batch *batch,
                          struct aws_reply *reply, struct strbuf *words)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct span name = batch_rrset(batch, i).name;

        if (!is_bad(w, name) &&
            !(batch_is_removal(batch) && !says(w, batch, i)))
            continue;
        reply->status = STATUS_INVALID;
        if (w->names_culprits)
            strbuf_printf(
                words,
                "[RRSet of type %s with DNS name %.*s. is not permitted]",
                rrset_type_name(batch_rrset(batch, i).type), (int)name.len,
                name.ptr);
    }
    reply->words = strbuf_span(words);
}

static void answer_batch(struct world *w, struct batch *batch)
{
    struct aws_reply reply = {.status = w->weather};
    struct strbuf words;

    strbuf_init(&words, WORDS_MAX_BYTES);
    if (w->answer != NULL)
        reply.status = w->answer(w, batch, &reply);
    else if (reply.status == STATUS_OK)
        find_culprits(w, batch, &reply, &words);
    land(w, batch, &reply);
    strbuf_clear(&words);
}

static bool land_next(struct world *w)
{
    for (size_t i = 0; i < w->in_flight_count; i++) {
        if (w->in_flight[i].lands_at <= w->now) {
            answer_batch(w, w->in_flight[i].batch);
            return true;
        }
    }
    return false;
}

/* When the coalescer or Route 53 has something to do next. */
static int64_t next_event_at(const struct world *w)
{
    int64_t wait = coalescer_wait_ms(w->c, w->now);
    int64_t at = wait < 0 ? INT64_MAX : w->now + wait;

    for (size_t i = 0; i < w->in_flight_count; i++)
        if (w->in_flight[i].lands_at < at)
            at = w->in_flight[i].lands_at;
    return at;
}

void world_run(struct world *w, int64_t until)
{
    for (;;) {
        int64_t at;

        coalescer_expire(w->c, w->now);
        while (land_next(w) || world_send(w) != NULL)
            ;
        at = next_event_at(w);
        assert_true(at > w->now); /* else it would spin */
        if (at > until) {
            if (until != INT64_MAX && until > w->now)
                w->now = until;
            coalescer_expire(w->c, w->now);
            return;
        }
        if (at == INT64_MAX)
            return;
        w->now = at;
    }
}

void world_run_out(struct world *w)
{
    world_run(w, INT64_MAX);
}
