/* retry -- whether a call that failed is worth another attempt, and after what
 * wait: the standard mode of the AWS SDKs (AWS SDKs and Tools Reference Guide,
 * "Retry behavior").
 *
 * So many attempts for a call, AWS_MAX_ATTEMPTS. Between them a wait with full
 * jitter: up to a second after the first, twice as much after each further one,
 * and as long as AWS itself asks for, but at most 20 seconds. And a quota for all
 * calls together, from which each retry takes and to which each success
 * gives: when nearly everything fails, retries end, and do not add to the load.
 *
 * Who makes the call also waits and makes it again, since he alone knows what
 * cannot wait and whom to tell. One quota for each service and thread. Pure.
 */
#ifndef AWS_RETRY_H
#define AWS_RETRY_H

#include "aws/aws_reply.h"
#include "base/backoff.h"

enum {
    RETRY_DEFAULT_MAX_ATTEMPTS = 3,
    RETRY_HIGHEST_MAX_ATTEMPTS = 20, /* some five minutes */
    RETRY_FIRST_WAIT_MS = 1000,
    RETRY_LONGEST_WAIT_MS = 20000,

    RETRY_QUOTA_FULL = 500,
    RETRY_COST = 5,
    RETRY_COST_AFTER_TIMEOUT = 10,
};

/* What all calls share. */
struct retry_quota {
    unsigned max_attempts, tokens;
    struct jitter jitter;
};

void retry_quota_init(struct retry_quota *quota, unsigned max_attempts,
                      uint64_t seed);

/* One call. All zero: nothing was attempted yet. */
struct retry {
    unsigned failures; /* one after the other */
    unsigned paid;     /* for the attempt under way, if it is a retry */
};

/* What matters of a failure. */
struct retry_failure {
    bool may_pass; /* by itself: another attempt may well succeed */
    bool timed_out;
    int64_t retry_after_ms; /* AWS's own word; 0: none */
};

/* No answer that can be trusted, an answer that asks for patience, and 409,
 * which S3 says while somebody else is writing the same object. */
struct retry_failure retry_failure_of(const struct aws_reply *reply);

/* The attempt failed. Returns whether to make another one, `*wait_ms` from now.
 * If not, *retry is ready for the next call. */
bool retry_allows(struct retry *retry, struct retry_quota *quota,
                  const struct retry_failure *failure, int64_t *wait_ms);

/* The attempt succeeded: *retry is ready for the next call. */
void retry_succeeded(struct retry *retry, struct retry_quota *quota);

#endif
