/* The server's side is the coalescer and nothing else; its owner's part (send
 * what it hands out, report back, wake it when it asks) is played here. What
 * is checked, and where:
 *
 *   no answer lies            on_answer(): `good` only at the moment when Route
 *                             53's acceptance of that very address is reported;
 *                             `dnserr` only for a record Route 53 refused
 *   none is lost or doubled   on_answer(), check_end()
 *   in time                   on_answer(): never after the deadline
 *   what is believed is so    check_beliefs(): `nochg` may be said of a record
 *                             only while Route 53 holds that address
 *   the rate, the budgets     route53_model.c
 *   one batch a zone          send()
 *   the newest wish wins      check_end(): after the last fault, Route 53 holds
 *                             what each host wished for last
 */
#include "simulation.h"

#include "agenda.h"
#include "route53_model.h"
#include "server/coalescer.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    DEADLINE_MS = 20000,
    ADDRESSES = 40,     /* few, so that hosts come back to old ones */
    SETTLE_MS = 240000, /* after the last ask, all is quiet within this */
};

struct caller {
    struct waiter waiter;
    struct simulation *sim;
    struct sim_host *host;
    enum rrset_type type;
    int wish;
    bool answered, submitting;
};

/* A batch or a listing on its way. */
struct call {
    struct batch *batch; /* NULL: a listing */
    struct sim_zone *zone;
    int64_t sent_at;
    struct model_verdict verdict;
    struct rrset *rrsets; /* a copy: a batch may end before it is applied */
    char (*values)[ADDRESS_TEXT_MAX];
    char (*names)[SIM_NAME_MAX];
    size_t count;
    int pending_events; /* reply and application still to come */
};

struct simulation {
    const struct sim_options *options;
    struct sim_result *result;
    struct jitter random;
    struct world world;
    struct route53_model model;
    struct agenda agenda;
    struct coalescer *coalescer;
    int64_t now, settled_at, last_ask_at;
    struct call *replying; /* its reply is being reported */
    bool listing, fresh;   /* a listing is under way; in force */
    size_t waiting;
};

static void fail(struct simulation *sim, const char *what, const char *name)
{
    if (sim->result->failure[0] == '\0')
        snprintf(sim->result->failure, sizeof sim->result->failure,
                 "at %lld ms: %s (%s)", (long long)sim->now, what, name);
}

static void tell(const struct simulation *sim, const char *what,
                 const char *name, int number)
{
    if (sim->options->verbose)
        printf("%8lld %-10s %s %d\n", (long long)sim->now, what, name, number);
}

static void *need(void *memory)
{
    if (memory == NULL) {
        fputs("sim: memory is short\n", stderr);
        exit(EXIT_FAILURE);
    }
    return memory;
}

/* --- what the coalescer asks and tells ------------------------------------ */

static enum zone_answer find_zone(void *arg, struct span name,
                                  struct span *zone_id)
{
    struct simulation *sim = arg;
    struct sim_zone *zone =
        &sim->world.zones[world_host(&sim->world, name)->zone];

    if (zone->read_id[0] != '\0') {
        *zone_id = span_from_string(zone->read_id);
        return ZONE_FOUND;
    }
    return sim->fresh ? ZONE_ABSENT : ZONE_UNKNOWN;
}

static void on_unsure(void *arg, struct span name, enum rrset_type type)
{
    struct simulation *sim = arg;

    world_host(&sim->world, name)->records[type].believed = SIM_NO_BELIEF;
}

/* What the call whose reply is being reported says of a record. */
static int replied_number(const struct simulation *sim, struct span name,
                          enum rrset_type type)
{
    const struct call *call = sim->replying;

    for (size_t i = 0; call != NULL && i < call->count; i++)
        if (call->rrsets[i].type == type &&
            span_equal(call->rrsets[i].name, name))
            return sim_address_number(call->rrsets[i].value, type);
    return SIM_NO_BELIEF;
}

static bool replying_with(const struct simulation *sim, struct span name,
                          enum rrset_type type, int number)
{
    return sim->replying != NULL &&
           sim->replying->verdict.reply.status == STATUS_OK &&
           replied_number(sim, name, type) == number;
}

