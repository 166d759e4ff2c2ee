#include "server/dns/zone_listing.h"

#include "aws/retry.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/backoff.h"

#include <stdlib.h>

enum {
    /* A host without a zone does not make us list zones more often. */
    REREAD_INTERVAL_MS = 5000,
    RETRY_FIRST_MS = 500,
    RETRY_CAP_MS = 15000,
    CALL_TIMEOUT_MS = 10000,
    MARKER_MAX_BYTES = 1024,
    /* After a listing without end, which spent calls that the changes of
     * hosts could have had. */
    ENDLESS_PAUSE_MS = 60000,
};

struct zone_listing {
    struct aws_client *client;
    const struct dns_settings *settings;
    struct zone_listing_hooks hooks;
    struct zone_lookup *lookup;
    struct strbuf marker; /* where the listing goes on */
    size_t next_id; /* of settings->hosted_zones; without them, of a page */
    bool wanted;    /* a reading is to be started, or goes on */
    bool in_flight;
    bool stale; /* a zone is gone since the last reading */
    int64_t not_before;
    int64_t sent_at;
    int64_t complete_at; /* of the last reading; 0: never */
    struct retry retry;  /* of a page */
    struct retry_quota quota;
    struct backoff backoff; /* of a reading */
    struct jitter jitter;
};

static void on_ambiguous(void *arg, struct span name, struct span id,
                         struct span other_id)
{
    (void)arg;
    log_event(LOG_LEVEL_ERROR, "hosted_zone_ambiguous",
              log_span("zone_name", name), log_span("zone", id),
              log_span("other_zone", other_id),
              log_str("advice", "two public hosted zones have this name: set "
                                "DYNDNS_HOSTED_ZONES to the ids to use"));
}

struct zone_listing *zone_listing_new(struct aws_client *client,
                                      const struct dns_settings *settings,
                                      const struct zone_listing_hooks *hooks,
                                      uint64_t seed)
{
    struct zone_listing *listing = calloc(1, sizeof *listing);

    if (listing == NULL)
        return NULL;
    listing->lookup = zone_lookup_new(on_ambiguous, listing);
    if (listing->lookup == NULL) {
        free(listing);
        return NULL;
    }
    listing->client = client;
    listing->settings = settings;
    listing->hooks = *hooks;
    listing->backoff.first_ms = RETRY_FIRST_MS;
    listing->backoff.cap_ms = RETRY_CAP_MS;
    listing->jitter.state = seed;
    retry_quota_init(&listing->quota, settings->max_attempts, ~seed);
    listing->wanted = true;
    strbuf_init(&listing->marker, MARKER_MAX_BYTES);
    return listing;
}

void zone_listing_free(struct zone_listing *listing)
{
    if (listing == NULL)
        return;
    zone_lookup_free(listing->lookup);
    strbuf_clear(&listing->marker);
    free(listing);
}

void zone_listing_request(struct zone_listing *listing)
{
    if (listing->wanted)
        return;
    listing->wanted = true;
    listing->not_before = listing->complete_at + REREAD_INTERVAL_MS;
}

void zone_listing_zone_gone(struct zone_listing *listing, struct span id)
{
    log_event(LOG_LEVEL_WARN, "hosted_zone_gone", log_span("zone", id),
              log_str("advice", "Route 53 knows no such hosted zone: the "
                                "zones are read again"));
    zone_lookup_forget(listing->lookup, id);
    listing->stale = true;
    zone_listing_request(listing);
}

int64_t zone_listing_wait_ms(const struct zone_listing *listing, int64_t now)
{
    if (!listing->wanted || listing->in_flight)
        return -1;
    return listing->not_before > now ? listing->not_before - now : 0;
}

bool zone_listing_is_reading(const struct zone_listing *listing)
{
    return listing->in_flight;
}

bool zone_listing_is_fresh(const struct zone_listing *listing, int64_t now)
{
    return listing->complete_at != 0 && !listing->stale &&
           now - listing->complete_at < REREAD_INTERVAL_MS;
}

