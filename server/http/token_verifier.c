#include "server/http/token_verifier.h"

#include "s3db/token_hash.h"
#include "server/http/proven_tokens.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { NICENESS = 10 };

struct token_verifier {
    pthread_t threads[TOKEN_VERIFIER_THREADS_MAX];
    unsigned thread_count;

    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t changed;
    struct token_queue queue;
    struct proven_tokens proven;
    bool stopping;
};

struct token_verifier *token_verifier_new(void)
{
    struct token_verifier *verifier = calloc(1, sizeof *verifier);

    if (verifier == NULL || !proven_tokens_init(&verifier->proven)) {
        free(verifier);
        return NULL;
    }
    token_queue_init(&verifier->queue);
    pthread_mutex_init(&verifier->lock, NULL);
    pthread_cond_init(&verifier->changed, NULL);
    return verifier;
}

void token_verifier_free(struct token_verifier *verifier)
{
    if (verifier == NULL)
        return;
    proven_tokens_clear(&verifier->proven);
    pthread_cond_destroy(&verifier->changed);
    pthread_mutex_destroy(&verifier->lock);
    free(verifier);
}

/* --- on the threads ----------------------------------------------------------
 */

static bool verify(const struct token_question *question)
{
    struct token_form form;

    return token_form_parse(span_from(question->token, question->token_len),
                            &form) == NULL &&
           token_hash_matches(
               &form, span_from(question->password, question->password_len));
}

/* Holds the lock, but while a job is verified and handed back. */
static void do_job(struct token_verifier *verifier, struct token_job *job)
{
    pthread_mutex_unlock(&verifier->lock);
    job->is_right = verify(job->question);
    pthread_mutex_lock(&verifier->lock);
    token_queue_finish(job);
    if (job->is_right && !job->question->is_decoy)
        proven_tokens_add(&verifier->proven, job->question);
    pthread_mutex_unlock(&verifier->lock);
    job->done(job);
    pthread_mutex_lock(&verifier->lock);
}

/* Of Linux, each thread has a niceness of its own. Without it the loops would
 * have to share with guesses. */
static void yield_to_others(void)
{
    setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);
}

static void *run(void *arg)
{
    struct token_verifier *verifier = arg;

    yield_to_others();
    pthread_mutex_lock(&verifier->lock);
    while (!verifier->stopping) {
        struct token_job *job = token_queue_take(&verifier->queue);

        if (job == NULL)
            pthread_cond_wait(&verifier->changed, &verifier->lock);
        else
            do_job(verifier, job);
    }
    pthread_mutex_unlock(&verifier->lock);
    return NULL;
}

/* --- from other threads --------------------------------------------------------
 */

enum status token_verifier_start(struct token_verifier *verifier,
                                 unsigned threads)
{
    while (verifier->thread_count < threads) {
        if (pthread_create(&verifier->threads[verifier->thread_count], NULL,
                           run, verifier) != 0)
            return STATUS_UNAVAILABLE;
        verifier->thread_count++;
    }
    return STATUS_OK;
}

bool token_verifier_knows(struct token_verifier *verifier,
                          const struct token_question *question)
{
    bool knows;

    if (question->is_decoy)
        return false;
    pthread_mutex_lock(&verifier->lock);
    knows = proven_tokens_has(&verifier->proven, question);
    pthread_mutex_unlock(&verifier->lock);
    return knows;
}

enum token_refusal token_verifier_post(struct token_verifier *verifier,
                                       struct token_job *job)
{
    enum token_refusal refusal;

    pthread_mutex_lock(&verifier->lock);
    refusal = token_queue_put(&verifier->queue, job);
    pthread_mutex_unlock(&verifier->lock);
    if (refusal == TOKEN_TAKEN)
        pthread_cond_signal(&verifier->changed);
    return refusal;
}

void token_verifier_stop(struct token_verifier *verifier)
{
    pthread_mutex_lock(&verifier->lock);
    verifier->stopping = true;
    pthread_cond_broadcast(&verifier->changed);
    pthread_mutex_unlock(&verifier->lock);
    while (verifier->thread_count > 0)
        pthread_join(verifier->threads[--verifier->thread_count], NULL);
}
