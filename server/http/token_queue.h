/* token_queue -- the passwords that wait to be verified, in the order in which
 * they came, and how many each may have there.
 *
 * Guesses cost the server a tenth of a second each, so whoever guesses must not
 * be able to occupy it: neither from one address (of IPv6: from one network of
 * 64 bits, which is what one customer has), nor for one login. What finds no
 * room is refused at once, and costs nothing. Pure: no thread, no lock.
 */
#ifndef SERVER_HTTP_TOKEN_QUEUE_H
#define SERVER_HTTP_TOKEN_QUEUE_H

#include "base/address.h"
#include "base/list.h"
#include "server/http/token_verdicts.h"

/* Those that wait, and those that are being verified. */
enum {
    TOKEN_QUEUE_MAX = 64,
    TOKEN_QUEUE_CLIENT_MAX = 4, /* from one address */
    TOKEN_QUEUE_LOGIN_MAX = 8,  /* for one login */
};

enum token_refusal {
    TOKEN_TAKEN,        /* there was room */
    TOKEN_QUEUE_FULL,   /* none for anybody */
    TOKEN_CLIENT_FULL,  /* none for this address */
    TOKEN_LOGIN_FULL,   /* none for this login */
    TOKEN_NOT_POSSIBLE, /* for another reason; see token_refusal_reason() */
};

/* The owner fills in all but `link` and `is_right`, and keeps it until `done`.
 */
struct token_job {
    struct list link;
    const struct token_question *question;
    struct address client;
    bool is_right;                       /* when it is done */
    void (*done)(struct token_job *job); /* on a thread of the verifier's */
};

struct token_queue {
    struct list waiting, running;
};

void token_queue_init(struct token_queue *queue);

/* Takes a job on, or says why not. */
enum token_refusal token_queue_put(struct token_queue *queue,
                                   struct token_job *job);

/* The job that has waited longest, which runs from now on; NULL: none waits. */
struct token_job *token_queue_take(struct token_queue *queue);

/* A job that ran is its owner's again, and its place is free. */
void token_queue_finish(struct token_job *job);

/* Why there was no room, and what helps, for the log; literals. Not of
 * TOKEN_TAKEN. */
const char *token_refusal_reason(enum token_refusal refusal);
const char *token_refusal_advice(enum token_refusal refusal);

#endif
