/* credentials_keeper -- the credentials in use: when they are asked for, how long
 * they serve, and what happens when there are none.
 *
 * Credentials that end are renewed before that. From about 15 minutes before
 * their end on, whoever needs them makes a fetch begin, and goes on with the old
 * ones; 10 minutes before, it begins by itself. One fetch at a time; after one
 * in vain the next waits, longer each time. Those that AWS has refused are used
 * no more.
 *
 * A part of aws_client, and pure: it is told what time it is, and hands the
 * fetching to a function. Private to this floor.
 */
#ifndef AWS_CREDENTIALS_KEEPER_H
#define AWS_CREDENTIALS_KEEPER_H

#include "aws/aws_credentials.h"
#include "base/backoff.h"
#include "base/strbuf.h"

/* Both clocks, since credentials end by the one and waits are measured by the
 * other. */
struct credentials_now {
    int64_t ms;   /* clock_now_ms() */
    int64_t unix; /* time(2) */
};

/* Begins a fetch, whose outcome is told to credentials_keeper_take() or
 * credentials_keeper_fail(), perhaps before it returns. */
typedef void credentials_start_fn(void *arg);

/* Credentials were found at first, or after a trouble, or elsewhere than before
 * (`source`); or a trouble began (`why`). The other one is NULL. */
typedef void credentials_news_fn(void *arg, const char *source,
                                 const char *why);

struct credentials_keeper {
    credentials_start_fn *start;
    void *start_arg;
    credentials_news_fn *news; /* NULL: nobody wants to know */
    void *news_arg;

    struct aws_credentials keys;
    unsigned version; /* counts them */
    bool refused;     /* by AWS */
    bool fetching;
    bool is_outdated;   /* what is being fetched may be what AWS refused */
    bool in_trouble;    /* as far as was told */
    unsigned vain;      /* counts the fetches in vain */
    int64_t refresh_at; /* in Unix time; 0: never */
    int64_t insist_at;  /* the same, by itself */
    int64_t not_before; /* in ms: the next fetch */
    struct backoff backoff;
    struct jitter jitter;
    struct strbuf source; /* where `keys` are from */
    struct strbuf why;    /* the last fetch was in vain */
};

void credentials_keeper_init(struct credentials_keeper *keeper, uint64_t seed,
                             credentials_start_fn *start, void *arg);
void credentials_keeper_clear(struct credentials_keeper *keeper);

/* The credentials to sign with, borrowed until the next call; NULL: there are
 * none at present. keeper->version is theirs. */
const struct aws_credentials *credentials_keeper_keys(
    const struct credentials_keeper *keeper, int64_t unix_now);

/* Begins a fetch if it is time. `wanted`: somebody needs credentials now. */
void credentials_keeper_run(struct credentials_keeper *keeper,
                            struct credentials_now now, bool wanted);

/* How long until it is time, if nobody needs any in the meantime and if
 * somebody waits for some; -1: that is not known. */
int64_t credentials_keeper_wait_ms(const struct credentials_keeper *keeper,
                                   struct credentials_now now, bool wanted);

/* The outcome of a fetch. An instance's credentials that are past their end are
 * taken all the same (`is_of_instance`): AWS honours them while its metadata
 * cannot renew them. */
void credentials_keeper_take(struct credentials_keeper *keeper,
                             struct credentials_now now,
                             const struct aws_credentials *found,
                             const char *source, bool is_of_instance);
void credentials_keeper_fail(struct credentials_keeper *keeper,
                             struct credentials_now now, const char *why);

/* AWS refused what was signed with the credentials of this version: if they are
 * still in use, they are no more, and others are fetched. */
void credentials_keeper_refuse(struct credentials_keeper *keeper,
                               unsigned version);

#endif
