/* aws_client -- signed HTTP requests to AWS, many at once, on one thread.
 *
 * Wraps libcurl's multi interface. The thread that owns the client submits
 * requests through s3.h and route53.h and calls aws_client_poll() in a loop;
 * completions are called from there, each exactly once, and never before the
 * function that submitted the request has returned. Only aws_client_wakeup()
 * may be called from another thread.
 *
 * Retries are the caller's decision: one request is one attempt, but for the
 * time of its signature, and for credentials that were asked for, and not given
 * by the environment: when AWS says that they have ended, they are asked for
 * anew and the request is sent once more.
 *
 * Requests that come while there are no credentials wait for some, for as long
 * as their time limit allows. When those who are asked have none, they end with
 * STATUS_DENIED, AWS_NO_CREDENTIALS, and a message that says who was asked, and
 * why each had none.
 */
#ifndef AWS_AWS_CLIENT_H
#define AWS_AWS_CLIENT_H

#include "aws/aws_config.h"
#include "aws/aws_metrics.h"
#include "aws/aws_progress.h"

#include <stddef.h>
#include <stdint.h>

struct aws_client;

/* Process-wide set-up and take-down; before the first thread, after the last.
 */
NODISCARD enum status aws_global_init(void);
void aws_global_cleanup(void);

/* Returns NULL when memory is short. `config` is borrowed and must outlive the
 * client. aws_client_free() drops requests still under way without calling
 * their completions. */
struct aws_client *aws_client_new(const struct aws_config *config);
void aws_client_free(struct aws_client *client);

/* Told from aws_client_poll() when credentials were found, with their source
 * ("instance role"), at first and after each trouble; or when they could not be
 * got, with the reason. The other one is NULL. To be set before the first
 * poll. */
typedef void aws_credentials_news_fn(void *arg, const char *source,
                                     const char *why);
void aws_client_on_credentials(struct aws_client *client,
                               aws_credentials_news_fn *news, void *arg);

/* From now on tells how far each request has come, from within
 * aws_client_poll(): often while bytes flow, and about as often as that is
 * called while none do. NULL: no longer. */
void aws_client_tell_progress(struct aws_client *client, aws_progress_fn *fn,
                              void *arg);

/* Moves all requests along and calls completions; when there were none to
 * call, waits up to timeout_ms for something to happen. */
void aws_client_poll(struct aws_client *client, int timeout_ms);

/* Makes a running or the next aws_client_poll() return at once. Thread-safe. */
void aws_client_wakeup(struct aws_client *client);

/* A service refused a signature for its time, and the request is signed again
 * with the service's own. So is what follows, until it says otherwise. `seconds`
 * is how far that is ahead of this machine's clock; behind it, if negative; 0
 * once this machine's clock is right again.
 * Called from aws_client_poll(). */
typedef void aws_clock_fn(void *arg, const char *service, int64_t seconds);

/* Whom to tell; NULL, and at first: nobody. */
void aws_client_tell_clock(struct aws_client *client, aws_clock_fn *tell,
                           void *arg);

/* What it counts, for any thread to read while there is a client. */
const struct aws_metrics *aws_client_metrics(const struct aws_client *client);

/* How many requests are under way. */
size_t aws_client_running(const struct aws_client *client);

/* ---- for s3, route53 and sns alone: what they submit ---- */

struct aws_request;
struct s3_region;

/* Takes the request (request.h); its done() is called once. */
void aws_client_submit(struct aws_client *client, struct aws_request *request);

const struct aws_config *aws_client_config(const struct aws_client *client);

/* Where the client remembers which region S3 named (s3_region.h). */
struct s3_region *aws_client_s3_region(struct aws_client *client);

#endif
