#include "aws/retry.h"

void retry_quota_init(struct retry_quota *quota, unsigned max_attempts,
                      uint64_t seed)
{
    *quota = (struct retry_quota){
        .max_attempts = max_attempts,
        .tokens = RETRY_QUOTA_FULL,
        .jitter = {seed},
    };
}

struct retry_failure retry_failure_of(const struct aws_reply *reply)
{
    enum status status = reply->status;

    return (struct retry_failure){
        .may_pass = status == STATUS_UNAVAILABLE ||
                    status == STATUS_THROTTLED || status == STATUS_BUSY ||
                    (status == STATUS_CONFLICT && reply->http_status == 409),
        .timed_out = reply->timed_out,
        .retry_after_ms = reply->retry_after_ms,
    };
}

static int64_t choose_wait(const struct retry *retry, struct jitter *jitter,
                           int64_t asked_ms)
{
    int64_t wait = jitter_up_to(jitter, backoff_longest(RETRY_FIRST_WAIT_MS,
                                                        RETRY_LONGEST_WAIT_MS,
                                                        retry->failures - 1));

    if (asked_ms > RETRY_LONGEST_WAIT_MS)
        asked_ms = RETRY_LONGEST_WAIT_MS;
    return wait > asked_ms ? wait : asked_ms;
}

bool retry_allows(struct retry *retry, struct retry_quota *quota,
                  const struct retry_failure *failure, int64_t *wait_ms)
{
    unsigned cost = failure->timed_out ? RETRY_COST_AFTER_TIMEOUT : RETRY_COST;

    retry->failures++;
    if (!failure->may_pass || retry->failures >= quota->max_attempts ||
        quota->tokens < cost) {
        *retry = (struct retry){0};
        return false;
    }
    quota->tokens -= cost;
    retry->paid = cost;
    *wait_ms = choose_wait(retry, &quota->jitter, failure->retry_after_ms);
    return true;
}

/* What its last retry cost comes back; a call without any gives one. */
void retry_succeeded(struct retry *retry, struct retry_quota *quota)
{
    quota->tokens += retry->failures > 0 ? retry->paid : 1;
    if (quota->tokens > RETRY_QUOTA_FULL)
        quota->tokens = RETRY_QUOTA_FULL;
    *retry = (struct retry){0};
}
