#include "server/http/verification.h"

#include "server/http/http1.h"

#include <stdlib.h>

static void end(struct verification *verification)
{
    token_verdicts_clear(&verification->verdicts);
    free(verification);
}

static void on_done(h2o_multithread_receiver_t *receiver,
                    h2o_linklist_t *messages)
{
    struct verifications *verifications =
        H2O_STRUCT_FROM_MEMBER(struct verifications, done, receiver);

    while (!h2o_linklist_is_empty(messages)) {
        struct verification *verification = H2O_STRUCT_FROM_MEMBER(
            struct verification, message.link, messages->next);

        h2o_linklist_unlink(&verification->message.link);
        verifications->count--;
        token_verdicts_answer(&verification->verdicts,
                              verification->job.is_right);
        verification->go_on(verification->arg, verification);
        end(verification);
    }
}

/* On a thread of the verifier's: send the verdict home. */
static void on_job_done(struct token_job *job)
{
    struct verification *verification =
        list_entry(job, struct verification, job);

    h2o_multithread_send_message(&verification->verifications->done,
                                 &verification->message);
}

void verifications_init(struct verifications *verifications,
                        h2o_multithread_queue_t *queue,
                        struct token_verifier *verifier)
{
    verifications->verifier = verifier;
    verifications->count = 0;
    h2o_multithread_register_receiver(queue, &verifications->done, on_done);
}

void verifications_dispose(struct verifications *verifications,
                           h2o_multithread_queue_t *queue)
{
    h2o_multithread_unregister_receiver(queue, &verifications->done);
}

static struct verification *verification_new(
    struct verifications *verifications, h2o_req_t *req,
    const struct address *client, const struct token_verdicts *verdicts)
{
    struct verification *verification = calloc(1, sizeof *verification);

    if (verification == NULL)
        return NULL;
    verification->verdicts = *verdicts;
    verification->job.question = &verification->verdicts.question;
    verification->job.client = *client;
    verification->job.done = on_job_done;
    verification->verifications = verifications;
    verification->req = req;
    return verification;
}

static enum verification_result begin(struct verifications *verifications,
                                      struct verification *verification,
                                      enum token_refusal *refusal)
{
    verifications->count++;
    /* Taken, it may be done, and gone, at any moment. */
    *refusal = token_verifier_post(verifications->verifier, &verification->job);
    if (*refusal == TOKEN_TAKEN)
        return VERIFICATION_WAITS;
    verifications->count--;
    end(verification);
    return VERIFICATION_REFUSED;
}

enum verification_result verification_begin(struct verifications *verifications,
                                            h2o_req_t *req,
                                            const struct address *client,
                                            struct token_verdicts *verdicts,
                                            const void *protocol,
                                            verification_fn *go_on, void *arg,
                                            enum token_refusal *refusal)
{
    struct verification *verification;

    *refusal = TOKEN_NOT_POSSIBLE;
    if (token_verdicts_is_full(verdicts))
        return VERIFICATION_REFUSED;
    if (token_verifier_knows(verifications->verifier, &verdicts->question)) {
        token_verdicts_answer(verdicts, true);
        return VERIFICATION_KNOWN;
    }
    http1_require(req, "a request that waits for a verdict");
    verification = verification_new(verifications, req, client, verdicts);
    if (verification == NULL)
        return VERIFICATION_REFUSED;
    verification->protocol = protocol;
    verification->go_on = go_on;
    verification->arg = arg;
    return begin(verifications, verification, refusal);
}
