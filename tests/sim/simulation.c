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
 *   removals end as they do   on_removal_ended(): as gone only when Route 53's
 *                             acceptance is reported, and each once
 *   the newest wish wins      check_end(): after the last fault, Route 53 holds
 *                             what each host wished for last
 */
#include "simulation_state.h"

#include <stdio.h>
#include <stdlib.h>

struct caller {
    struct waiter waiter;
    struct simulation *sim;
    struct sim_host *host;
    enum rrset_type type;
    int wish;
    int64_t asked_at;
    bool was_proven; /* its record was, when it asked */
    bool answered, submitting;
};

/* A batch or a listing on its way. */
struct sim_call {
    struct batch *batch; /* NULL: a listing */
    struct sim_zone *zone;
    int64_t sent_at;
    struct model_verdict verdict;
    struct rrset *rrsets; /* a copy: a batch may end before it is applied */
    char (*values)[ADDRESS_TEXT_MAX];
    char (*names)[SIM_NAME_MAX];
    bool is_removal;
    size_t count, looked_at;
    int pending_events; /* reply and application still to come */
};

void simulation_fail(struct simulation *sim, const char *what, const char *name)
{
    if (sim->result->failure[0] == '\0')
        snprintf(sim->result->failure, sizeof sim->result->failure,
                 "at %lld ms: %s (%s)", (long long)sim->now, what, name);
}