const struct zone_lookup *zone_listing_lookup(
    const struct zone_listing *listing)
{
    return listing->lookup;
}

/* From the first page again, after `pause_ms` and more: half a listing is worth
 * nothing. */
static void start_over(struct zone_listing *listing, int64_t now,
                       int64_t pause_ms)
{
    listing->next_id = 0;
    strbuf_rewind(&listing->marker);
    listing->not_before =
        now + pause_ms + backoff_fail(&listing->backoff, &listing->jitter);
}

static const char *advice_on(const struct aws_reply *reply)
{
    switch (reply->condition) {
    case AWS_DENIED:
        return "the credentials need route53:ListHostedZones, or with "
               "DYNDNS_HOSTED_ZONES route53:GetHostedZone";
    case AWS_NO_CREDENTIALS:
        return "see event=credentials_unavailable; will be tried again";
    case AWS_CLOCK_SKEWED:
        return "set this machine's clock: AWS refuses signatures that are "
               "some minutes off";
    case AWS_UNREACHABLE:
        return "check the network, and AWS_ENDPOINT_URL_ROUTE_53 if it is "
               "set; will be tried again";
    default:
        return "will be tried again";
    }
}

static void log_unread(const struct aws_reply *reply, enum status status,
                       const char *message, const char *advice)
{
    log_event(LOG_LEVEL_ERROR, "hosted_zones_unread",
              log_str("status", status_name(status)),
              log_str("code", reply->code), log_str("message", message),
              log_str("request_id", reply->request_id),
              log_str("advice", advice));
}

static void log_refused(const struct aws_reply *reply)
{
    log_unread(reply, reply->status, reply->message, advice_on(reply));
}

static void log_not_held(const struct aws_reply *reply, enum status status)
{
    if (status == STATUS_FULL)
        log_unread(reply, status, "there are more hosted zones than 10000",
                   "name those to use in DYNDNS_HOSTED_ZONES");
    else
        log_unread(reply, status, "out of memory",
                   "give the service more memory; will be tried again");
}

/* What is wrong with a listing that says it goes on at `next_marker`; NULL:
 * nothing. It could keep us reading for ever, and others' calls waiting. */
static const char *endless_fault(const struct zone_listing *listing,
                                 struct span next_marker)
{
    if (listing->settings->hosted_zone_count > 0 || next_marker.len == 0)
        return NULL;
    if (next_marker.len > MARKER_MAX_BYTES)
        return "the listing's next marker is too long";
    if (span_equal(next_marker, strbuf_span(&listing->marker)))
        return "the listing does not move on: its next page is this page";
    if (listing->next_id + 1 == ZONE_LISTING_MAX_PAGES)
        return "the listing does not end: it has more pages than zones could "
               "fill";
    return NULL;
}

static void log_endless(const struct aws_reply *reply, const char *fault)
{
    log_unread(reply, STATUS_INVALID, fault,
               "check AWS_ENDPOINT_URL_ROUTE_53 or AWS_ENDPOINT_URL if it is "
               "set, and proxies; or name the zones to use in "
               "DYNDNS_HOSTED_ZONES, which needs no listing; will be tried "
               "again in a minute or two");
}

static void complete(struct zone_listing *listing, int64_t now)
{
    zone_lookup_commit(listing->lookup);
    listing->complete_at = now;
    listing->stale = false;
    listing->wanted = false;
    listing->next_id = 0;
    strbuf_rewind(&listing->marker);
    backoff_reset(&listing->backoff);
    log_event(zone_lookup_count(listing->lookup) == 0 ? LOG_LEVEL_ERROR
                                                      : LOG_LEVEL_INFO,
              "hosted_zones_read",
              log_uint("usable", zone_lookup_count(listing->lookup)));
    listing->hooks.complete(listing->hooks.arg);
}

