#include "cli/patient_call.h"
#include "cli/stop.h"

#include "base/backoff.h"
#include "base/clock.h"

#include <stdio.h>

static const char stopped[] = "stopped by a signal";

enum { FIRST_WAIT_MS = 500, WAIT_CAP_MS = 8000, POLL_MS = 500 };

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

static bool is_worth_another(enum status status)
{
    return status == STATUS_UNAVAILABLE || status == STATUS_THROTTLED ||
           status == STATUS_BUSY;
}

enum status patient_call_run(struct patient_call *call,
                             struct aws_client *client, int64_t patience_ms)
{
    int64_t give_up_at = clock_now_ms() + patience_ms;

    for (unsigned failures = 0;; failures++) {
        int64_t wait = backoff_longest(FIRST_WAIT_MS, WAIT_CAP_MS, failures);

        attempt(call, client);
        if (!is_worth_another(call->reply.status) ||
            clock_now_ms() + wait > give_up_at)
            return call->reply.status;
        stop_pause_ms(wait);
        if (stop_is_asked())
            return call->reply.status;
    }
}

void patient_call_describe(const struct patient_call *call, struct strbuf *out)
{
    const struct aws_reply *reply = &call->reply;

    strbuf_append_string(out, reply->code);
    if (reply->code[0] != '\0' && reply->message[0] != '\0')
        strbuf_append_string(out, ": ");
    strbuf_append_string(out, reply->message);
    if (reply->request_id[0] != '\0')
        strbuf_printf(out, " (request id %s)", reply->request_id);
}