static int number_of(const struct address *address, enum rrset_type type)
{
    char text[ADDRESS_TEXT_MAX];
    size_t len = address_format(address, text);

    return sim_address_number(span_from(text, len), type);
}

static void on_written(void *arg, const struct written *written)
{
    struct simulation *sim = arg;
    struct sim_host *host = world_host(&sim->world, written->name);
    int number = number_of(written->address, written->type);

    if (!replying_with(sim, written->name, written->type, number))
        fail(sim, "written without acceptance", host->name);
    if (written->is_latest)
        host->records[written->type].believed = number;
}

static void on_zone_gone(void *arg, struct span zone_id)
{
    struct simulation *sim = arg;

    for (size_t i = 0; i < sim->world.zone_count; i++)
        if (span_is(zone_id, sim->world.zones[i].read_id))
            sim->world.zones[i].read_id[0] = '\0';
    sim->fresh = false;
}

static void on_refused(void *arg, struct span name, enum rrset_type type,
                       struct span zone_id, const struct aws_reply *reply)
{
    struct simulation *sim = arg;
    struct sim_host *host = world_host(&sim->world, name);
    struct sim_record *record = &host->records[type];

    (void)zone_id;
    if (record->wish == replied_number(sim, name, type))
        record->wish = SIM_NO_BELIEF; /* also when nobody waits any more */
    if (reply->status != STATUS_INVALID || !record->was_refused)
        fail(sim, "refused though Route 53 would have it", host->name);
    tell(sim, "refused", host->name, (int)type);
}

static const struct coalescer_hooks hooks = {
    .find_zone = find_zone,
    .unsure = on_unsure,
    .written = on_written,
    .zone_gone = on_zone_gone,
    .refused = on_refused,
};

/* --- callers ---------------------------------------------------------------- */

/* A wish that Route 53 refuses is over. */
static void void_wish(struct caller *caller)
{
    struct sim_record *record = &caller->host->records[caller->type];

    if (record->wish == caller->wish)
        record->wish = SIM_NO_BELIEF;
}

static void on_answer(struct waiter *waiter, enum outcome outcome,
                      const struct address *written)
{
    struct caller *caller = list_entry(waiter, struct caller, waiter);
    struct simulation *sim = caller->sim;
    struct sim_host *host = caller->host;

    tell(sim, "answer", host->name, (int)outcome);
    if (caller->answered)
        fail(sim, "answered twice", host->name);
    if (caller->submitting)
        fail(sim, "answered before the submission returned", host->name);
    if (sim->now > waiter->deadline_at)
        fail(sim, "answered after the deadline", host->name);
    if (outcome == OUTCOME_GOOD &&
        !replying_with(sim, span_from_string(host->name), caller->type,
                       number_of(written, caller->type)))
        fail(sim, "good without acceptance", host->name);
    if (outcome == OUTCOME_REFUSED && !host->records[caller->type].was_refused)
        fail(sim, "dnserr though Route 53 would have it", host->name);
    if (outcome == OUTCOME_REFUSED || outcome == OUTCOME_NO_ZONE)
        void_wish(caller);
    caller->answered = true;
    sim->waiting--;
    sim->result->good += outcome == OUTCOME_GOOD;
    sim->result->refused +=
        outcome == OUTCOME_REFUSED || outcome == OUTCOME_NO_ZONE;
    sim->result->unavailable +=
        outcome == OUTCOME_DEADLINE || outcome == OUTCOME_UNAVAILABLE;
    free(caller);
}

