/* Several copies of the coalescer on one account. None is told of the others:
 * what each learns, it learns from Route 53's answers. Every copy has hosts of
 * its own that always want something, so that all batches are full, and the
 * account's calls are what is short.
 */
#include "copies.h"

#include "agenda.h"
#include "server/dns/coalescer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CALLS_A_SECOND = 5,
    BURST = 5, /* what the account saves up */
    NETWORK_MIN_MS = 2,
    NETWORK_MAX_MS = 12,
    DEADLINE_MS = 20000,
    NAME_MAX_BYTES = 64,
};

struct copies;

struct copy {
    struct copies *all;
    struct coalescer *coalescer;
    struct copy_host *hosts;
    size_t calls, accepted, throttled, busy, changes;
    bool is_there;
};

struct copy_host {
    struct waiter waiter;
    struct copy *copy;
    char name[NAME_MAX_BYTES];
    unsigned zone, wish;
};

struct call {
    struct copy *copy;
    struct batch *batch;
    unsigned zone;
    enum status status;
};

struct copies {
    const struct copies_wanted *wanted;
    struct copy *copies;
    struct agenda agenda;
    struct jitter random;
    int64_t now, *zone_busy_until;
    double tokens;
    int64_t filled_at;
    struct list again; /* waiters whose hosts ask once more */
};

static void *need(void *memory)
{
    if (memory == NULL) {
        fputs("sim: memory is short\n", stderr);
        exit(EXIT_FAILURE);
    }
    return memory;
}

static int64_t draw(struct copies *all, int64_t min, int64_t max)
{
    return min + jitter_up_to(&all->random, max - min);
}

/* --- what a coalescer asks and tells ---------------------------------------- */

static enum zone_answer find_zone(void *arg, struct span name,
                                  struct span *zone_id)
{
    (void)arg;
    /* "h12.z3" belongs to the zone "z3". */
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] == '.')
            *zone_id = span_from(name.ptr + i + 1, name.len - i - 1);
    return ZONE_FOUND;
}

static void ignore_record(void *arg, struct span name, enum rrset_type type)
{
    (void)arg;
    (void)name;
    (void)type;
}

static void ignore_accepted(void *arg, const struct accepted_change *written)
{
    (void)arg;
    (void)written;
}

static void ignore_zone(void *arg, struct span zone_id)
{
    (void)arg;
    (void)zone_id;
}

static void ignore_refused(void *arg, const struct refused_change *change)
{
    (void)arg;
    (void)change;
}

/* --- hosts ------------------------------------------------------------------- */

/* Not from within the coalescer: it asks once more in the copy's next turn. */
static void on_answer(struct waiter *waiter, enum outcome outcome,
                      const struct address *written)
{
    struct copy_host *host = list_entry(waiter, struct copy_host, waiter);

    (void)written;
    host->copy->changes += outcome == OUTCOME_ACCEPTED;
    list_append(&host->copy->all->again, &waiter->in_change);
}

static void ask(struct copy_host *host)
{
    struct copies *all = host->copy->all;
    struct address address = {.family = ADDRESS_IPV4};
    struct desired_rrset desired = {.name = span_from_string(host->name),
                                    .address = &address,
                                    .client = &address,
                                    .ttl = 60};

    host->wish++;
    memcpy(address.bytes, &host->wish, 4);
    host->waiter.done = on_answer;
    host->waiter.deadline_at = all->now + DEADLINE_MS;
    if (coalescer_submit(host->copy->coalescer, all->now, &desired,
                         &host->waiter) != STATUS_OK)
        need(NULL);
}

static void ask_again(struct copies *all)
{
    while (!list_is_empty(&all->again)) {
        struct waiter *waiter =
            list_entry(all->again.next, struct waiter, in_change);
        struct copy_host *host = list_entry(waiter, struct copy_host, waiter);

        list_remove(&waiter->in_change);
        if (host->copy->is_there)
            ask(host);
    }
}

/* --- Route 53 ------------------------------------------------------------------ */

static void receive(void *arg, int64_t now, void *subject)
{
    struct call *call = subject;
    struct aws_reply reply = {.status = call->status};

    (void)arg;
    coalescer_done(call->copy->coalescer, now, call->batch, &reply);
    free(call);
}

static bool has_token(struct copies *all, int64_t now)
{
    all->tokens += (double)(now - all->filled_at) * CALLS_A_SECOND / 1000;
    if (all->tokens > BURST)
        all->tokens = BURST;
    all->filled_at = now;
    if (all->tokens < 1)
        return false;
    all->tokens--;
    return true;
}

static void arrive(void *arg, int64_t now, void *subject)
{
    struct copies *all = arg;
    struct call *call = subject;
    struct copy *copy = call->copy;
    int64_t *busy_until = &all->zone_busy_until[call->zone];
    int64_t latency =
        draw(all, all->wanted->latency_min_ms, all->wanted->latency_max_ms);
    bool counts = now >= all->wanted->warm_up_ms;

    if (!has_token(all, now))
        call->status = STATUS_THROTTLED;
    else if (*busy_until > now)
        call->status = STATUS_BUSY;
    else
        *busy_until = now + latency;
    copy->calls += counts;
    copy->throttled += counts && call->status == STATUS_THROTTLED;
    copy->busy += counts && call->status == STATUS_BUSY;
    copy->accepted += counts && call->status == STATUS_OK;
    agenda_plan(&all->agenda, now + latency, receive, call);
}

/* --- the copies ---------------------------------------------------------------- */

