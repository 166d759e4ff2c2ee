#include "server/http/waiting.h"

#include "base/clock.h"
#include "server/http/http1.h"
#include "server/http/parking.h"

#include <stdlib.h>

static void on_outcomes(h2o_multithread_receiver_t *receiver,
                        h2o_linklist_t *messages)
{
    struct waiting *waiting =
        H2O_STRUCT_FROM_MEMBER(struct waiting, outcomes, receiver);

    while (!h2o_linklist_is_empty(messages)) {
        struct waiting_request *request = H2O_STRUCT_FROM_MEMBER(
            struct waiting_request, message.link, messages->next);

        h2o_linklist_unlink(&request->message.link);
        waiting->count--;
        metric_set(waiting->metrics->waiters, (double)waiting->count);
        metric_observe(waiting->metrics->wait, &metric_scale_ms,
                       clock_now_ms() - request->since);
        request->reply(request->arg, request);
        update_request_free(request->update);
        free(request);
    }
}

/* On the updater's thread: send the outcomes home. */
static void on_update_done(struct update_request *update)
{
    struct waiting_request *request = update->owner;

    h2o_multithread_send_message(&request->waiting->outcomes,
                                 &request->message);
}

void waiting_init(struct waiting *waiting, h2o_multithread_queue_t *queue,
                  void (*submit)(void *arg, struct update_request *update),
                  void *arg, struct http_metrics *metrics)
{
    waiting->metrics = metrics;
    waiting->submit = submit;
    waiting->submit_arg = arg;
    waiting->count = 0;
    h2o_multithread_register_receiver(queue, &waiting->outcomes, on_outcomes);
}

void waiting_dispose(struct waiting *waiting, h2o_multithread_queue_t *queue)
{
    h2o_multithread_unregister_receiver(queue, &waiting->outcomes);
}

struct waiting_request *waiting_request_new(h2o_req_t *req, size_t changes,
                                            waiting_reply_fn *reply, void *arg,
                                            const void *protocol,
                                            struct span agent)
{
    size_t notes = changes * sizeof(struct waiting_note);
    size_t agent_len = agent.len < HAPPENING_AGENT_MAX_BYTES
                           ? agent.len
                           : HAPPENING_AGENT_MAX_BYTES;
    struct waiting_request *request =
        calloc(1, sizeof *request + notes + agent_len);
    struct update_request *update = update_request_new(changes);

    if (request == NULL || update == NULL) {
        update_request_free(update);
        free(request);
        return NULL;
    }
    update->owner = request;
    request->update = update;
    request->req = req;
    request->reply = reply;
    request->arg = arg;
    request->protocol = protocol;
    request->agent = (char *)request->notes + notes;
    request->agent_len = agent_len;
    if (agent_len > 0)
        memcpy(request->agent, agent.ptr, agent_len);
    return request;
}

void waiting_submit(struct waiting *waiting, struct waiting_request *request)
{
    h2o_req_t *req = request->req;

    http1_require(req, "a request that waits");
    request->waiting = waiting;
    request->update->done = on_update_done;
    request->since = clock_now_ms();
    waiting->count++;
    metric_set(waiting->metrics->waiters, (double)waiting->count);
    /* From here on the request is the updater's; `req` stays ours. */
    waiting->submit(waiting->submit_arg, request->update);
    parking_shrink(req);
}