static void ask(void *arg, int64_t now, void *subject)
{
    struct simulation *sim = arg;
    struct caller *caller = subject;
    struct sim_record *record = &caller->host->records[caller->type];
    struct address address = sim_address(caller->type, caller->wish);
    enum status status;

    sim->result->asked++;
    sim->last_ask_at = now;
    tell(sim, "ask", caller->host->name, caller->wish);
    if (record->believed == caller->wish) { /* the loop says nochg */
        sim->result->known++;
        free(caller);
        return;
    }
    caller->waiter.deadline_at = now + DEADLINE_MS;
    caller->waiter.done = on_answer;
    caller->submitting = true;
    sim->waiting++;
    status = coalescer_submit(sim->coalescer, now,
                              span_from_string(caller->host->name), &address,
                              &address, &caller->waiter);
    caller->submitting = false;
    if (status == STATUS_OK) {
        record->wish = caller->wish;
        return;
    }
    if (status == STATUS_INVALID && !record->was_refused)
        fail(sim, "dnserr though Route 53 would have it", caller->host->name);
    sim->waiting--;
    sim->result->refused++;
    free(caller);
}

static void plan_ask(struct simulation *sim, int64_t at, struct sim_host *host,
                     enum rrset_type type, int wish)
{
    struct caller *caller = need(calloc(1, sizeof *caller));

    caller->sim = sim;
    caller->host = host;
    caller->type = type;
    caller->wish = wish;
    agenda_plan(&sim->agenda, at, ask, caller);
}

/* --- calls ------------------------------------------------------------------ */

static void end_event(struct call *call)
{
    if (--call->pending_events > 0)
        return;
    free(call->rrsets);
    free(call->values);
    free(call->names);
    free(call);
}

static void apply(void *arg, int64_t now, void *subject)
{
    struct simulation *sim = arg;
    struct call *call = subject;

    (void)now;
    route53_model_apply(&sim->model, call->rrsets, call->count);
    end_event(call);
}

static void receive_reply(void *arg, int64_t now, void *subject)
{
    struct simulation *sim = arg;
    struct call *call = subject;

    tell(sim, "reply", call->zone == NULL ? "list" : call->zone->name,
         (int)call->verdict.reply.status);
    if (call->zone != NULL)
        call->zone->called = false;
    sim->replying = call;
    coalescer_done(sim->coalescer, now, call->batch, &call->verdict.reply);
    sim->replying = NULL;
    if (call->verdict.reply.status == STATUS_OK)
        sim->settled_at = now;
    end_event(call);
}

static struct call *call_new(const struct batch *batch)
{
    struct call *call = need(calloc(1, sizeof *call));

    call->count = batch->count;
    call->rrsets = need(calloc(batch->count, sizeof *call->rrsets));
    call->values = need(calloc(batch->count, sizeof *call->values));
    call->names = need(calloc(batch->count, sizeof *call->names));
    for (size_t i = 0; i < batch->count; i++) {
        struct rrset *copy = &call->rrsets[i];

        *copy = batch->rrsets[i];
        memcpy(call->values[i], copy->value.ptr, copy->value.len);
        memcpy(call->names[i], copy->name.ptr, copy->name.len);
        copy->value.ptr = call->values[i];
        copy->name.ptr = call->names[i];
    }
    return call;
}

static void send_batch(struct simulation *sim, struct batch *batch)
{
    struct call *call = call_new(batch);

    call->batch = batch;
    call->sent_at = sim->now;
    call->zone = world_zone(&sim->world, span_from_string(batch->zone->id));
    tell(sim, "batch", batch->zone->id, (int)batch->count);
    if (call->zone != NULL && call->zone->called)
        fail(sim, "two batches overlapped in a zone", call->zone->name);
    if (call->zone != NULL)
        call->zone->called = true;
    call->verdict = route53_model_call(&sim->model, sim->now, batch);
    /* Applied first where both fall on one moment: acceptance is reported of
     * what has happened. */
    if (call->verdict.applied_at != INT64_MAX) {
        call->pending_events++;
        agenda_plan(&sim->agenda, call->verdict.applied_at, apply, call);
    }
    call->pending_events++;
    agenda_plan(&sim->agenda, call->verdict.replied_at, receive_reply, call);
}

