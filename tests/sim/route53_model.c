#include "route53_model.h"

enum { WORDS_MAX_BYTES = 512 * 1024 };

static bool chance(struct route53_model *model, int in_thousand)
{
    return jitter_up_to(model->random, 999) < in_thousand;
}

static int64_t draw_latency(struct route53_model *model)
{
    int64_t half = model->latency_ms / 2;

    return half + jitter_up_to(model->random, half);
}

static void violate(struct route53_model *model, const char *what)
{
    if (model->violation == NULL)
        model->violation = what;
}

/* Evenly spaced calls are within every way of counting a rate. */
static void check_rate(struct route53_model *model, int64_t now)
{
    double spacing = 1000 / model->calls_per_second;

    if (model->calls > 0 && (double)(now - model->last_call_at) < spacing - 1)
        violate(model, "a call was above the account's rate");
    model->last_call_at = now;
    model->calls++;
}

static void check_batch(struct route53_model *model, const struct batch *batch)
{
    size_t chars = 0;
    bool is_within;

    for (size_t i = 0; i < batch->count; i++)
        chars += strlen(batch->items[i].value);
    if (batch_is_removal(batch))
        is_within = batch->count <= ROUTE53_BATCH_MAX_DELETES &&
                    chars <= ROUTE53_BATCH_MAX_DELETE_CHARS;
    else
        is_within = batch->count <= ROUTE53_BATCH_MAX_UPSERTS &&
                    chars <= ROUTE53_BATCH_MAX_CHARS;
    if (batch->count == 0 || !is_within)
        violate(model, "a batch breaks the budgets");
}

static struct model_verdict reply_at(int64_t at, enum status status)
{
    return (struct model_verdict){
        .applied_at = INT64_MAX, .replied_at = at, .reply.status = status};
}

/* Faults that have nothing to do with what the call says. */
static bool meets_fault(struct route53_model *model, int64_t now,
                        struct model_verdict *verdict)
{
    const struct fault_plan *plan = &model->plan;
    int64_t latency = draw_latency(model);

    if (now >= plan->outage_from && now < plan->outage_until) {
        model->calls_in_outage++;
        *verdict = reply_at(now + 1, STATUS_UNAVAILABLE);
        return true;
    }
    if (chance(model, plan->throttled))
        *verdict = reply_at(now + latency, STATUS_THROTTLED);
    else if (chance(model, plan->denied))
        *verdict = reply_at(now + latency, STATUS_DENIED);
    else if (chance(model, plan->failed_before))
        *verdict = reply_at(now + latency, STATUS_UNAVAILABLE);
    else if (chance(model, plan->silent_before))
        *verdict = reply_at(now + MODEL_TIMEOUT_MS, STATUS_UNAVAILABLE);
    else
        return false;
    model->throttled += verdict->reply.status == STATUS_THROTTLED;
    return true;
}

/* Looks for records that Route 53 refuses, and writes its words. */
static bool is_refused(struct route53_model *model, const struct batch *batch,
                       struct model_verdict *verdict)
{
    bool refused = false;

    strbuf_init(&verdict->words, WORDS_MAX_BYTES);
    for (size_t i = 0; i < batch->count; i++) {
        const struct rrset rrset = batch_rrset(batch, i);
        struct sim_record *record =
            &world_host(model->world, rrset.name)->records[rrset.type];

        record->was_refused = record->poisoned;
        refused = refused || record->poisoned;
        if (record->poisoned && model->plan.names_culprits)
            strbuf_printf(
                &verdict->words,
                "[RRSet of type %s with DNS name %.*s. is not permitted "
                "because a conflicting RRSet of type CNAME with the same DNS "
                "name already exists in zone example.org.]",
                rrset_type_name(rrset.type), (int)rrset.name.len,
                rrset.name.ptr);
    }
    verdict->reply.words = strbuf_span(&verdict->words);
    return refused;
}

/* A removal is refused unless its record is exactly so. */
static bool is_not_so(struct route53_model *model, const struct batch *batch,
                      struct model_verdict *verdict)
{
    bool refused = false;

    strbuf_init(&verdict->words, WORDS_MAX_BYTES);
    for (size_t i = 0; i < batch->count; i++) {
        const struct rrset rrset = batch_rrset(batch, i);
        struct sim_record *record =
            &world_host(model->world, rrset.name)->records[rrset.type];

        record->was_not_so =
            record->says != sim_address_number(rrset.value, rrset.type);
        refused = refused || record->was_not_so;
        if (record->was_not_so && model->plan.names_culprits)
            strbuf_printf(&verdict->words,
                          "[Tried to delete resource record set "
                          "[name='%.*s.', type='%s'] but the values provided "
                          "do not match the current values]",
                          (int)rrset.name.len, rrset.name.ptr,
                          rrset_type_name(rrset.type));
    }
    verdict->reply.words = strbuf_span(&verdict->words);
    return refused;
}

struct model_verdict route53_model_call(struct route53_model *model,
                                        int64_t now, const struct batch *batch)
{
    struct sim_zone *zone =
        world_zone(model->world, span_from_string(batch->zone->id));
    int64_t latency = draw_latency(model);
    struct model_verdict verdict;

    check_rate(model, now);
    check_batch(model, batch);
    if (meets_fault(model, now, &verdict))
        return verdict;
    if (zone == NULL)
        return reply_at(now + latency, STATUS_NOT_FOUND);
    if (zone->busy_until > now || chance(model, model->plan.busy)) {
        model->busy++;
        return reply_at(now + latency, STATUS_BUSY);
    }
    verdict = reply_at(now + latency, STATUS_OK);
    if (batch_is_removal(batch) ? is_not_so(model, batch, &verdict)
                                : is_refused(model, batch, &verdict)) {
        verdict.reply.status = STATUS_INVALID;
        return verdict;
    }
    verdict.applied_at = now + latency / 2;
    if (chance(model, model->plan.failed_after)) {
        verdict.reply.status = STATUS_UNAVAILABLE;
        verdict.replied_at = verdict.applied_at; /* before the zone is free */
    } else if (chance(model, model->plan.silent_after)) {
        verdict.reply.status = STATUS_UNAVAILABLE;
        verdict.replied_at = now + MODEL_TIMEOUT_MS;
    }
    zone->busy_until = now + latency;
    return verdict;
}

struct model_verdict route53_model_list(struct route53_model *model,
                                        int64_t now)
{
    struct model_verdict verdict;

    check_rate(model, now);
    if (meets_fault(model, now, &verdict))
        return verdict;
    return reply_at(now + draw_latency(model), STATUS_OK);
}

void route53_model_apply(struct route53_model *model, bool is_removal,
                         const struct rrset *rrsets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct sim_host *host = world_host(model->world, rrsets[i].name);

        host->records[rrsets[i].type].says =
            is_removal ? SIM_NO_BELIEF
                       : sim_address_number(rrsets[i].value, rrsets[i].type);
        model->changes_applied++;
    }
}
