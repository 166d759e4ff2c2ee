#include "cli/patient_call.h"
#include "cli/stop.h"

#include <stdio.h>

static const char stopped[] = "stopped by a signal";

enum { POLL_MS = 500 };

void patient_call_done(struct patient_call *call, const struct aws_reply *reply)
{
    call->reply = *reply;
    call->reply.words = span_from("", 0);
    call->done = true;
}

/* A call that the client would not take has no answer of AWS's. */
static void refuse(struct patient_call *call, enum status status,
                   const char *words)
{
    call->reply = (struct aws_reply){.status = status};
    snprintf(call->reply.message, sizeof call->reply.message, "%s", words);
}

static void attempt(struct patient_call *call, struct aws_client *client)
{
    enum status status = STATUS_UNAVAILABLE;

    call->done = stop_is_asked();
    if (call->done) {
        refuse(call, status, stopped);
        return;
    }
    status = call->submit(client, call);
    if (status != STATUS_OK) {
        refuse(call, status,
               status == STATUS_NOMEM ? "out of memory"
                                      : "the call cannot be put into words");
        return;
    }
    while (!call->done && !stop_is_asked())
        aws_client_poll(client, POLL_MS);
    if (!call->done)
        refuse(call, STATUS_UNAVAILABLE, stopped);
}

enum status patient_call_run(struct patient_call *call,
                             struct aws_client *client,
                             struct retry_quota *quota)
{
    struct retry retry = {.failures = 0};

    for (;;) {
        struct retry_failure failure;
        int64_t wait_ms;

        attempt(call, client);
        if (quota == NULL)
            return call->reply.status;
        failure = retry_failure_of(&call->reply);
        if (call->reply.status == STATUS_OK)
            retry_succeeded(&retry, quota);
        if (call->reply.status == STATUS_OK || stop_is_asked() ||
            !retry_allows(&retry, quota, &failure, &wait_ms))
            return call->reply.status;
        stop_pause_ms(wait_ms);
    }
}

void patient_call_describe(const struct aws_reply *reply, struct strbuf *out)
{
    strbuf_append_string(out, reply->code);
    if (reply->code[0] != '\0' && reply->message[0] != '\0')
        strbuf_append_string(out, ": ");
    strbuf_append_string(out, reply->message);
    if (reply->request_id[0] != '\0')
        strbuf_printf(out, " (request id %s)", reply->request_id);
}
