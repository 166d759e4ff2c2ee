/* verification -- the requests of one loop that wait for a password to be
 * verified (token_verifier.h).
 *
 * As with those that wait for the updater (waiting.h), libh2o's HTTP/1 neither
 * reads from the connection of such a request nor times it out, so it outlives
 * a caller who hangs up, and HTTP/1 is demanded. It stays whole: it is judged
 * again with the verdict, and there are no more of them than the verifier takes
 * on.
 */
#ifndef SERVER_HTTP_VERIFICATION_H
#define SERVER_HTTP_VERIFICATION_H

#include "server/http/token_verifier.h"

#include <h2o.h>

struct verifications {
    struct token_verifier *verifier;
    h2o_multithread_receiver_t done;
    size_t count; /* requests that wait for a verdict */
};

struct verification;

/* Goes on with the request, on the loop's thread. The verification is freed
 * afterwards. */
typedef void verification_fn(void *arg, struct verification *verification);

struct verification {
    struct token_job job;
    struct token_verdicts verdicts; /* with the one that was asked for */
    struct verifications *verifications;
    h2o_multithread_message_t message;
    h2o_req_t *req;
    const void *protocol; /* for `go_on` */
    verification_fn *go_on;
    void *arg;
};

enum verification_result {
    VERIFICATION_KNOWN,   /* the verdict is in *verdicts: go on at once */
    VERIFICATION_WAITS,   /* go_on() will be called once */
    VERIFICATION_REFUSED, /* it will not: it costs nothing */
};

/* In place, on the loop's thread; the verifier is borrowed. */
void verifications_init(struct verifications *verifications,
                        h2o_multithread_queue_t *queue,
                        struct token_verifier *verifier);

/* When `count` is 0. */
void verifications_dispose(struct verifications *verifications,
                           h2o_multithread_queue_t *queue);

/* Has answered what `verdicts` asks for, on behalf of this client. With
 * VERIFICATION_REFUSED, *refusal says why. */
enum verification_result verification_begin(struct verifications *verifications,
                                            h2o_req_t *req,
                                            const struct address *client,
                                            struct token_verdicts *verdicts,
                                            const void *protocol,
                                            verification_fn *go_on, void *arg,
                                            enum token_refusal *refusal);

#endif
