#include "cli/state_store.h"
#include "cli/command.h"
#include "cli/say.h"
#include "cli/stop.h"

#include "aws/aws_client.h"
#include "aws/retry.h"

#include "base/clock.h"

#include <stdlib.h>
#include <sys/random.h>

enum { FAULTS_MAX_BYTES = 16 * 1024 };

struct state_store {
    const struct state_store *first; /* whose config it is; NULL: its own */
    struct object_store *plain;
    struct aws_config config; /* not of a directory */
    bool is_in_aws;
    struct retry_quota quota;
};

static const struct aws_config *config_of(const struct state_store *store)
{
    return store->first == NULL ? &store->config : &store->first->config;
}

/* ---- opened ---- */

static const char *get_variable(const char *name)
{
    return getenv(name);
}

/* Sets up what S3 takes. EXIT_OK, or an exit status after an explanation. */
static int prepare_aws(struct state_store *store)
{
    struct strbuf faults;
    enum status status;

    if (aws_global_init() != STATUS_OK) {
        say("cannot set up libcurl");
        return EXIT_FAILED;
    }
    store->is_in_aws = true;
    strbuf_init(&faults, FAULTS_MAX_BYTES);
    status = aws_config_init(&store->config, get_variable, &faults);
    if (status == STATUS_INVALID)
        say("DYNDNS_STATE is in S3, and for that the environment is not "
            "complete:\n%s",
            strbuf_string(&faults));
    else if (status != STATUS_OK)
        say("out of memory");
    strbuf_clear(&faults);
    if (status == STATUS_INVALID)
        return EXIT_USAGE;
    return status == STATUS_OK ? EXIT_OK : EXIT_FAILED;
}

static bool make_plain(struct state_store *store, const char *where)
{
    uint64_t seed;

    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        seed = (uint64_t)clock_now_ms();
    retry_quota_init(
        &store->quota,
        object_store_is_s3(where) ? config_of(store)->max_attempts : 1, seed);
    store->plain = object_store_new(where, config_of(store));
    return store->plain != NULL;
}

struct state_store *state_store_open(const char *where, int *result)
{
    const char *fault = object_store_fault(where);
    struct state_store *store;

    *result = EXIT_USAGE;
    if (fault != NULL) {
        say("DYNDNS_STATE %s", fault);
        return NULL;
    }
    store = calloc(1, sizeof *store);
    *result = store == NULL               ? EXIT_FAILED
              : object_store_is_s3(where) ? prepare_aws(store)
                                          : EXIT_OK;
    if (*result == EXIT_OK && make_plain(store, where))
        return store;
    if (*result == EXIT_OK || store == NULL) {
        say("out of memory");
        *result = EXIT_FAILED;
    }
    state_store_close(store);
    return NULL;
}

struct state_store *state_store_again(const struct state_store *store)
{
    struct state_store *made = calloc(1, sizeof *made);

    if (made == NULL)
        return NULL;
    made->first = store;
    if (make_plain(made, state_store_where(store)))
        return made;
    state_store_close(made);
    return NULL;
}

void state_store_close(struct state_store *store)
{
    if (store == NULL)
        return;
    object_store_free(store->plain);
    aws_config_clear(&store->config);
    if (store->is_in_aws)
        aws_global_cleanup();
    free(store);
}

const char *state_store_where(const struct state_store *store)
{
    return object_store_where(store->plain);
}

struct object_store *state_store_plain(struct state_store *store)
{
    return store->plain;
}

/* ---- with patience ---- */

/* The call ended with this status. Returns whether to make it once more, after a
 * wait. */
static bool is_worth_another(struct state_store *store, struct retry *retry,
                             enum status status)
{
    struct retry_failure failure = {
        .may_pass = status == STATUS_UNAVAILABLE || status == STATUS_THROTTLED,
    };
    int64_t wait_ms;

    if (!failure.may_pass) {
        retry_succeeded(retry, &store->quota);
        return false;
    }
    if (!retry_allows(retry, &store->quota, &failure, &wait_ms))
        return false;
    stop_pause_ms(wait_ms);
    return true;
}

enum status state_store_attempt(struct state_store *store,
                                enum status (*call)(void *arg), void *arg)
{
    struct retry retry = {0};
    enum status status;

    do
        status = call(arg);
    while (is_worth_another(store, &retry, status));
    return status;
}

enum status state_store_get(struct state_store *store, const char *key,
                            struct strbuf *out)
{
    struct retry retry = {0};
    enum status status;

    do
        status = object_store_get(store->plain, key, NULL, out);
    while (is_worth_another(store, &retry, status));
    return status;
}

/* What was listed before a failure is not listed again. */
struct listing {
    object_store_key_fn *each;
    void *arg;
    char last[OBJECT_KEY_MAX_BYTES + 1];
};

static bool take_key(void *arg, const char *key)
{
    struct listing *listing = arg;

    strncpy(listing->last, key, OBJECT_KEY_MAX_BYTES);
    return listing->each(listing->arg, key);
}

enum status state_store_list(struct state_store *store, const char *prefix,
                             const char *after, object_store_key_fn *each,
                             void *arg)
{
    struct listing listing = {.each = each, .arg = arg};
    struct retry retry = {0};
    enum status status;

    strncpy(listing.last, after, OBJECT_KEY_MAX_BYTES);
    do {
        char from[sizeof listing.last];

        memcpy(from, listing.last, sizeof from);
        status =
            object_store_list(store->plain, prefix, from, take_key, &listing);
    } while (is_worth_another(store, &retry, status));
    return status;
}

enum status state_store_put_new(struct state_store *store, const char *key,
                                struct span body, const char *content_type)
{
    struct retry retry = {0};
    enum status status;
    bool in_doubt = false;

    do {
        status = object_store_put(store->plain, key, body, content_type,
                                  OBJECT_IF_ABSENT, NULL);
        /* The name is nobody else's: then it was our own that was put. */
        if (status == STATUS_CONFLICT && in_doubt)
            return STATUS_OK;
        in_doubt |= status == STATUS_UNAVAILABLE;
    } while (is_worth_another(store, &retry, status));
    return status;
}

/* ---- trouble ---- */

const char *state_store_reason(const struct state_store *store)
{
    return object_store_reason(store->plain);
}

const char *state_store_advice(const struct state_store *store,
                               enum status status)
{
    bool is_s3 = object_store_is_s3(state_store_where(store));

    switch (status) {
    case STATUS_DENIED:
        return is_s3 ? "allow the credentials s3:ListBucket on the bucket, and "
                       "s3:GetObject and s3:PutObject on what is below the "
                       "prefix"
                     : "run this as a user who may read and write there";
    case STATUS_NOT_FOUND:
        return "check DYNDNS_STATE: it should say what it says for the servers";
    case STATUS_INVALID:
        return is_s3 ? "check DYNDNS_STATE, and AWS_ENDPOINT_URL_S3 if it is "
                       "set: this store lacks what the state needs"
                     : "check DYNDNS_STATE";
    default:
        return "";
    }
}