static void send_batches(struct copy *copy)
{
    struct copies *all = copy->all;
    struct batch *batch;

    coalescer_expire(copy->coalescer, all->now);
    while ((batch = coalescer_next(copy->coalescer, all->now)) != NULL) {
        struct call *call = need(calloc(1, sizeof *call));

        call->copy = copy;
        call->batch = batch;
        call->zone = (unsigned)strtoul(batch->zone->id + 1, NULL, 10);
        agenda_plan(&all->agenda,
                    all->now + draw(all, NETWORK_MIN_MS, NETWORK_MAX_MS),
                    arrive, call);
    }
}

static void begin(void *arg, int64_t now, void *subject)
{
    struct copies *all = arg;
    struct copy *copy = subject;

    (void)now;
    copy->is_there = true;
    for (size_t i = 0; i < all->wanted->hosts_a_copy; i++)
        ask(&copy->hosts[i]);
}

static void leave(void *arg, int64_t now, void *subject)
{
    (void)arg;
    (void)now;
    ((struct copy *)subject)->is_there = false;
}

static void make_copy(struct copies *all, size_t number)
{
    static const struct coalescer_limits limits = {
        .calls_per_second = CALLS_A_SECOND,
        .max_waiters = 1000000,
        .max_changes = 1000000,
        .max_zones = 10000,
        .max_bytes = SIZE_MAX,
    };
    const struct coalescer_hooks hooks = {.find_zone = find_zone,
                                          .invalidate = ignore_record,
                                          .accepted = ignore_accepted,
                                          .zone_gone = ignore_zone,
                                          .refused = ignore_refused};
    struct copy *copy = &all->copies[number];

    copy->all = all;
    copy->coalescer = need(coalescer_new(
        &limits, &hooks, all->wanted->seed * 1000 + (uint64_t)number));
    copy->hosts = need(calloc(all->wanted->hosts_a_copy, sizeof *copy->hosts));
    for (size_t i = 0; i < all->wanted->hosts_a_copy; i++) {
        struct copy_host *host = &copy->hosts[i];

        host->copy = copy;
        host->zone = (unsigned)(i % all->wanted->zones);
        snprintf(host->name, sizeof host->name, "h%zu-%zu.z%u", number, i,
                 host->zone);
    }
    /* The first is there alone, if the others are to come later. */
    agenda_plan(&all->agenda, number == 0 ? 0 : all->wanted->others_come_ms,
                begin, copy);
    if (number > 0 && all->wanted->others_leave_ms > 0)
        agenda_plan(&all->agenda, all->wanted->others_leave_ms, leave, copy);
}

static int64_t next_moment(struct copies *all)
{
    int64_t at = agenda_next_at(&all->agenda);

    for (size_t i = 0; i < all->wanted->copies; i++) {
        int64_t wait = coalescer_wait_ms(all->copies[i].coalescer, all->now);

        if (wait >= 0 && all->now + wait < at)
            at = all->now + wait;
    }
    return at;
}

static void sum_up(struct copies *all, struct copies_result *result)
{
    double squares = 0, least = 1e300, seconds;

    for (size_t i = 0; i < all->wanted->copies; i++) {
        const struct copy *copy = &all->copies[i];

        result->calls += copy->calls;
        result->accepted += copy->accepted;
        result->throttled += copy->throttled;
        result->busy += copy->busy;
        result->changes += copy->changes;
        squares += (double)copy->accepted * (double)copy->accepted;
        if ((double)copy->accepted < least)
            least = (double)copy->accepted;
    }
    seconds = (double)(all->wanted->until_ms - all->wanted->warm_up_ms) / 1000;
    result->used = (double)result->accepted / (seconds * CALLS_A_SECOND);
    result->fairness = (double)result->accepted * (double)result->accepted /
                       ((double)all->wanted->copies * squares);
    result->least_share =
        least * (double)all->wanted->copies / (double)result->accepted;
}

/* The calls under way are abandoned, as by servers that are ended. */
static void take_down(struct copies *all)
{
    for (size_t i = 0; i < all->wanted->copies; i++)
        coalescer_free(all->copies[i].coalescer);
    for (size_t i = 0; i < all->wanted->copies; i++)
        free(all->copies[i].hosts);
    for (size_t i = 0; i < all->agenda.count; i++)
        if (all->agenda.events[i].happen == arrive ||
            all->agenda.events[i].happen == receive)
            free(all->agenda.events[i].subject);
    agenda_clear(&all->agenda);
    free(all->zone_busy_until);
    free(all->copies);
}

void simulation_run_copies(const struct copies_wanted *wanted,
                           struct copies_result *result)
{
    struct copies all = {.wanted = wanted, .tokens = BURST};

    *result = (struct copies_result){.calls = 0};
    all.random.state = wanted->seed;
    all.copies = need(calloc(wanted->copies, sizeof *all.copies));
    all.zone_busy_until =
        need(calloc(wanted->zones, sizeof *all.zone_busy_until));
    list_init(&all.again);
    for (size_t i = 0; i < wanted->copies; i++)
        make_copy(&all, i);
    while (all.now < wanted->until_ms) {
        all.now = next_moment(&all);
        while (agenda_next_at(&all.agenda) <= all.now)
            agenda_run_one(&all.agenda, &all);
        for (size_t i = 0; i < wanted->copies; i++)
            send_batches(&all.copies[i]);
        ask_again(&all);
    }
    sum_up(&all, result);
    take_down(&all);
}
