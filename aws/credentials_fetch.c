#include "aws/credentials_fetch.h"

#include "aws/credentials_container.h"
#include "aws/credentials_instance.h"
#include "aws/credentials_web_identity.h"
#include "aws/sts.h"

#include <stdio.h>

enum { ATTEMPTS = 3, WHY_MAX_BYTES = 2048 };

static credentials_done_fn step_done;

void credentials_fetch_init(struct credentials_fetch *fetch,
                            const struct aws_config *config,
                            credentials_submit_fn *submit, void *submit_arg,
                            credentials_fetched_fn *done, void *arg)
{
    *fetch = (struct credentials_fetch){
        .call = {config, submit, submit_arg, step_done, fetch},
        .done = done,
        .arg = arg,
        .process = {.fd = -1},
    };
}

void credentials_fetch_clear(struct credentials_fetch *fetch)
{
    credentials_process_clear(&fetch->process);
    aws_credentials_clear(&fetch->keys);
    credentials_plan_clear(&fetch->plan);
    fetch->running = false;
}

/* --- its end --- */

static void succeed(struct credentials_fetch *fetch)
{
    struct aws_credentials found = fetch->keys;
    struct strbuf source = fetch->plan.source;

    fetch->is_of_instance = fetch->plan.origin == CREDENTIALS_INSTANCE &&
                            fetch->plan.role_count == 0;
    fetch->keys = (struct aws_credentials){.access_key_id = NULL};
    strbuf_init(&fetch->plan.source, 0);
    credentials_fetch_clear(fetch);
    fetch->done(fetch->arg, &found, strbuf_string(&source));
    aws_credentials_clear(&found);
    strbuf_clear(&source);
}

/* Who was passed over, who was asked, and why that was in vain. */
static void fail(struct credentials_fetch *fetch, const char *why)
{
    const struct strbuf *tried = &fetch->plan.tried;
    const struct strbuf *source = &fetch->plan.source;
    struct strbuf words;

    strbuf_init(&words, 2 * CREDENTIALS_WORDS_MAX_BYTES + WHY_MAX_BYTES);
    strbuf_append(&words, strbuf_span(source));
    if (source->len > 0 && why[0] != '\0')
        strbuf_append_string(&words, ": ");
    strbuf_append_string(&words, why);
    if (words.len > 0 && tried->len > 0)
        strbuf_append_string(&words, "; before that ");
    strbuf_append(&words, strbuf_span(tried));
    credentials_fetch_clear(fetch);
    fetch->done(fetch->arg, NULL,
                strbuf_ok(&words) && words.len > 0 ? strbuf_string(&words)
                                                   : "out of memory");
    strbuf_clear(&words);
}

/* --- its steps --- */

static enum status start_process(struct credentials_fetch *fetch, int64_t now,
                                 struct strbuf *why)
{
    return credentials_process_start(&fetch->process, fetch->plan.command, now,
                                     CREDENTIALS_PROCESS_TIMEOUT_MS, why);
}

static enum status ask_origin(struct credentials_fetch *fetch, int64_t now,
                              struct strbuf *why)
{
    const struct credentials_plan *plan = &fetch->plan;

    switch (plan->origin) {
    case CREDENTIALS_KEYS:
        return aws_credentials_copy(&fetch->keys, &plan->keys);
    case CREDENTIALS_PROCESS:
        return start_process(fetch, now, why);
    case CREDENTIALS_WEB_IDENTITY:
        return credentials_web_identity_fetch(&fetch->call, &plan->web_role,
                                              plan->token_file, why);
    case CREDENTIALS_CONTAINER:
        return credentials_container_fetch(&fetch->call, why);
    case CREDENTIALS_INSTANCE:
        return credentials_instance_fetch(&fetch->call);
    default:
        return STATUS_NOT_FOUND;
    }
}

static enum status assume_next_role(struct credentials_fetch *fetch)
{
    const struct credentials_plan *plan = &fetch->plan;

