#include "server/dns/dns_writer.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/log_quota.h"
#include "server/dns/rrset_cache_writer.h"
#include "server/dns/rrset_expiry.h"
#include "server/dns/rrset_preload.h"
#include "server/dns/zone_listing.h"

#include <stdlib.h>

enum {
    /* Two attempts fit in a caller's deadline even when the first reply never
     * comes. */
    CHANGE_TIMEOUT_MS = 8000,

    /* Ceilings. A waiter costs some 3 KB together with its connection. */
    MAX_WAITERS = 65536,
    MAX_CHANGES = 262144,
    MAX_ZONES = 10000,
    MAX_RECORD_BYTES = 256 * 1024 * 1024,

    /* Callers come before those that look which records are to go. */
    LOOK_INTERVAL_MS = 2000,

    /* While Route 53 is ill and nobody wants anything of it. */
    PROBE_INTERVAL_MS = 30000,
};

struct dns_writer {
    struct aws_client *client;
    const struct dns_settings *settings;
    struct health *health;
    int64_t heard_at; /* when Route 53 last said something, or did not */
    struct coalescer *coalescer;
    struct zone_listing *zones;
    struct rrset_preload *preload;
    struct rrset_expiry *expiry;
    int64_t look_at;          /* while others want calls: no look before this */
    const char *doubts_clock; /* the service that did last; NULL: none does */
    struct rrset_cache_writer cache_writer;
    struct log_quota refusals;
    struct dns_metrics metrics;
};

/* --- what the coalescer asks and reports ------------------------------------ */

static enum zone_answer find_zone(void *arg, struct span name,
                                  struct span *zone_id)
{
    struct dns_writer *writer = arg;

    if (zone_lookup_find(zone_listing_lookup(writer->zones), name, zone_id))
        return ZONE_FOUND;
    return zone_listing_is_fresh(writer->zones, clock_now_ms()) ? ZONE_ABSENT
                                                                : ZONE_UNKNOWN;
}

static void on_invalidate(void *arg, struct span name, enum rrset_type type)
{
    struct dns_writer *writer = arg;

    rrset_cache_writer_invalidate(&writer->cache_writer, name, type);
}

/* Of several who wait for one change, the newest with the address that asked for
 * it last. Who was told already that it takes too long is forgotten. */
static struct span trace_of(const struct list *waiters,
                            const struct address *client)
{
    const struct list *at = waiters;

    while ((at = at->prev) != waiters) {
        const struct waiter *waiter = list_entry(at, struct waiter, in_change);
        const struct update_request *request =
            list_entry(waiter, struct update_change, waiter)->request;

        if (request->trace != NULL && address_equal(&request->client, client))
            return update_request_trace(request);
    }
    return span_from("", 0);
}

static void on_accepted(void *arg, const struct accepted_change *written)
{
    struct dns_writer *writer = arg;
    struct accepted_change traced = *written;

    traced.trace = trace_of(written->waiters, written->client);
    rrset_cache_writer_accept(&writer->cache_writer, &traced, clock_now_ms());
}

static void on_zone_gone(void *arg, struct span zone_id)
{
    struct dns_writer *writer = arg;

    zone_listing_zone_gone(writer->zones, zone_id);
}

static void on_refused(void *arg, const struct refused_change *change)
{
    const struct aws_reply *reply = change->reply;

    (void)arg;
    log_event(
        LOG_LEVEL_WARN, "record_refused", log_span("host", change->name),
        log_str("type", rrset_type_name(change->type)),
        log_span("zone", change->zone_id), log_str("code", reply->code),
        log_str("message", reply->message),
        log_str("request_id", reply->request_id),
        log_str("advice", "look at the record in Route 53: an alias, a "
                          "CNAME or a weighted set may stand there"),
        log_span_if_any("trace", trace_of(change->waiters, change->client)));
}

static void note_health(struct dns_writer *writer, enum health_call call,
                        const struct aws_reply *reply)
{
    struct health_news news = {
        .condition = reply->condition,
        .code = reply->code,
        .message = reply->message,
        .request_id = reply->request_id,
    };

    writer->heard_at = clock_now_ms();
    if (reply->status == STATUS_THROTTLED)
        metric_add(writer->metrics.throttles, 1);
    health_note_route53(writer->health, time(NULL), call, &news);
}

