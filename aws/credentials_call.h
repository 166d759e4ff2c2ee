/* credentials_call -- asking one source for credentials: the small interface of
 * all that ask over HTTP. Private to this floor.
 *
 * A source is a function that takes a call and what it needs besides, submits a
 * request, and returns STATUS_OK; then done() is called once, from
 * aws_client_poll(), unless the client goes away before. Or it cannot even ask:
 * STATUS_INVALID, with the reason in `why`, or STATUS_NOMEM; then done() is not
 * called.
 */
#ifndef AWS_CREDENTIALS_CALL_H
#define AWS_CREDENTIALS_CALL_H

#include "aws/request.h"

/* Gets the credentials; or NULL, and why there are none: words without a
 * secret. `may_pass`: to ask once more may help. */
typedef void credentials_done_fn(void *arg, const struct aws_credentials *found,
                                 const char *why, bool may_pass);

typedef void credentials_submit_fn(void *arg, struct aws_request *request);

/* A value; what it points to outlives the client's requests. */
struct credentials_call {
    const struct aws_config *config;
    credentials_submit_fn *submit;
    void *submit_arg;
    credentials_done_fn *done;
    void *arg;
};

/* A GET that nobody signs, or NULL: memory. Takes url and context, as
 * aws_request_new() does. */
struct aws_request *credentials_call_request(
    const struct credentials_call *call, char *url, long timeout_ms,
    aws_done_fn *done, void *context);

/* Submits; takes the request, NULL included (STATUS_NOMEM). */
NODISCARD enum status credentials_call_submit(
    const struct credentials_call *call, struct aws_request *request);

/* The end of a call that brought a document of JSON, or a refusal. `who` is who
 * was asked, in words. */
void credentials_call_finish(const struct credentials_call *call,
                             const char *who,
                             const struct aws_response *response);

/* The end of a call in vain. */
void credentials_call_fail(const struct credentials_call *call, const char *who,
                           const struct aws_response *response);

#endif
