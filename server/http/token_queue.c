#include "server/http/token_queue.h"

void token_queue_init(struct token_queue *queue)
{
    list_init(&queue->waiting);
    list_init(&queue->running);
}

/* All whom a proxy did not name are one. */
static bool is_same_client(const struct address *a, const struct address *b)
{
    struct address one = address_network(a), other = address_network(b);

    return address_equal(&one, &other);
}

static bool is_same_login(const struct token_question *a,
                          const struct token_question *b)
{
    return span_equal(span_from(a->login, a->login_len),
                      span_from(b->login, b->login_len));
}

struct census {
    size_t all, client, login;
};

static void count(struct census *census, const struct list *jobs,
                  const struct token_job *new)
{
    for (const struct list *at = jobs->next; at != jobs; at = at->next) {
        const struct token_job *job = list_entry(at, struct token_job, link);

        census->all++;
        census->client += is_same_client(&job->client, &new->client);
        census->login += is_same_login(job->question, new->question);
    }
}

enum token_refusal token_queue_put(struct token_queue *queue,
                                   struct token_job *job)
{
    struct census census = {0};

    count(&census, &queue->waiting, job);
    count(&census, &queue->running, job);
    if (census.client >= TOKEN_QUEUE_CLIENT_MAX)
        return TOKEN_CLIENT_FULL;
    if (census.login >= TOKEN_QUEUE_LOGIN_MAX)
        return TOKEN_LOGIN_FULL;
    if (census.all >= TOKEN_QUEUE_MAX)
        return TOKEN_QUEUE_FULL;
    list_append(&queue->waiting, &job->link);
    return TOKEN_TAKEN;
}

struct token_job *token_queue_take(struct token_queue *queue)
{
    struct token_job *job;

    if (list_is_empty(&queue->waiting))
        return NULL;
    job = list_entry(queue->waiting.next, struct token_job, link);
    list_remove(&job->link);
    list_append(&queue->running, &job->link);
    return job;
}

void token_queue_finish(struct token_job *job)
{
    list_remove(&job->link);
}

static const struct {
    const char *reason, *advice;
} refusals[] = {
    [TOKEN_TAKEN] = {"", ""},
    [TOKEN_QUEUE_FULL] = {"too many passwords wait to be verified",
                          "somebody guesses from many addresses, or very many "
                          "hosts with scrypt tokens call for the first time: "
                          "they are served when they call again"},
    [TOKEN_CLIENT_FULL] = {"too many passwords from one address wait to be "
                           "verified",
                           "somebody guesses, or many hosts call from one "
                           "address: they are served when they call again"},
    [TOKEN_LOGIN_FULL] = {"too many passwords for one login wait to be "
                          "verified",
                          "somebody guesses the password of one login: turn "
                          "the addresses of the badauth lines away"},
    [TOKEN_NOT_POSSIBLE] = {"memory is short, or the host table was replaced "
                            "too often meanwhile",
                            "give the server more memory"},
};

const char *token_refusal_reason(enum token_refusal refusal)
{
    return refusals[refusal].reason;
}

const char *token_refusal_advice(enum token_refusal refusal)
{
    return refusals[refusal].advice;
}
