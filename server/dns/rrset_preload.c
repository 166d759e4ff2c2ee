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
    struct rrset_preload *survey = calloc(1, sizeof *survey);

    if (survey == NULL)
        return NULL;
    survey->client = client;
    survey->hooks = *hooks;
    strbuf_init(&survey->name, CURSOR_MAX_BYTES);
    strbuf_init(&survey->type, CURSOR_MAX_BYTES);
    strbuf_init(&survey->identifier, CURSOR_MAX_BYTES);
    return survey;
}

void rrset_preload_free(struct rrset_preload *survey)
{
    if (survey == NULL)
        return;
    strbuf_clear(&survey->name);
    strbuf_clear(&survey->type);
    strbuf_clear(&survey->identifier);
    free(survey);
}

static void end(struct rrset_preload *survey, enum log_level level,
                const char *why)
{
    survey->ended = true;
    log_event(level, "records_surveyed", log_uint("records", survey->found),
              log_uint("calls", survey->calls), log_str("end", why));
}

/* Whether a listing names as its next page the one at hand, or something that
 * could not be asked for: it would spend all calls on nothing. */
static bool is_stuck(const struct rrset_preload *survey,
                     const struct rrset_cursor *next)
{
    if (next->name.len > CURSOR_MAX_BYTES ||
        next->type.len > CURSOR_MAX_BYTES ||
        next->identifier.len > CURSOR_MAX_BYTES)
        return true;
    return next->name.len > 0 &&
           span_equal(next->name, strbuf_span(&survey->name)) &&
           span_equal(next->type, strbuf_span(&survey->type)) &&
           span_equal(next->identifier, strbuf_span(&survey->identifier));
}

static void set_cursor(struct rrset_preload *survey,
                       const struct rrset_cursor *cursor)
{
    strbuf_rewind(&survey->name);
    strbuf_rewind(&survey->type);
    strbuf_rewind(&survey->identifier);
    strbuf_append(&survey->name, cursor->name);
    strbuf_append(&survey->type, cursor->type);
    strbuf_append(&survey->identifier, cursor->identifier);
    if (cursor->name.len == 0)
        survey->next_zone++;
}

static const char *failure_of(const struct aws_reply *reply)
{
    return reply->status == STATUS_DENIED
               ? "denied: with route53:ListResourceRecordSets the log would "
                 "know old addresses after a start"
               : "a call failed";
}

static void on_rrsets(void *arg, const struct aws_reply *reply,
                      const struct rrset *rrsets, size_t count,
                      const struct rrset_cursor *next)
{
    struct rrset_preload *survey = arg;

    survey->in_flight = false;
    survey->hooks.call_done(survey->hooks.arg, survey->sent_at, reply);
    if (reply->status != STATUS_OK) {
        end(survey, LOG_LEVEL_INFO, failure_of(reply));
        return;
    }
    survey->found += count;
    for (size_t i = 0; i < count; i++)
        survey->hooks.found(survey->hooks.arg, &rrsets[i], survey->sent_at);
    if (is_stuck(survey, next))
        end(survey, LOG_LEVEL_ERROR,
            "the listing does not move on: check AWS_ENDPOINT_URL_ROUTE_53 or "
            "AWS_ENDPOINT_URL if it is set, and proxies");
    else
        set_cursor(survey, next);
}

bool rrset_preload_is_over(const struct rrset_preload *survey)
{
    return survey->ended;
}

bool rrset_preload_is_reading(const struct rrset_preload *survey)
{
    return survey->in_flight;
}

bool rrset_preload_wants_call(struct rrset_preload *survey,
                              const struct zone_lookup *zones)
{
    struct span zone_id;

    if (survey->in_flight || survey->ended)
        return false;
    if (!zone_lookup_at(zones, survey->next_zone, &zone_id))
        end(survey, LOG_LEVEL_INFO, "complete");
    else if (survey->calls == RRSET_PRELOAD_MAX_CALLS)
        end(survey, LOG_LEVEL_INFO, "enough calls spent");
    return !survey->ended;
}

void rrset_preload_send(struct rrset_preload *survey,
                        const struct zone_lookup *zones, int64_t now)
{
    static const struct aws_reply no_memory = {.status = STATUS_NOMEM};
    struct rrset_cursor from = {strbuf_span(&survey->name),
                                strbuf_span(&survey->type),
                                strbuf_span(&survey->identifier)};
    struct span zone_id = {"", 0};

    zone_lookup_at(zones, survey->next_zone, &zone_id);
    survey->calls++;
    survey->in_flight = true;
    survey->sent_at = now;
    if (route53_list_rrsets(survey->client, zone_id, &from, CALL_TIMEOUT_MS,
                            on_rrsets, survey) != STATUS_OK)
        on_rrsets(survey, &no_memory, NULL, 0, NULL);
}