static enum status add_zones(struct zone_listing *listing,
                             const struct hosted_zone *zones, size_t count)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        if (zones[i].is_private && listing->settings->hosted_zone_count > 0)
            log_event(LOG_LEVEL_ERROR, "hosted_zone_private",
                      log_span("zone", zones[i].id),
                      log_str("advice", "private hosted zones are never used: "
                                        "mend DYNDNS_HOSTED_ZONES"));
        status = zone_lookup_add(listing->lookup, &zones[i]);
    }
    return status;
}

/* By id, a zone that does not exist is the operator's to mend and must not
 * keep the others from being read. */
static bool skip_missing(struct zone_listing *listing,
                         const struct aws_reply *reply)
{
    if (listing->settings->hosted_zone_count == 0 ||
        reply->status != STATUS_NOT_FOUND)
        return false;
    log_event(
        LOG_LEVEL_ERROR, "hosted_zone_missing",
        log_str("zone", listing->settings->hosted_zones[listing->next_id]),
        log_str("advice", "Route 53 knows no such hosted zone: mend "
                          "DYNDNS_HOSTED_ZONES"));
    return true;
}

/* Whether the same page is asked for once more. Of a long listing, one lost
 * answer costs one call then, and not all that went before. */
static bool ask_again(struct zone_listing *listing,
                      const struct aws_reply *reply, int64_t now)
{
    struct retry_failure failure = retry_failure_of(reply);
    int64_t wait;

    if (!retry_allows(&listing->retry, &listing->quota, &failure, &wait))
        return false;
    listing->not_before = now + wait;
    return true;
}

/* Whether the page is taken; else the reading starts over, and the log says
 * why. */
static bool take_page(struct zone_listing *listing,
                      const struct aws_reply *reply,
                      const struct hosted_zone *zones, size_t count,
                      struct span next_marker, int64_t now)
{
    const char *fault = endless_fault(listing, next_marker);
    enum status status;

    if (reply->status != STATUS_OK && !skip_missing(listing, reply)) {
        if (ask_again(listing, reply, now))
            return false;
        log_refused(reply);
        start_over(listing, now, 0);
        return false;
    }
    retry_succeeded(&listing->retry, &listing->quota);
    status = add_zones(listing, zones, count);
    if (status != STATUS_OK) {
        log_not_held(reply, status);
        start_over(listing, now, status == STATUS_FULL ? ENDLESS_PAUSE_MS : 0);
        return false;
    }
    if (fault != NULL) {
        log_endless(reply, fault);
        start_over(listing, now, ENDLESS_PAUSE_MS);
        return false;
    }
    return true;
}

static void on_zones(void *arg, const struct aws_reply *reply,
                     const struct hosted_zone *zones, size_t count,
                     struct span next_marker)
{
    struct zone_listing *listing = arg;
    int64_t now = clock_now_ms();

    listing->in_flight = false;
    listing->hooks.call_done(listing->hooks.arg, listing->sent_at, reply);
    if (!take_page(listing, reply, zones, count, next_marker, now))
        return;
    listing->next_id++;
    strbuf_rewind(&listing->marker);
    strbuf_append(&listing->marker, next_marker);
    if (listing->settings->hosted_zone_count > 0
            ? listing->next_id == listing->settings->hosted_zone_count
            : next_marker.len == 0)
        complete(listing, now);
}

void zone_listing_send(struct zone_listing *listing, int64_t now)
{
    static const struct aws_reply no_memory = {.status = STATUS_UNAVAILABLE,
                                               .message = "out of memory"};
    const struct dns_settings *settings = listing->settings;
    enum status status;

    if (listing->next_id == 0)
        zone_lookup_begin(listing->lookup);
    listing->in_flight = true;
    listing->sent_at = now;
    if (settings->hosted_zone_count > 0)
        status = route53_get_hosted_zone(
            listing->client,
            span_from_string(settings->hosted_zones[listing->next_id]),
            CALL_TIMEOUT_MS, on_zones, listing);
    else
        status = route53_list_hosted_zones(listing->client,
                                           strbuf_span(&listing->marker),
                                           CALL_TIMEOUT_MS, on_zones, listing);
    if (status != STATUS_OK)
        on_zones(listing, &no_memory, NULL, 0, span_from("", 0));
}