static void on_removal_ended(void *arg, const struct ended_removal *ended)
{
    struct dns_writer *writer = arg;
    uint32_t silent_s = rrset_expiry_ended(writer->expiry, ended);

    if (ended->end != REMOVAL_DONE)
        return;
    metric_add(writer->metrics.expired, 1);
    rrset_cache_writer_removed(&writer->cache_writer, ended, silent_s);
}

/* --- what the listing of zones reports ------------------------------------------- */

static void on_zone_call_done(void *arg, int64_t sent_at,
                              const struct aws_reply *reply)
{
    struct dns_writer *writer = arg;

    note_health(writer, HEALTH_LISTING, reply);
    coalescer_call_done(writer->coalescer, clock_now_ms(), sent_at,
                        reply->status);
}

static void on_zones_complete(void *arg)
{
    struct dns_writer *writer = arg;

    coalescer_zones_read(writer->coalescer);
}

/* --- what the preload reports ------------------------------------------------- */

/* A look at records that fails harms nobody: it must not look like an outage,
 * unless Route 53 is really away. */
static void on_look_done(void *arg, int64_t sent_at,
                         const struct aws_reply *reply)
{
    struct dns_writer *writer = arg;
    enum status status = reply->status;

    if (status == STATUS_DENIED && reply->condition != AWS_NO_CREDENTIALS)
        status = STATUS_OK;
    note_health(writer, HEALTH_SURVEY, reply);
    coalescer_call_done(writer->coalescer, clock_now_ms(), sent_at, status);
}

static void on_preloaded(void *arg, const struct rrset *rrset, int64_t sent_at)
{
    struct dns_writer *writer = arg;

    rrset_cache_writer_preload(
        &writer->cache_writer, rrset, sent_at,
        coalescer_has_change(writer->coalescer, rrset->name, rrset->type));
}

/* --- what is to go --------------------------------------------------------- */

static enum expiry_outcome on_objection(void *arg,
                                        const struct expired_rrset *rrset)
{
    struct dns_writer *writer = arg;

    if (writer->doubts_clock != NULL)
        return EXPIRY_UNAVAILABLE;
    return rrset_cache_writer_objection(&writer->cache_writer, rrset,
                                        clock_now_ms());
}

static enum status on_remove(void *arg, const struct unwanted_rrset *unwanted)
{
    struct dns_writer *writer = arg;

    return coalescer_remove(writer->coalescer, clock_now_ms(), unwanted);
}

static void on_missing(void *arg, const struct expired_rrset *rrset,
                       int64_t sent_at)
{
    struct dns_writer *writer = arg;

    rrset_cache_writer_missing(&writer->cache_writer, rrset,
                               clock_now_ms() - sent_at);
}

/* --- life ------------------------------------------------------------------ */

/* Callers beyond what full batches can serve within the deadline would wait in
 * vain, and their changes would then take the place of others': under three
 * times the load that Route 53 takes, a queue of 1.3 deadlines answers a third
 * of what one of 0.8 does. Better that they hear so at once. */
static size_t max_waiters(const struct dns_settings *settings)
{
    double served = settings->calls_per_second * settings->deadline_seconds *
                    ROUTE53_BATCH_MAX_UPSERTS * 0.8;

    if (served < ROUTE53_BATCH_MAX_UPSERTS)
        return ROUTE53_BATCH_MAX_UPSERTS;
    return served < MAX_WAITERS ? (size_t)served : MAX_WAITERS;
}

struct dns_writer *dns_writer_new(struct aws_client *client,
                                  const struct dns_settings *settings,
                                  struct health *health, uint64_t seed)
{
    struct coalescer_limits limits = {
        .calls_per_second = settings->calls_per_second,
        .max_waiters = max_waiters(settings),
        .max_changes = MAX_CHANGES,
        .max_zones = MAX_ZONES,
        .max_bytes = MAX_RECORD_BYTES,
    };
    struct dns_writer *writer = calloc(1, sizeof *writer);
    struct coalescer_hooks hooks = {
        .arg = writer,
        .find_zone = find_zone,
        .invalidate = on_invalidate,
        .accepted = on_accepted,
        .zone_gone = on_zone_gone,
        .refused = on_refused,
        .removal_ended = on_removal_ended,
    };
    struct zone_listing_hooks zone_hooks = {
        .arg = writer,
        .call_done = on_zone_call_done,
        .complete = on_zones_complete,
    };
    struct rrset_preload_hooks preload_hooks = {
        .arg = writer,
        .call_done = on_look_done,
        .found = on_preloaded,
    };
    struct rrset_expiry_hooks expiry_hooks = {
        .arg = writer,
        .call_done = on_look_done,
        .find_zone = find_zone,
        .objection = on_objection,
        .remove = on_remove,
        .missing = on_missing,
    };

