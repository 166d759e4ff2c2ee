/* waiting -- the requests of one loop that wait for the updater.
 *
 * An update request goes to the updater's thread, and its outcomes come back to this
 * loop as a message. Meanwhile the request stays where it is, small
 * (parking.h): between a request and its reply libh2o's HTTP/1 neither reads
 * from the connection nor times it out, so that the request outlives a caller
 * who hangs up. No other protocol promises that, hence waiting_submit() demands
 * HTTP/1 (http1.h).
 */
#ifndef SERVER_HTTP_WAITING_H
#define SERVER_HTTP_WAITING_H

#include "server/dns/update_request.h"
#include "server/http/http_metrics.h"
#include "server/state/event_queue.h"

#include <h2o.h>

struct waiting {
    void (*submit)(void *arg, struct update_request *update);
    void *submit_arg;
    struct http_metrics *metrics;
    h2o_multithread_receiver_t outcomes;
    size_t count; /* requests submitted whose outcomes have not come back */
};

struct waiting_request;

/* Sends the reply, on the loop's thread. Of request->req nothing is left but
 * what a reply needs; the request and its update are freed afterwards. */
typedef void waiting_reply_fn(void *arg, const struct waiting_request *request);

/* What the reply has to know of a change, and the updater need not. */
struct waiting_note {
    unsigned char line, refusal; /* as in struct protocol_change */
};

struct waiting_request {
    struct update_request *update; /* to be filled in, but for `done` */
    h2o_multithread_message_t message;
    struct waiting *waiting;
    h2o_req_t *req;
    waiting_reply_fn *reply;
    void *arg;
    int64_t since;        /* clock_now_ms(), for the metrics */
    const void *protocol; /* for `reply` */
    char *agent;          /* likewise: the beginning of it */
    size_t agent_len;
    struct waiting_note notes[]; /* likewise, of each change; zeroed */
};

/* In place, on the loop's thread. `submit` takes an update to the updater
 * without blocking, and update->done is called once, on any thread. `metrics` is
 * borrowed. */
void waiting_init(struct waiting *waiting, h2o_multithread_queue_t *queue,
                  void (*submit)(void *arg, struct update_request *update),
                  void *arg, struct http_metrics *metrics);

/* When `count` is 0. */
void waiting_dispose(struct waiting *waiting, h2o_multithread_queue_t *queue);

/* For so many changes. Of `agent`, the caller's User-Agent, what a happening
 * holds is copied (event_queue.h). NULL when memory is short. Freed by
 * waiting_submit(), in the end. */
struct waiting_request *waiting_request_new(h2o_req_t *req, size_t changes,
                                            waiting_reply_fn *reply, void *arg,
                                            const void *protocol,
                                            struct span agent);

static inline struct span waiting_request_agent(
    const struct waiting_request *request)
{
    return span_from(request->agent, request->agent_len);
}

/* Lets the request wait: `reply` is called once, when the outcomes have come.
 * Afterwards its path, headers and entity are gone. */
void waiting_submit(struct waiting *waiting, struct waiting_request *request);

#endif