static void receive_listing(void *arg, int64_t now, void *subject)
{
    struct simulation *sim = arg;
    struct call *call = subject;

    sim->listing = false;
    coalescer_call_done(sim->coalescer, now, call->sent_at,
                        call->verdict.reply.status);
    if (call->verdict.reply.status == STATUS_OK) {
        for (size_t i = 0; i < sim->world.zone_count; i++)
            memcpy(sim->world.zones[i].read_id, sim->world.zones[i].id,
                   sizeof sim->world.zones[i].id);
        sim->fresh = true;
        coalescer_zones_read(sim->coalescer);
    }
    end_event(call);
}

static void send_listing(struct simulation *sim)
{
    struct call *call;

    if (sim->listing || !coalescer_wants_zones(sim->coalescer) ||
        coalescer_call_wait_ms(sim->coalescer, sim->now) > 0)
        return;
    call = need(calloc(1, sizeof *call));
    call->sent_at = sim->now;
    call->pending_events = 1;
    sim->listing = true;
    coalescer_call_spend(sim->coalescer, sim->now);
    call->verdict = route53_model_list(&sim->model, sim->now);
    agenda_plan(&sim->agenda, call->verdict.replied_at, receive_listing, call);
}

/* --- a run -------------------------------------------------------------------- */

static void recreate_zone(void *arg, int64_t now, void *subject)
{
    struct simulation *sim = arg;
    struct sim_zone *zone = subject;

    (void)now;
    if (zone->busy_until >= sim->now) /* not in the middle of a batch */
        return;
    tell(sim, "recreate", zone->name, 0);
    world_recreate_zone(&sim->world, zone);
    /* What another has done to a record is what DYNDNS_NOCHG_SECONDS is for. */
    for (size_t i = 0; i < sim->world.host_count; i++)
        for (int type = 0; type < SIM_TYPES; type++)
            if (&sim->world.zones[sim->world.hosts[i].zone] == zone)
                sim->world.hosts[i].records[type].believed = SIM_NO_BELIEF;
}

static void heal(void *arg, int64_t now, void *subject)
{
    (void)arg;
    (void)now;
    ((struct sim_record *)subject)->poisoned = false;
}

static void end_faults(void *arg, int64_t now, void *subject)
{
    struct simulation *sim = arg;

    (void)subject;
    (void)now;
    sim->model.plan =
        (struct fault_plan){.names_culprits = sim->model.plan.names_culprits};
}

/* Whatever would be answered `nochg` now must be so. */
static void check_beliefs(struct simulation *sim)
{
    for (size_t i = 0; i < sim->world.host_count; i++) {
        struct sim_host *host = &sim->world.hosts[i];

        for (int type = 0; type < SIM_TYPES; type++)
            if (host->records[type].believed != SIM_NO_BELIEF &&
                host->records[type].believed != host->records[type].says)
                fail(sim, "nochg would be a lie", host->name);
    }
}

static int64_t next_moment(struct simulation *sim)
{
    int64_t at = agenda_next_at(&sim->agenda);
    int64_t wait = coalescer_wait_ms(sim->coalescer, sim->now);
    int64_t listing = coalescer_call_wait_ms(sim->coalescer, sim->now);

    if (wait >= 0 && sim->now + wait < at)
        at = sim->now + wait;
    if (coalescer_wants_zones(sim->coalescer) && !sim->listing &&
        listing != INT64_MAX && sim->now + listing < at)
        at = sim->now + listing;
    return at;
}

static void turn(struct simulation *sim)
{
    struct batch *batch;

    while (agenda_next_at(&sim->agenda) <= sim->now)
        agenda_run_one(&sim->agenda, sim);
    coalescer_expire(sim->coalescer, sim->now);
    send_listing(sim);
    while ((batch = coalescer_next(sim->coalescer, sim->now)) != NULL)
        send_batch(sim, batch);
}

static bool is_quiet(const struct simulation *sim)
{
    struct coalescer_stats stats = coalescer_stats(sim->coalescer);

    return sim->agenda.count == 0 && stats.waiters == 0 && stats.flights == 0 &&
           stats.zones == 0 && !coalescer_wants_zones(sim->coalescer);
}

