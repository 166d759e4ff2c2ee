/* aws_client -- signed HTTP requests to AWS, many at once, on one thread.
 *
 * Wraps libcurl's multi interface. The thread that owns the client submits
 * requests through s3.h and route53.h and calls aws_client_poll() in a loop;
 * completions are called from there, each exactly once, and never before the
 * function that submitted the request has returned. Only aws_client_wakeup()
 * may be called from another thread.
 *
 * Retries are the caller's decision: one request is one attempt.
 */
#ifndef AWS_AWS_CLIENT_H
#define AWS_AWS_CLIENT_H

#include "aws/aws_config.h"

struct aws_client;

/* What a call tells about AWS itself, whatever it says of the request: how well
 * we can work with it. */
enum aws_condition {
    AWS_NOT_ASKED = 0, /* the call was never made */
    AWS_WELL,          /* it answered, if only to refuse this request */
    AWS_THROTTLED,     /* it asks for fewer calls */
    AWS_DENIED,        /* our credentials: wrong, expired, or too weak */
    AWS_CLOCK_SKEWED,  /* our clock: signatures are refused for their time */
    AWS_FAILING,       /* what came is its own fault, or not AWS's answer */
    AWS_UNREACHABLE,   /* no answer came */
};

/* What AWS answered, for the decision (status) and for people (the rest).
 * Lives for the duration of the completion callback that receives it. Texts
 * that do not fit are cut and end in "..."; none ever repeats a credential. */
struct aws_reply {
    enum status status;
    enum aws_condition condition;
    long http_status;    /* 0: no answer came */
    char code[64];       /* AWS's error code, else ""; e.g. "Throttling" */
    char message[1024];  /* AWS's or libcurl's words; messages joined by "; " */
    char request_id[64]; /* to quote to AWS's support, else "" */
};

/* Process-wide set-up and take-down; before the first thread, after the last.
 */
NODISCARD enum status aws_global_init(void);
void aws_global_cleanup(void);

/* Returns NULL when memory is short. `config` is borrowed and must outlive the
 * client. aws_client_free() drops requests still under way without calling
 * their completions. */
struct aws_client *aws_client_new(const struct aws_config *config);
void aws_client_free(struct aws_client *client);

/* Moves all requests along and calls completions; when there were none to
 * call, waits up to timeout_ms for something to happen. */
void aws_client_poll(struct aws_client *client, int timeout_ms);

/* Makes a running or the next aws_client_poll() return at once. Thread-safe. */
void aws_client_wakeup(struct aws_client *client);

/* How many requests are under way. */
size_t aws_client_running(const struct aws_client *client);

#endif
