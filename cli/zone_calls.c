#include "cli/zone_calls.h"
#include "cli/patient_call.h"

#include "aws/route53.h"
#include "base/strbuf.h"

#include <stdio.h>

enum { PAGES_MAX = 200, MARKER_MAX_BYTES = 1024 };

struct call {
    struct patient_call call;
    struct span id;
    struct zone_lookup *zones;
    enum status kept;
    struct strbuf marker; /* where the page begins, then where the next does */
};

static void on_zones(void *arg, const struct aws_reply *reply,
                     const struct hosted_zone *zones, size_t count,
                     struct span next_marker)
{
    struct call *call = arg;

    if (reply->status == STATUS_OK) {
        for (size_t i = 0; call->kept == STATUS_OK && i < count; i++)
            call->kept = zone_lookup_add(call->zones, &zones[i]);
        strbuf_rewind(&call->marker);
        strbuf_append(&call->marker, next_marker);
    }
    patient_call_done(&call->call, reply);
}

static void on_rrsets(void *arg, const struct aws_reply *reply,
                      const struct rrset *rrsets, size_t count,
                      const struct rrset_cursor *next)
{
    (void)rrsets;
    (void)count;
    (void)next;
    patient_call_done(arg, reply);
}

static enum status submit_list(struct aws_client *client,
                               struct patient_call *arg)
{
    struct call *call = (struct call *)(void *)arg;

    return route53_list_hosted_zones(client, strbuf_span(&call->marker),
                                     PATIENT_CALL_TIMEOUT_MS, on_zones, call);
}

static enum status submit_get(struct aws_client *client,
                              struct patient_call *arg)
{
    struct call *call = (struct call *)(void *)arg;

    return route53_get_hosted_zone(client, call->id, PATIENT_CALL_TIMEOUT_MS,
                                   on_zones, call);
}

static enum status submit_look(struct aws_client *client,
                               struct patient_call *arg)
{
    static const struct rrset_cursor from_the_start;
    struct call *call = (struct call *)(void *)arg;

    return route53_list_rrsets(client, call->id, &from_the_start,
                               PATIENT_CALL_TIMEOUT_MS, on_rrsets, call);
}

/* What fails on this side has no words of AWS's. */
static enum status fail(struct aws_reply *reply, enum status status,
                        const char *words)
{
    *reply = (struct aws_reply){.status = status};
    snprintf(reply->message, sizeof reply->message, "%s", words);
    return status;
}

static enum status fail_to_keep(struct aws_reply *reply, enum status status)
{
    return fail(reply, status,
                status == STATUS_NOMEM
                    ? "out of memory"
                    : "there are more hosted zones than can be looked through");
}

static enum status run(struct call *call, struct aws_client *client,
                       struct retry_quota *quota, struct aws_reply *reply)
{
    enum status status = patient_call_run(&call->call, client, quota);

    *reply = call->call.reply;
    if (status == STATUS_OK && call->kept != STATUS_OK)
        return fail_to_keep(reply, call->kept);
    return status;
}

enum status zone_calls_list(struct aws_client *client,
                            struct retry_quota *quota,
                            struct zone_lookup *zones, struct aws_reply *reply)
{
    struct call call = {.call = {.submit = submit_list}, .zones = zones};
    enum status status;
    size_t pages = 0;

    strbuf_init(&call.marker, MARKER_MAX_BYTES);
    do
        status = run(&call, client, quota, reply);
    while (status == STATUS_OK && call.marker.len > 0 && ++pages < PAGES_MAX);
    if (status == STATUS_OK && call.marker.len > 0)
        status = fail_to_keep(reply, STATUS_FULL);
    strbuf_clear(&call.marker);
    return status;
}

static enum status run_of_one(struct call *call, struct aws_client *client,
                              struct retry_quota *quota,
                              struct aws_reply *reply)
{
    enum status status;

    if (!hosted_zone_id_is_valid(call->id))
        return fail(reply, STATUS_INVALID, "this can be no hosted zone's id");
    strbuf_init(&call->marker, MARKER_MAX_BYTES);
    status = run(call, client, quota, reply);
    strbuf_clear(&call->marker);
    return status;
}

enum status zone_calls_get(struct aws_client *client, struct retry_quota *quota,
                           struct span id, struct zone_lookup *zones,
                           struct aws_reply *reply)
{
    struct call call = {
        .call = {.submit = submit_get}, .id = id, .zones = zones};

    return run_of_one(&call, client, quota, reply);
}

enum status zone_calls_look_into(struct aws_client *client,
                                 struct retry_quota *quota, struct span id,
                                 struct aws_reply *reply)
{
    struct call call = {.call = {.submit = submit_look}, .id = id};

    return run_of_one(&call, client, quota, reply);
}