static void run(struct simulation *sim)
{
    size_t idle_turns = 0, turns = 0;

    while (!is_quiet(sim) && sim->result->failure[0] == '\0') {
        int64_t at = next_moment(sim);

        if (at == INT64_MAX || sim->now > sim->last_ask_at + SETTLE_MS) {
            fail(sim, "work is left that nobody will do", "");
            return;
        }
        /* A wait of nothing that leads to nothing would spin for ever. */
        idle_turns = at == sim->now ? idle_turns + 1 : 0;
        if (idle_turns > 100)
            fail(sim, "the coalescer spins", "");
        sim->now = at;
        turn(sim);
        if (++turns % 16 == 0)
            check_beliefs(sim);
    }
}

static void check_end(struct simulation *sim)
{
    check_beliefs(sim);
    if (sim->model.violation != NULL)
        fail(sim, sim->model.violation, "");
    if (sim->waiting > 0)
        fail(sim, "a caller was never answered", "");
    for (size_t i = 0; i < sim->world.host_count; i++) {
        const struct sim_host *host = &sim->world.hosts[i];

        for (int type = 0; type < SIM_TYPES; type++) {
            const struct sim_record *record = &host->records[type];

            if (record->wish != SIM_NO_BELIEF && !record->poisoned &&
                record->says != record->wish && sim->world.recreated == 0)
                fail(sim, "the newest wish was lost", host->name);
        }
    }
}

static void begin(struct simulation *sim, const struct sim_options *options,
                  struct sim_result *result, size_t hosts, size_t zones,
                  double calls_per_second)
{
    struct coalescer_limits limits = {
        .calls_per_second = calls_per_second,
        .ttl = 60,
        .max_waiters = 1000000,
        .max_changes = 1000000,
        .max_zones = 10000,
        .max_bytes = SIZE_MAX,
    };
    struct coalescer_hooks mine = hooks;

    *result = (struct sim_result){.failure = ""};
    *sim = (struct simulation){.options = options, .result = result};
    sim->random.state = options->seed;
    mine.arg = sim;
    if (!world_init(&sim->world, hosts, zones, &sim->random))
        need(NULL);
    sim->coalescer =
        need(coalescer_new(&limits, &mine, options->seed ^ UINT64_MAX));
    sim->model = (struct route53_model){
        .world = &sim->world,
        .random = &sim->random,
        .calls_per_second = calls_per_second,
        .latency_ms = 100,
    };
}

static void end(struct simulation *sim)
{
    run(sim);
    check_end(sim);
    sim->result->calls = sim->model.calls;
    sim->result->changes = sim->model.changes_applied;
    /* A run that failed may leave events and callers: the process ends. */
    coalescer_free(sim->coalescer);
    agenda_clear(&sim->agenda);
    world_clear(&sim->world);
}

/* --- schedules ------------------------------------------------------------- */

static int64_t draw(struct simulation *sim, int64_t max)
{
    return jitter_up_to(&sim->random, max);
}

static void draw_faults(struct simulation *sim, int64_t duration)
{
    /* A third of all schedules is free of faults, a third mild. */
    int most = (int[]){0, 30, 150}[draw(sim, 2)];
    struct fault_plan *plan = &sim->model.plan;

    plan->names_culprits = draw(sim, 1) == 0;
    if (most == 0)
        return;
    plan->throttled = (int)draw(sim, most);
    plan->busy = (int)draw(sim, most);
    plan->failed_before = (int)draw(sim, most);
    plan->failed_after = (int)draw(sim, most);
    plan->silent_before = (int)draw(sim, most / 3);
    plan->silent_after = (int)draw(sim, most / 3);
    plan->denied = (int)draw(sim, most / 3);
    plan->outage_from = draw(sim, duration);
    plan->outage_until = plan->outage_from + draw(sim, duration);
    if (draw(sim, 3) == 0)
        agenda_plan(
            &sim->agenda, draw(sim, duration), recreate_zone,
            &sim->world.zones[draw(sim, (int64_t)sim->world.zone_count - 1)]);
}