    return sts_fetch(&fetch->call, STS_ASSUME_ROLE,
                     &plan->roles[fetch->roles_assumed], &fetch->keys,
                     span_from("", 0));
}

/* Until a step has to wait for somebody. */
static void go_on(struct credentials_fetch *fetch, int64_t now)
{
    bool has_keys = fetch->keys.access_key_id != NULL;
    enum status status = STATUS_OK;
    struct strbuf why;

    strbuf_init(&why, WHY_MAX_BYTES);
    fetch->attempts++;
    if (!has_keys) {
        status = ask_origin(fetch, now, &why);
        has_keys =
            status == STATUS_OK && fetch->plan.origin == CREDENTIALS_KEYS;
        if (status != STATUS_OK)
            fail(fetch, status == STATUS_NOMEM ? "out of memory"
                                               : strbuf_string(&why));
        else if (has_keys)
            fetch->attempts = 1;
    }
    if (status == STATUS_OK && has_keys) {
        if (fetch->roles_assumed == fetch->plan.role_count)
            succeed(fetch);
        else if (assume_next_role(fetch) != STATUS_OK)
            fail(fetch, "out of memory");
    }
    strbuf_clear(&why);
}

static unsigned attempts_max(const struct credentials_fetch *fetch)
{
    if (fetch->keys.access_key_id == NULL &&
        fetch->plan.origin == CREDENTIALS_INSTANCE)
        return credentials_settings_metadata_attempts(
            &fetch->call.config->credentials);
    return ATTEMPTS;
}

/* Keys that somebody gave: the source, or a role on the way. */
static void take_keys(struct credentials_fetch *fetch,
                      const struct aws_credentials *found)
{
    if (fetch->keys.access_key_id != NULL)
        fetch->roles_assumed++;
    fetch->attempts = 0;
    if (aws_credentials_copy(&fetch->keys, found) != STATUS_OK)
        fail(fetch, "out of memory");
    else
        go_on(fetch, 0);
}

static void step_done(void *arg, const struct aws_credentials *found,
                      const char *why, bool may_pass)
{
    struct credentials_fetch *fetch = arg;

    if (found != NULL)
        take_keys(fetch, found);
    else if (may_pass && fetch->attempts < attempts_max(fetch))
        go_on(fetch, 0);
    else
        fail(fetch, why);
}

void credentials_fetch_start(struct credentials_fetch *fetch, int64_t now)
{
    struct strbuf fault;
    enum status status;

    strbuf_init(&fault, CREDENTIALS_WORDS_MAX_BYTES);
    fetch->running = true;
    fetch->attempts = 0;
    fetch->roles_assumed = 0;
    status = credentials_plan_make(&fetch->plan,
                                   &fetch->call.config->credentials, &fault);
    if (status == STATUS_OK)
        go_on(fetch, now);
    else
        fail(fetch,
             status == STATUS_NOMEM ? "out of memory" : strbuf_string(&fault));
    strbuf_clear(&fault);
}

void credentials_fetch_step(struct credentials_fetch *fetch, int64_t now)
{
    struct aws_credentials found = {.access_key_id = NULL};
    struct strbuf why;
    enum status status;

    if (!fetch->running || fetch->process.pid <= 0)
        return;
    strbuf_init(&why, WHY_MAX_BYTES);
    status = credentials_process_step(&fetch->process, now, &found, &why);
    if (status == STATUS_OK)
        take_keys(fetch, &found);
    else if (status != STATUS_BUSY)
        fail(fetch,
             status == STATUS_NOMEM ? "out of memory" : strbuf_string(&why));
    aws_credentials_clear(&found);
    strbuf_clear(&why);
}

int credentials_fetch_fd(const struct credentials_fetch *fetch)
{
    return credentials_process_fd(&fetch->process);
}

int64_t credentials_fetch_wait_ms(const struct credentials_fetch *fetch,
                                  int64_t now)
{
    return fetch->process.pid > 0
               ? credentials_process_wait_ms(&fetch->process, now)
               : -1;
}
