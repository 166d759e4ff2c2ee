#include "aws/credentials_keeper.h"

enum {
    /* As botocore has it: renewed when somebody needs them, and without. */
    ADVISORY_SECONDS = 15 * 60,
    ADVISORY_JITTER_SECONDS = 60,
    MANDATORY_SECONDS = 10 * 60,

    /* A source may hand out the same credentials until shortly before their
     * end: it is not asked again at each request, but after a tenth of the time
     * that is left. */
    PACE_DIVISOR = 10,
    PACE_MAX_SECONDS = 60,

    /* What an instance's credentials are taken for when they are past their
     * end. */
    EXTENSION_SECONDS = 10 * 60,

    RETRY_FIRST_MS = 1000,
    RETRY_CAP_MS = 60000,
    WORDS_MAX_BYTES = 8192,
};

void credentials_keeper_init(struct credentials_keeper *keeper, uint64_t seed,
                             credentials_start_fn *start, void *arg)
{
    *keeper = (struct credentials_keeper){
        .start = start,
        .start_arg = arg,
        .backoff = {.first_ms = RETRY_FIRST_MS, .cap_ms = RETRY_CAP_MS},
        .jitter = {seed},
    };
    strbuf_init(&keeper->source, WORDS_MAX_BYTES);
    strbuf_init(&keeper->why, WORDS_MAX_BYTES);
}

void credentials_keeper_clear(struct credentials_keeper *keeper)
{
    aws_credentials_clear(&keeper->keys);
    strbuf_clear(&keeper->source);
    strbuf_clear(&keeper->why);
}

const struct aws_credentials *credentials_keeper_keys(
    const struct credentials_keeper *keeper, int64_t unix_now)
{
    const struct aws_credentials *keys = &keeper->keys;

    if (keys->access_key_id == NULL || keeper->refused ||
        (keys->expires_at != 0 && unix_now >= keys->expires_at))
        return NULL;
    return keys;
}

static bool is_due(const struct credentials_keeper *keeper, int64_t unix_now,
                   bool wanted)
{
    int64_t due_at = wanted ? keeper->refresh_at : keeper->insist_at;

    if (credentials_keeper_keys(keeper, unix_now) == NULL)
        return wanted;
    return due_at != 0 && unix_now >= due_at;
}

void credentials_keeper_run(struct credentials_keeper *keeper,
                            struct credentials_now now, bool wanted)
{
    if (keeper->fetching || now.ms < keeper->not_before ||
        !is_due(keeper, now.unix, wanted))
        return;
    keeper->fetching = true;
    keeper->start(keeper->start_arg);
}

int64_t credentials_keeper_wait_ms(const struct credentials_keeper *keeper,
                                   struct credentials_now now, bool wanted)
{
    int64_t wait_ms = 0;

    if (keeper->fetching)
        return -1;
    if (!is_due(keeper, now.unix, wanted)) {
        if (keeper->insist_at == 0 || keeper->insist_at <= now.unix)
            return -1;
        wait_ms = (keeper->insist_at - now.unix) * 1000;
    }
    return keeper->not_before - now.ms > wait_ms ? keeper->not_before - now.ms
                                                 : wait_ms;
}

static int64_t later(int64_t one, int64_t other)
{
    return one > other ? one : other;
}

static void plan_refresh(struct credentials_keeper *keeper, int64_t unix_now)
{
    int64_t expires_at = keeper->keys.expires_at;
    int64_t pace = (expires_at - unix_now) / PACE_DIVISOR;

    keeper->refresh_at = keeper->insist_at = 0;
    if (expires_at == 0)
        return;
    if (pace < 1)
        pace = 1;
    if (pace > PACE_MAX_SECONDS)
        pace = PACE_MAX_SECONDS;
    keeper->refresh_at =
        later(expires_at - ADVISORY_SECONDS -
                  jitter_up_to(&keeper->jitter, ADVISORY_JITTER_SECONDS),
              unix_now + pace);
    keeper->insist_at =
        later(expires_at - MANDATORY_SECONDS, keeper->refresh_at);
}

static void tell_found(struct credentials_keeper *keeper, const char *source)
{
    bool is_news = keeper->version == 0 || keeper->in_trouble ||
                   !span_is(strbuf_span(&keeper->source), source);

    strbuf_rewind(&keeper->source);
    strbuf_append_string(&keeper->source, source);
    keeper->in_trouble = false;
    keeper->version++;
    if (is_news && keeper->news != NULL)
        keeper->news(keeper->news_arg, source, NULL);
}

static void refuse_ended(struct credentials_keeper *keeper,
                         struct credentials_now now, const char *source)
{
    struct strbuf why;

    strbuf_init(&why, WORDS_MAX_BYTES);
    strbuf_printf(&why,
                  "%s: what it gave has ended already, or this machine's clock "
                  "is wrong",
                  source);
    credentials_keeper_fail(keeper, now, strbuf_string(&why));
    strbuf_clear(&why);
}

void credentials_keeper_take(struct credentials_keeper *keeper,
                             struct credentials_now now,
                             const struct aws_credentials *found,
                             const char *source, bool is_of_instance)
{
    int64_t expires_at = found->expires_at;

    if (keeper->is_outdated) {
        keeper->fetching = keeper->is_outdated = false;
        return;
    }
    if (expires_at != 0 && expires_at <= now.unix && !is_of_instance) {
        refuse_ended(keeper, now, source);
        return;
    }
    if (aws_credentials_copy(&keeper->keys, found) != STATUS_OK) {
        credentials_keeper_fail(keeper, now, "out of memory");
        return;
    }
    if (expires_at != 0 && expires_at <= now.unix)
        keeper->keys.expires_at = now.unix + EXTENSION_SECONDS;
    keeper->fetching = keeper->refused = false;
    keeper->not_before = 0;
    backoff_reset(&keeper->backoff);
    plan_refresh(keeper, now.unix);
    tell_found(keeper, source);
    strbuf_rewind(&keeper->why);
}

/* While the old ones serve for long enough, it is no trouble. */
static bool is_trouble(const struct credentials_keeper *keeper,
                       int64_t unix_now)
{
    return credentials_keeper_keys(keeper, unix_now) == NULL ||
           (keeper->keys.expires_at != 0 &&
            keeper->keys.expires_at - unix_now < MANDATORY_SECONDS);
}

void credentials_keeper_fail(struct credentials_keeper *keeper,
                             struct credentials_now now, const char *why)
{
    keeper->fetching = keeper->is_outdated = false;
    keeper->vain++;
    keeper->not_before =
        now.ms + backoff_fail(&keeper->backoff, &keeper->jitter);
    strbuf_rewind(&keeper->why);
    strbuf_append_string(&keeper->why, why);
    if (keeper->in_trouble || !is_trouble(keeper, now.unix))
        return;
    keeper->in_trouble = true;
    if (keeper->news != NULL)
        keeper->news(keeper->news_arg, NULL, why);
}

void credentials_keeper_refuse(struct credentials_keeper *keeper,
                               unsigned version)
{
    if (version != keeper->version || keeper->refused)
        return;
    keeper->refused = true;
    keeper->is_outdated = keeper->fetching;
    keeper->not_before = 0;
}