    if (writer == NULL)
        return NULL;
    writer->client = client;
    writer->settings = settings;
    writer->health = health;
    metric_set(writer->metrics.rate_max, settings->calls_per_second);
    metric_set(writer->metrics.rate, settings->calls_per_second);
    writer->coalescer = coalescer_new(&limits, &hooks, seed);
    writer->zones = zone_listing_new(client, settings, &zone_hooks, ~seed);
    writer->preload = rrset_preload_new(client, &preload_hooks);
    writer->expiry = rrset_expiry_new(client, &expiry_hooks);
    if (writer->coalescer == NULL || writer->zones == NULL ||
        writer->preload == NULL || writer->expiry == NULL) {
        dns_writer_free(writer);
        return NULL;
    }
    return writer;
}

void dns_writer_free(struct dns_writer *writer)
{
    if (writer == NULL)
        return;
    coalescer_free(writer->coalescer);
    zone_listing_free(writer->zones);
    rrset_preload_free(writer->preload);
    rrset_expiry_free(writer->expiry);
    rrset_cache_writer_clear(&writer->cache_writer);
    free(writer);
}

void dns_writer_tell(struct dns_writer *writer, struct event_queue *events)
{
    writer->cache_writer.events = events;
}

const struct dns_metrics *dns_writer_metrics(const struct dns_writer *writer)
{
    return &writer->metrics;
}

void dns_writer_use(struct dns_writer *writer, struct host_table *host_table)
{
    rrset_cache_writer_use(&writer->cache_writer, host_table);
}

/* --- requests ---------------------------------------------------------------
 */

static void on_outcome(struct waiter *waiter, enum outcome outcome,
                       const struct address *written)
{
    update_change_end(list_entry(waiter, struct update_change, waiter), outcome,
                      written);
}

/* What a caller is told of a change that the coalescer does not take on. */
static enum outcome outcome_of(enum status status)
{
    switch (status) {
    case STATUS_NOT_FOUND:
        return OUTCOME_NO_ZONE;
    case STATUS_INVALID:
    case STATUS_BUSY: /* refused before, and not tried again in time */
        return OUTCOME_REFUSED;
    default:
        return OUTCOME_UNAVAILABLE;
    }
}

static const char *advice_on(enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_NO_ZONE:
        return "no public hosted zone of this account (or of "
               "DYNDNS_HOSTED_ZONES) holds the name: create it";
    case OUTCOME_REFUSED:
        return "Route 53 refused this record a short while ago; it is tried "
               "again before long";
    default:
        return "try again later; see the ceilings in dyndns53(8)";
    }
}

static void log_not_taken(struct dns_writer *writer, int64_t now,
                          const struct update_change *change,
                          enum status status)
{
    if (!log_quota_allows(&writer->refusals, (uint32_t)(now / 1000)))
        return;
    log_event(LOG_LEVEL_WARN, "update_not_taken",
              log_span("host", update_change_name(change)),
              log_str("status", status_name(status)),
              log_str("advice", advice_on(outcome_of(status))),
              log_span_if_any("trace", update_request_trace(change->request)));
}

static void submit(struct dns_writer *writer, int64_t now,
                   struct update_change *change)
{
    struct span name = update_change_name(change);
    struct desired_rrset desired = {
        .name = name,
        .address = &change->address,
        .client = &change->request->client,
        .ttl = change->ttl,
        .is_proven = rrset_cache_writer_ever_knew(
            &writer->cache_writer, name, rrset_type_for(&change->address)),
    };
    enum status status;

    change->waiter.done = on_outcome;
    change->waiter.deadline_at = change->request->deadline_at;
    status =
        coalescer_submit(writer->coalescer, now, &desired, &change->waiter);
    if (status == STATUS_OK)
        return;
    log_not_taken(writer, now, change, status);
    update_change_end(change, outcome_of(status), NULL);
}

void dns_writer_submit(struct dns_writer *writer, int64_t now,
                       struct update_request *request)
{
    for (size_t i = 0; i < request->count; i++) {
        struct update_change *change = &request->changes[i];

        if (change->outcome != OUTCOME_OPEN)
            continue;
        /* The loop could not say: somebody else's update was in transit, or
         * a table was being replaced. What was invalidated is not known. */
        if (rrset_cache_writer_knows(
                &writer->cache_writer, update_change_name(change),
                &change->address, now, writer->settings->nochg_seconds))
            update_change_end(change, OUTCOME_UNCHANGED, &change->address);
        else
            submit(writer, now, change);
    }
}

