#include "server/dns/rrset_preload.h"

#include "base/log.h"
#include "base/strbuf.h"

#include <stdlib.h>

enum { CALL_TIMEOUT_MS = 5000, CURSOR_MAX_BYTES = 2048 };

struct rrset_preload {
    struct aws_client *client;
    struct rrset_preload_hooks hooks;
    size_t next_zone;                     /* of the directory */
    struct strbuf name, type, identifier; /* where its listing goes on */
    unsigned calls;
    size_t found;
    bool in_flight, ended;
    int64_t sent_at;
};

struct rrset_preload *rrset_preload_new(struct aws_client *client,
                                        const struct rrset_preload_hooks *hooks)
{
    struct rrset_preload *preload = calloc(1, sizeof *preload);

    if (preload == NULL)
        return NULL;
    preload->client = client;
    preload->hooks = *hooks;
    strbuf_init(&preload->name, CURSOR_MAX_BYTES);
    strbuf_init(&preload->type, CURSOR_MAX_BYTES);
    strbuf_init(&preload->identifier, CURSOR_MAX_BYTES);
    return preload;
}

void rrset_preload_free(struct rrset_preload *preload)
{
    if (preload == NULL)
        return;
    strbuf_clear(&preload->name);
    strbuf_clear(&preload->type);
    strbuf_clear(&preload->identifier);
    free(preload);
}

static void end(struct rrset_preload *preload, enum log_level level,
                const char *why)
{
    preload->ended = true;
    log_event(level, "records_surveyed", log_uint("records", preload->found),
              log_uint("calls", preload->calls), log_str("end", why));
}

/* Whether a listing names as its next page the one at hand, or something that
 * could not be asked for: it would spend all calls on nothing. */
static bool is_stuck(const struct rrset_preload *preload,
                     const struct rrset_cursor *next)
{
    if (next->name.len > CURSOR_MAX_BYTES ||
        next->type.len > CURSOR_MAX_BYTES ||
        next->identifier.len > CURSOR_MAX_BYTES)
        return true;
    return next->name.len > 0 &&
           span_equal(next->name, strbuf_span(&preload->name)) &&
           span_equal(next->type, strbuf_span(&preload->type)) &&
           span_equal(next->identifier, strbuf_span(&preload->identifier));
}

static void set_cursor(struct rrset_preload *preload,
                       const struct rrset_cursor *cursor)
{
    strbuf_rewind(&preload->name);
    strbuf_rewind(&preload->type);
    strbuf_rewind(&preload->identifier);
    strbuf_append(&preload->name, cursor->name);
    strbuf_append(&preload->type, cursor->type);
    strbuf_append(&preload->identifier, cursor->identifier);
    if (cursor->name.len == 0)
        preload->next_zone++;
}

static const char *failure_of(const struct aws_reply *reply)
{
    return reply->status == STATUS_DENIED &&
                   reply->condition != AWS_NO_CREDENTIALS
               ? "denied: with route53:ListResourceRecordSets the log would "
                 "know old addresses after a start"
               : "a call failed";
}

static void on_rrsets(void *arg, const struct aws_reply *reply,
                      const struct rrset *rrsets, size_t count,
                      const struct rrset_cursor *next)
{
    struct rrset_preload *preload = arg;

    preload->in_flight = false;
    preload->hooks.call_done(preload->hooks.arg, preload->sent_at, reply);
    if (reply->status != STATUS_OK) {
        end(preload, LOG_LEVEL_INFO, failure_of(reply));
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (rrsets[i].value.len > 0) {
            preload->found++;
            preload->hooks.found(preload->hooks.arg, &rrsets[i],
                                 preload->sent_at);
        }
    if (is_stuck(preload, next))
        end(preload, LOG_LEVEL_ERROR,
            "the listing does not move on: check AWS_ENDPOINT_URL_ROUTE_53 or "
            "AWS_ENDPOINT_URL if it is set, and proxies");
    else
        set_cursor(preload, next);
}

bool rrset_preload_is_over(const struct rrset_preload *preload)
{
    return preload->ended;
}

bool rrset_preload_is_reading(const struct rrset_preload *preload)
{
    return preload->in_flight;
}

bool rrset_preload_has_more(const struct rrset_preload *preload,
                            const struct zone_lookup *zones)
{
    struct span zone_id;

    return preload->calls < RRSET_PRELOAD_MAX_CALLS &&
           zone_lookup_at(zones, preload->next_zone, &zone_id);
}

void rrset_preload_end(struct rrset_preload *preload)
{
    end(preload, LOG_LEVEL_INFO,
        preload->calls < RRSET_PRELOAD_MAX_CALLS ? "complete"
                                                 : "enough calls spent");
}

void rrset_preload_send(struct rrset_preload *preload,
                        const struct zone_lookup *zones, int64_t now)
{
    static const struct aws_reply no_memory = {.status = STATUS_NOMEM};
    struct rrset_cursor from = {strbuf_span(&preload->name),
                                strbuf_span(&preload->type),
                                strbuf_span(&preload->identifier)};
    struct span zone_id = {"", 0};

    zone_lookup_at(zones, preload->next_zone, &zone_id);
    preload->calls++;
    preload->in_flight = true;
    preload->sent_at = now;
    if (route53_list_rrsets(preload->client, zone_id, &from, CALL_TIMEOUT_MS,
                            on_rrsets, preload) != STATUS_OK)
        on_rrsets(preload, &no_memory, NULL, 0, NULL);
}