void simulation_tell(const struct simulation *sim, const char *what,
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

static void on_invalidate(void *arg, struct span name, enum rrset_type type)
{
    struct simulation *sim = arg;

    world_host(&sim->world, name)->records[type].believed = SIM_NO_BELIEF;
}

/* What the call whose reply is being reported says of a record. Records are
 * reported in the order in which they were sent, so the search goes on where
 * the last one ended. */
static int replied_number(const struct simulation *sim, struct span name,
                          enum rrset_type type)
{
    struct sim_call *call = sim->replying;

    for (size_t i = 0; call != NULL && i < call->count; i++) {
        size_t at = (call->looked_at + i) % call->count;

        if (call->rrsets[at].type == type &&
            span_equal(call->rrsets[at].name, name)) {
            call->looked_at = at;
            return sim_address_number(call->rrsets[at].value, type);
        }
    }
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

static void on_accepted(void *arg, const struct accepted_change *written)
{
    struct simulation *sim = arg;
    struct sim_host *host = world_host(&sim->world, written->name);
    int number = number_of(written->address, written->type);

    if (sim->replying == NULL || sim->replying->is_removal ||
        !replying_with(sim, written->name, written->type, number))
        simulation_fail(sim, "written without acceptance", host->name);
    host->records[written->type].proven = true;
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

static void on_refused(void *arg, const struct refused_change *change)
{
    struct simulation *sim = arg;
    enum rrset_type type = change->type;
    struct sim_host *host = world_host(&sim->world, change->name);
    struct sim_record *record = &host->records[type];

    if (record->wish == replied_number(sim, change->name, type))
        record->wish = SIM_NO_BELIEF; /* also when nobody waits any more */
    if (change->reply->status != STATUS_INVALID || !record->was_refused)
        simulation_fail(sim, "refused though Route 53 would have it",
                        host->name);
    simulation_tell(sim, "refused", host->name, (int)type);
}

static void on_removal_ended(void *arg, const struct ended_removal *ended)
{
    struct simulation *sim = arg;
    enum rrset_type type = rrset_type_for(ended->address);
    struct sim_host *host = world_host(&sim->world, ended->name);
    struct sim_record *record = &host->records[type];

    simulation_tell(sim, "removed", host->name, (int)ended->end);
    if (!record->removing)
        simulation_fail(sim, "a removal ended twice", host->name);
    record->removing = false;
    if (ended->end == REMOVAL_DONE &&
        !(sim->replying->is_removal &&
          replying_with(sim, ended->name, type,
                        number_of(ended->address, type))))
        simulation_fail(sim, "gone without acceptance", host->name);
    if (ended->end == REMOVAL_CHANGED && !record->was_not_so)
        simulation_fail(sim, "not removed though it was so", host->name);
    sim->result->removed += ended->end == REMOVAL_DONE;
}

static const struct coalescer_hooks hooks = {
    .find_zone = find_zone,
    .invalidate = on_invalidate,
    .accepted = on_accepted,
    .zone_gone = on_zone_gone,
    .refused = on_refused,
    .removal_ended = on_removal_ended,
};

/* --- callers ---------------------------------------------------------------- */

/* A wish that Route 53 refuses is over. */
static void void_wish(struct caller *caller)
{
    struct sim_record *record = &caller->host->records[caller->type];

    if (record->wish == caller->wish)
        record->wish = SIM_NO_BELIEF;
}

static void note_wait(struct simulation *sim, const struct caller *caller)
{
    struct sim_result *result = sim->result;
    int64_t waited = sim->now - caller->asked_at;

    if (waited > result->worst_wait_ms)
        result->worst_wait_ms = waited;
    if (caller->was_proven && waited > result->worst_proven_wait_ms)
        result->worst_proven_wait_ms = waited;
}

static void on_answer(struct waiter *waiter, enum outcome outcome,
                      const struct address *written)
{
    struct caller *caller = list_entry(waiter, struct caller, waiter);
    struct simulation *sim = caller->sim;
    struct sim_host *host = caller->host;

    simulation_tell(sim, "answer", host->name, (int)outcome);
    if (caller->answered)
        simulation_fail(sim, "answered twice", host->name);
    if (caller->submitting)
        simulation_fail(sim, "answered before the submission returned",
                        host->name);
    if (sim->now > waiter->deadline_at)
        simulation_fail(sim, "answered after the deadline", host->name);
    if (outcome == OUTCOME_ACCEPTED &&
        !replying_with(sim, span_from_string(host->name), caller->type,
                       number_of(written, caller->type)))
        simulation_fail(sim, "good without acceptance", host->name);
    if (outcome == OUTCOME_REFUSED && !host->records[caller->type].was_refused)
        simulation_fail(sim, "dnserr though Route 53 would have it",
                        host->name);
    if (outcome == OUTCOME_REFUSED || outcome == OUTCOME_NO_ZONE)
        void_wish(caller);
    caller->answered = true;
    if (!host->records[caller->type].poisoned)
        note_wait(sim, caller);
    sim->waiting--;
    sim->result->good += outcome == OUTCOME_ACCEPTED;
    sim->result->refused +=
        outcome == OUTCOME_REFUSED || outcome == OUTCOME_NO_ZONE;
    sim->result->unavailable +=
        outcome == OUTCOME_EXPIRED || outcome == OUTCOME_UNAVAILABLE;
    free(caller);
}

static void ask(void *arg, int64_t now, void *subject)
{
    struct simulation *sim = arg;
    struct caller *caller = subject;
    struct sim_record *record = &caller->host->records[caller->type];
    struct address address = sim_address(caller->type, caller->wish);
    struct desired_rrset desired = {
        .name = span_from_string(caller->host->name),
        .address = &address,
        .client = &address,
        .ttl = 60,
        .is_proven = record->proven,
    };
    enum status status;

    sim->result->asked++;
    sim->last_ask_at = now;
    simulation_tell(sim, "ask", caller->host->name, caller->wish);
    if (record->believed == caller->wish) { /* the loop says nochg */
        sim->result->known++;
        free(caller);
        return;
    }
    caller->asked_at = now;
    caller->was_proven = record->proven;
    caller->waiter.deadline_at = now + DEADLINE_MS;
    caller->waiter.done = on_answer;
    caller->submitting = true;
    sim->waiting++;
    status = coalescer_submit(sim->coalescer, now, &desired, &caller->waiter);
    caller->submitting = false;
    if (status == STATUS_OK || status == STATUS_BUSY)
        record->wish = caller->wish;
    if (status == STATUS_OK)
        return;
    if ((status == STATUS_INVALID || status == STATUS_BUSY) &&
        !record->was_refused)
        simulation_fail(sim, "dnserr though Route 53 would have it",
                        caller->host->name);
    sim->waiting--;
    sim->result->refused++;
    free(caller);
}

void simulation_plan_ask(struct simulation *sim, int64_t at,
                         struct sim_host *host, enum rrset_type type, int wish)
{
    struct caller *caller = need(calloc(1, sizeof *caller));

    caller->sim = sim;
    caller->host = host;
    caller->type = type;
    caller->wish = wish;
    agenda_plan(&sim->agenda, at, ask, caller);
}

/* --- removals --------------------------------------------------------------- */

struct removal {
    struct sim_host *host;
    enum rrset_type type;
    int shown;
};

/* Nobody else can have written since the listing: the owner asks for no removal
 * of what a caller has asked for since. */
static void remove_record(void *arg, int64_t now, void *subject)
{
    struct simulation *sim = arg;
    struct removal *removal = subject;
    struct sim_record *record = &removal->host->records[removal->type];
    struct address address = sim_address(removal->type, removal->shown);
    struct unwanted_rrset unwanted = {
        .name = span_from_string(removal->host->name),
        .address = &address,
        .ttl = 60,
    };

    simulation_tell(sim, "remove", removal->host->name, removal->shown);
    if (coalescer_remove(sim->coalescer, now, &unwanted) == STATUS_OK) {
        if (record->removing)
            simulation_fail(sim, "removed twice", removal->host->name);
        record->removing = true;
        record->wish = SIM_NO_BELIEF;
        sim->last_ask_at = now;
        /* Often the host comes back that very moment, with what it had. */
        if (simulation_draw(sim, 1) == 0)
            simulation_plan_ask(sim, now + simulation_draw(sim, 300),
                                removal->host, removal->type, removal->shown);
    }
    free(removal);
}

/* A listing shows what the record says; a little later it is to go. */
static void look_at_record(void *arg, int64_t now, void *subject)
{
    struct simulation *sim = arg;
    struct removal *removal = subject;

    removal->shown = removal->host->records[removal->type].says;
    if (removal->shown == SIM_NO_BELIEF) {
        free(removal);
        return;
    }
    agenda_plan(&sim->agenda, now + simulation_draw(sim, 3000), remove_record,
                removal);
}

void simulation_plan_removal(struct simulation *sim, int64_t at,
                             struct sim_host *host, enum rrset_type type)
{
    struct removal *removal = need(calloc(1, sizeof *removal));

    removal->host = host;
    removal->type = type;
    agenda_plan(&sim->agenda, at, look_at_record, removal);
}

/* --- calls ------------------------------------------------------------------ */

static void end_event(struct sim_call *call)
{
    if (--call->pending_events > 0)
        return;
    free(call->rrsets);
    free(call->values);
    free(call->names);
    strbuf_clear(&call->verdict.words);
    free(call);
}

static void apply(void *arg, int64_t now, void *subject)
{
    struct simulation *sim = arg;
    struct sim_call *call = subject;

    (void)now;
    route53_model_apply(&sim->model, call->is_removal, call->rrsets,
                        call->count);
    end_event(call);
}

static void receive_reply(void *arg, int64_t now, void *subject)
{
    struct simulation *sim = arg;
    struct sim_call *call = subject;

    simulation_tell(sim, "reply",
                    call->zone == NULL ? "list" : call->zone->name,
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

static struct sim_call *call_new(const struct batch *batch)
{
    struct sim_call *call = need(calloc(1, sizeof *call));

    call->count = batch->count;
    call->is_removal = batch_is_removal(batch);
    call->rrsets = need(calloc(batch->count, sizeof *call->rrsets));
    call->values = need(calloc(batch->count, sizeof *call->values));
    call->names = need(calloc(batch->count, sizeof *call->names));
    for (size_t i = 0; i < batch->count; i++) {
        struct rrset *copy = &call->rrsets[i];

        *copy = batch_rrset(batch, i);
        memcpy(call->values[i], copy->value.ptr, copy->value.len);
        memcpy(call->names[i], copy->name.ptr, copy->name.len);
        copy->value.ptr = call->values[i];
        copy->name.ptr = call->names[i];
    }
    return call;
}

static void note_alone(struct simulation *sim, const struct rrset *rrset)
{
    sim->alone_calls++;
    world_host(&sim->world, rrset->name)->records[rrset->type].tries++;
}

static void send_batch(struct simulation *sim, struct batch *batch)
{
    struct sim_call *call = call_new(batch);

    call->batch = batch;
    call->sent_at = sim->now;
    if (batch->lane == LANE_ALONE)
        note_alone(sim, &call->rrsets[0]);
    call->zone = world_zone(&sim->world, span_from_string(batch->zone->id));
    simulation_tell(sim, "batch", batch->zone->id, (int)batch->count);
    if (call->zone != NULL && call->zone->called)
        simulation_fail(sim, "two batches overlapped in a zone",
                        call->zone->name);
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
    struct sim_call *call = subject;

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
    struct sim_call *call;

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

/* Whatever would be answered `nochg` now must be so. */
static void check_beliefs(struct simulation *sim)
{
    for (size_t i = 0; i < sim->world.host_count; i++) {
        struct sim_host *host = &sim->world.hosts[i];

        for (int type = 0; type < SIM_TYPES; type++)
            if (host->records[type].believed != SIM_NO_BELIEF &&
                host->records[type].believed != host->records[type].says)
                simulation_fail(sim, "nochg would be a lie", host->name);
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

    return sim->agenda.count == 0 && stats.waiters == 0 &&
           stats.in_flight == 0 && stats.zones == 0 &&
           !coalescer_wants_zones(sim->coalescer);
}

static void run(struct simulation *sim)
{
    /* So that a check of all hosts costs about what the turns do. */
    const size_t turns_between_checks = 16 + sim->world.host_count / 64;
    size_t idle_turns = 0, turns = 0;

    while (!is_quiet(sim) && sim->result->failure[0] == '\0') {
        int64_t at = next_moment(sim);

        if (at == INT64_MAX || sim->now > sim->last_ask_at + sim->settle_ms) {
            simulation_fail(sim, "work is left that nobody will do", "");
            return;
        }
        /* A wait of nothing that leads to nothing would spin for ever. */
        idle_turns = at == sim->now ? idle_turns + 1 : 0;
        if (idle_turns > 100)
            simulation_fail(sim, "the coalescer spins", "");
        sim->now = at;
        turn(sim);
        if (++turns % turns_between_checks == 0)
            check_beliefs(sim);
    }
}

static void check_end(struct simulation *sim)
{
    check_beliefs(sim);
    if (sim->model.violation != NULL)
        simulation_fail(sim, sim->model.violation, "");
    if (sim->waiting > 0)
        simulation_fail(sim, "a caller was never answered", "");
    for (size_t i = 0; i < sim->world.host_count; i++) {
        const struct sim_host *host = &sim->world.hosts[i];

        for (int type = 0; type < SIM_TYPES; type++) {
            const struct sim_record *record = &host->records[type];

            if (record->wish != SIM_NO_BELIEF && !record->poisoned &&
                record->says != record->wish && sim->world.recreated == 0)
                simulation_fail(sim, "the newest wish was lost", host->name);
        }
    }
}

void simulation_begin(struct simulation *sim, const struct sim_options *options,
                      struct sim_result *result, size_t hosts, size_t zones,
                      double calls_per_second)
{
    struct coalescer_limits limits = {
        .calls_per_second = calls_per_second,
        .max_waiters = 1000000,
        .max_changes = 1000000,
        .max_zones = 10000,
        .max_bytes = SIZE_MAX,
    };
    struct coalescer_hooks mine = hooks;

    *result = (struct sim_result){.failure = ""};
    *sim = (struct simulation){
        .options = options, .result = result, .settle_ms = SETTLE_MS};
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

void simulation_run_out(struct simulation *sim)
{
    run(sim);
    check_end(sim);
    sim->result->calls = sim->model.calls;
    sim->result->changes = sim->model.changes_applied;
}

void simulation_take_down(struct simulation *sim)
{
    /* A run that failed may leave events and callers: the process ends. */
    coalescer_free(sim->coalescer);
    agenda_clear(&sim->agenda);
    world_clear(&sim->world);
}

int64_t simulation_draw(struct simulation *sim, int64_t max)
{
    return jitter_up_to(&sim->random, max);
}