void dns_writer_note_clock(struct dns_writer *writer, const char *service,
                           int64_t seconds)
{
    if (seconds != 0)
        writer->doubts_clock = service;
    else if (writer->doubts_clock == service)
        writer->doubts_clock = NULL;
}

void dns_writer_expire(struct dns_writer *writer,
                       struct expiry_request *request)
{
    rrset_expiry_take(writer->expiry, request);
}

/* --- batches -----------------------------------------------------------------
 */

static void log_batch(const struct batch *batch, int64_t now,
                      const struct aws_reply *reply)
{
    struct log_field zone = log_str("zone", batch->zone->id);
    struct log_field changes = log_uint("changes", batch->count);
    struct log_field status = log_str("status", status_name(reply->status));
    struct log_field ms = log_int("ms", now - batch->sent_at);

    if (reply->status == STATUS_OK)
        log_event(LOG_LEVEL_INFO, "batch_done", zone, changes, status, ms);
    else
        log_event(LOG_LEVEL_WARN, "batch_failed", zone, changes, status, ms,
                  log_str("code", reply->code),
                  log_str("message", reply->message),
                  log_str("request_id", reply->request_id));
}

static enum dns_batch_result result_of(enum status status)
{
    switch (status) {
    case STATUS_OK:
        return DNS_BATCH_ACCEPTED;
    case STATUS_INVALID:
    case STATUS_CONFLICT:
    case STATUS_NOT_FOUND:
        return DNS_BATCH_REFUSED;
    case STATUS_THROTTLED:
        return DNS_BATCH_THROTTLED;
    default:
        return DNS_BATCH_FAILED;
    }
}

static void on_batch_done(void *arg, const struct aws_reply *reply)
{
    struct batch *batch = arg;
    struct dns_writer *writer = batch->sender;
    int64_t now = clock_now_ms();

    metric_add(&writer->metrics.batches[result_of(reply->status)], 1);
    note_health(writer, batch_is_removal(batch) ? HEALTH_SURVEY : HEALTH_CHANGE,
                reply);
    log_batch(batch, now, reply);
    coalescer_done(writer->coalescer, now, batch, reply);
}

/* A batch that cannot even be written is the fault of a record in it, which
 * is found as if Route 53 had refused the batch. */
static void send_batch(struct dns_writer *writer, struct batch *batch)
{
    struct aws_reply unsent = {
        .status = STATUS_UNAVAILABLE,
        .message = "the call could not be made: memory is short"};
    struct rrset rrsets[ROUTE53_BATCH_MAX_DELETES];
    enum status status;

    batch->sender = writer;
    metric_add(writer->metrics.calls, 1);
    metric_observe(writer->metrics.batch_size, &dns_metric_scale,
                   (int64_t)batch->count);
    for (size_t i = 0; i < batch->count; i++)
        rrsets[i] = batch_rrset(batch, i);
    status = (batch_is_removal(batch) ? route53_delete : route53_upsert)(
        writer->client, span_from_string(batch->zone->id), rrsets, batch->count,
        CHANGE_TIMEOUT_MS, on_batch_done, batch);
    if (status == STATUS_OK)
        return;
    if (status == STATUS_INVALID || status == STATUS_FULL)
        unsent =
            (struct aws_reply){.status = STATUS_INVALID,
                               .message = "the change batch cannot be written"};
    on_batch_done(batch, &unsent);
}

/* --- the turn ----------------------------------------------------------------
 */

/* An illness would last until the next change if nobody looked whether it is
 * over, and where callers are sent elsewhere meanwhile there is no next change.
 * So the zones are read again, which does no harm. Milliseconds until then;
 * -1: not to be done. */
static int64_t probe_wait_ms(const struct dns_writer *writer, int64_t now)
{
    int64_t due_at = writer->heard_at + PROBE_INTERVAL_MS;

    if (!health_route53_is_ill(writer->health) ||
        zone_listing_wait_ms(writer->zones, now) >= 0 ||
        zone_listing_is_reading(writer->zones) ||
        coalescer_stats(writer->coalescer).in_flight > 0)
        return -1;
    return due_at > now ? due_at - now : 0;
}