static void draw_poison(struct simulation *sim, int64_t duration)
{
    size_t count = draw(sim, 1) == 0 ? 0 : (size_t)draw(sim, 8);

    for (size_t i = 0; i < count; i++) {
        struct sim_host *host =
            &sim->world.hosts[draw(sim, (int64_t)sim->world.host_count - 1)];
        struct sim_record *record = &host->records[draw(sim, 1)];

        record->poisoned = true;
        if (draw(sim, 2) == 0)
            agenda_plan(&sim->agenda, draw(sim, duration), heal, record);
    }
}

/* Callers come in bursts: some hosts several times within milliseconds. */
static void draw_asks(struct simulation *sim, size_t asks, int64_t duration)
{
    int64_t burst_at = 0;

    for (size_t i = 0; i < asks; i++) {
        struct sim_host *host =
            &sim->world.hosts[draw(sim, (int64_t)sim->world.host_count - 1)];
        enum rrset_type type = draw(sim, 3) == 0 ? RRSET_AAAA : RRSET_A;

        if (draw(sim, 49) == 0)
            burst_at = draw(sim, duration);
        plan_ask(sim, burst_at + draw(sim, 300), host, type,
                 (int)draw(sim, ADDRESSES - 1));
    }
}

void simulation_run(const struct sim_options *options,
                    struct sim_result *result)
{
    static const size_t sizes[] = {1, 3, 30, 300, 1200};
    struct jitter shape = {options->seed * 2 + 1};
    size_t hosts = sizes[jitter_up_to(&shape, 4)];
    size_t zones = (size_t)(1 + jitter_up_to(&shape, hosts < 30 ? 2 : 40));
    int64_t duration = 1000 + jitter_up_to(&shape, 40000);
    struct simulation sim;

    begin(&sim, options, result, hosts, zones,
          (double)(1 + jitter_up_to(&shape, 9)));
    sim.model.latency_ms = 20 + jitter_up_to(&shape, 400);
    draw_faults(&sim, duration);
    draw_poison(&sim, duration);
    draw_asks(&sim, hosts * (size_t)(1 + jitter_up_to(&shape, 4)), duration);
    agenda_plan(&sim.agenda, duration + 1, end_faults, NULL);
    end(&sim);
}

void simulation_run_rush(const struct sim_rush *rush, struct sim_result *result)
{
    const struct sim_options options = {.seed = 1};
    struct simulation sim;

    begin(&sim, &options, result, rush->hosts, 1, 5);
    for (size_t i = 0; i < rush->hosts; i++)
        plan_ask(&sim, rush->spread_ms * (int64_t)i / (int64_t)rush->hosts,
                 &sim.world.hosts[i], rush->ipv6 ? RRSET_AAAA : RRSET_A, 7);
    /* The zones are known: this is about the batches. */
    memcpy(sim.world.zones[0].read_id, sim.world.zones[0].id,
           sizeof sim.world.zones[0].id);
    end(&sim);
    if (sim.settled_at > rush->limit_ms)
        fail(&sim, "not settled within the limit", "");
    if (sim.model.throttled + sim.model.busy > 0)
        fail(&sim, "a call was throttled or met a prior request", "");
    if (result->good < rush->least_good)
        fail(&sim, "too few heard good", "");
}

void simulation_run_outage(size_t zones, int64_t outage_ms, size_t most_calls,
                           int64_t recovery_ms, struct sim_result *result)
{
    const struct sim_options options = {.seed = 1};
    struct simulation sim;
    int64_t from = 5000;

    begin(&sim, &options, result, zones * 2, zones, 5);
    sim.model.plan.outage_from = from;
    sim.model.plan.outage_until = from + outage_ms;
    for (int64_t at = 0; at < from + outage_ms; at += 250)
        plan_ask(&sim, at, &sim.world.hosts[draw(&sim, (int64_t)zones * 2 - 1)],
                 RRSET_A, (int)draw(&sim, ADDRESSES - 1));
    end(&sim);
    if (sim.model.calls_in_outage > most_calls)
        fail(&sim, "the outage cost too many calls", "");
    if (sim.settled_at > from + outage_ms + recovery_ms)
        fail(&sim, "the outage did not end by itself in time", "");
}
