#include "cli/zone_calls.h"

#include "aws/route53.h"

#include "base/strbuf.h"

#include <stdio.h>
#include <time.h>

enum {
    CALL_TIMEOUT_MS = 10000,
    POLL_MS = 1000,
    MARKER_MAX_BYTES = 1024,
    PAGES_MAX = 1000,
};

struct call {
    enum { LIST, GET, LOOK_INTO } what;
    struct span id;
    struct zone_map *map;
    struct strbuf marker; /* LIST: where it goes on */
    bool done;
    struct aws_reply *reply;
};

void zone_calls_init(struct zone_calls *calls, struct aws_client *client,
                     const struct aws_config *config)
{
    calls->client = client;
    retry_quota_init(&calls->quota, config->max_attempts, (uint64_t)time(NULL));
}

static void on_zones(void *arg, const struct aws_reply *reply,
                     const struct hosted_zone *zones, size_t count,
                     struct span next_marker)
{
    struct call *call = arg;

    call->done = true;
    *call->reply = *reply;
    strbuf_rewind(&call->marker);
    strbuf_append(&call->marker, next_marker);
    for (size_t i = 0; i < count && call->reply->status == STATUS_OK; i++)
        call->reply->status = zone_map_add(call->map, &zones[i]);
}

static void on_rrsets(void *arg, const struct aws_reply *reply,
                      const struct rrset *rrsets, size_t count,
                      const struct rrset_cursor *next)
{
    struct call *call = arg;

    (void)rrsets;
    (void)count;
    (void)next;
    call->done = true;
    *call->reply = *reply;
}

static enum status submit(struct zone_calls *calls, struct call *call)
{
    static const struct rrset_cursor from_the_start;

    switch (call->what) {
    case LIST:
        return route53_list_hosted_zones(calls->client,
                                         strbuf_span(&call->marker),
                                         CALL_TIMEOUT_MS, on_zones, call);
    case GET:
        return route53_get_hosted_zone(calls->client, call->id, CALL_TIMEOUT_MS,
                                       on_zones, call);
    default:
        return route53_list_rrsets(calls->client, call->id, &from_the_start,
                                   CALL_TIMEOUT_MS, on_rrsets, call);
    }
}

static void attempt(struct zone_calls *calls, struct call *call)
{
    enum status status;

    call->done = false;
    *call->reply = (struct aws_reply){.status = STATUS_UNAVAILABLE};
    status = submit(calls, call);
    if (status != STATUS_OK) {
        call->reply->status = status;
        snprintf(call->reply->message, sizeof call->reply->message, "%s",
                 status == STATUS_NOMEM ? "out of memory"
                                        : "this can be no hosted zone's id");
        return;
    }
    while (!call->done)
        aws_client_poll(calls->client, POLL_MS);
    call->reply->words = span_from(NULL, 0);
}

static enum status run(struct zone_calls *calls, struct call *call)
{
    struct retry retry = {0};
    int64_t wait;

    for (;;) {
        struct retry_failure failure;
        struct timespec time;

        attempt(calls, call);
        if (call->reply->status == STATUS_OK) {
            retry_succeeded(&retry, &calls->quota);
            return STATUS_OK;
        }
        failure = retry_failure_of(call->reply);
        if (!retry_allows(&retry, &calls->quota, &failure, &wait))
            return call->reply->status;
        time = (struct timespec){wait / 1000, wait % 1000 * 1000000};
        nanosleep(&time, NULL);
    }
}

static enum status run_call(struct zone_calls *calls, struct call *call)
{
    enum status status;
    int pages = 0;

    strbuf_init(&call->marker, MARKER_MAX_BYTES);
    do
        status = run(calls, call);
    while (status == STATUS_OK && call->marker.len > 0 && ++pages < PAGES_MAX);
    strbuf_clear(&call->marker);
    return status;
}

enum status zone_calls_list(struct zone_calls *calls, struct zone_map *map,
                            struct aws_reply *reply)
{
    struct call call = {.what = LIST, .map = map, .reply = reply};

    return run_call(calls, &call);
}

enum status zone_calls_get(struct zone_calls *calls, struct span id,
                           struct zone_map *map, struct aws_reply *reply)
{
    struct call call = {.what = GET, .id = id, .map = map, .reply = reply};

    return run_call(calls, &call);
}

enum status zone_calls_look_into(struct zone_calls *calls, struct span id,
                                 struct aws_reply *reply)
{
    struct call call = {.what = LOOK_INTO, .id = id, .reply = reply};

    return run_call(calls, &call);
}