/* For a call that is no batch. */
static void spend_call(struct dns_writer *writer, int64_t now)
{
    coalescer_call_spend(writer->coalescer, now);
    metric_add(writer->metrics.calls, 1);
}

/* Listings go first: while hosts have no zone, nothing else can help them. */
static void read_zones(struct dns_writer *writer, int64_t now)
{
    if (coalescer_wants_zones(writer->coalescer) ||
        probe_wait_ms(writer, now) == 0)
        zone_listing_request(writer->zones);
    if (zone_listing_wait_ms(writer->zones, now) != 0 ||
        coalescer_call_wait_ms(writer->coalescer, now) > 0)
        return;
    spend_call(writer, now);
    zone_listing_send(writer->zones, now);
}

/* Once the zones and the hosts are known, and only while nothing else wants a
 * call. */
static bool preload_is_due(const struct dns_writer *writer, int64_t now)
{
    struct coalescer_stats stats = coalescer_stats(writer->coalescer);

    return writer->cache_writer.host_table != NULL && stats.waiters == 0 &&
           stats.in_flight == 0 &&
           zone_listing_wait_ms(writer->zones, now) < 0 &&
           !rrset_preload_is_over(writer->preload);
}

static void preload_rrsets(struct dns_writer *writer, int64_t now)
{
    const struct zone_lookup *zones = zone_listing_lookup(writer->zones);

    if (!preload_is_due(writer, now) ||
        coalescer_call_wait_ms(writer->coalescer, now) > 0)
        return;
    if (!rrset_preload_has_more(writer->preload, zones)) {
        rrset_preload_end(writer->preload);
        return;
    }
    spend_call(writer, now);
    rrset_preload_send(writer->preload, zones, now);
}

/* Milliseconds until records that are to go may be looked at; -1: there are
 * none. */
static int64_t look_wait_ms(const struct dns_writer *writer, int64_t now)
{
    struct coalescer_stats stats = coalescer_stats(writer->coalescer);

    if (!rrset_expiry_wants_call(writer->expiry))
        return -1;
    return (stats.waiters == 0 && stats.pending == 0) || now >= writer->look_at
               ? 0
               : writer->look_at - now;
}

/* Before the batches leave, or a busy server would never look. */
static void look_at_expired(struct dns_writer *writer, int64_t now)
{
    if (look_wait_ms(writer, now) != 0 ||
        coalescer_call_wait_ms(writer->coalescer, now) > 0 ||
        !rrset_expiry_prepare(writer->expiry, now))
        return;
    writer->look_at = now + LOOK_INTERVAL_MS;
    spend_call(writer, now);
    rrset_expiry_send(writer->expiry, now);
}

static void show_state(struct dns_writer *writer)
{
    struct coalescer_stats stats = coalescer_stats(writer->coalescer);

    metric_set(writer->metrics.pending, (double)stats.pending);
    metric_set(writer->metrics.rate, stats.calls_per_second);
}

void dns_writer_run(struct dns_writer *writer, int64_t now)
{
    struct batch *batch;

    coalescer_expire(writer->coalescer, now);
    read_zones(writer, now);
    look_at_expired(writer, now);
    while ((batch = coalescer_next(writer->coalescer, now)) != NULL)
        send_batch(writer, batch);
    preload_rrsets(writer, now);
    show_state(writer);
}

static int64_t sooner(int64_t a, int64_t b)
{
    if (a < 0)
        return b;
    return b < 0 || a < b ? a : b;
}

int64_t dns_writer_wait_ms(const struct dns_writer *writer, int64_t now)
{
    int64_t reading = sooner(zone_listing_wait_ms(writer->zones, now),
                             look_wait_ms(writer, now));

    if (preload_is_due(writer, now))
        reading = 0;
    if (reading >= 0) {
        int64_t account = coalescer_call_wait_ms(writer->coalescer, now);

        reading = account == INT64_MAX ? -1
                  : account > reading  ? account
                                       : reading;
    }
    reading = sooner(reading, probe_wait_ms(writer, now));
    return sooner(reading, coalescer_wait_ms(writer->coalescer, now));
}

bool dns_writer_is_idle(const struct dns_writer *writer)
{
    struct coalescer_stats stats = coalescer_stats(writer->coalescer);
    /* Nobody needs a listing that nobody waits for. */
    size_t listings = (size_t)zone_listing_is_reading(writer->zones) +
                      rrset_preload_is_reading(writer->preload) +
                      rrset_expiry_is_reading(writer->expiry);

    return stats.waiters == 0 && stats.in_flight == listings;
}
