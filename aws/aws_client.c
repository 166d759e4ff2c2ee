/* The life of a request: submitted, it waits in `queued`; the next
 * aws_client_poll() at which there are credentials gives it an easy handle and
 * moves it to `running`; when libcurl is done with it, it moves to a list of its
 * own, and then the completions are called, which may submit again. Requests
 * that ask for credentials wait in `urgent`, and for nothing. Nothing is ever handed to
 * libcurl from within a submitting function, so that no completion and no
 * chunk callback can re-enter it. */
#include "aws/aws_client.h"

#include "aws/aws_error.h"
#include "aws/clock_skew.h"
#include "aws/credentials_json.h"
#include "aws/credentials_supply.h"
#include "aws/exchange.h"
#include "aws/request.h"
#include "aws/s3_region.h"
#include "base/clock.h"

#include <curl/curl.h>
#include <libxml/parser.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    /* Route 53 admits a handful of calls a second, and a bucket is read now
     * and then: more connections would idle. */
    HOST_CONNECTIONS_MAX = 16,
    IDLE_HANDLES_MAX = 16,
};

struct request_list {
    struct aws_request *first, **end;
};

struct aws_client {
    const struct aws_config *config;
    CURLM *multi;
    struct request_list queued, urgent;
    struct aws_request *running;
    size_t count; /* queued and running, but for the urgent */
    struct credentials_supply supply;
    unsigned vain; /* fetches, when the queue was looked at */
    CURL *idle[IDLE_HANDLES_MAX];
    size_t idle_count;
    struct s3_region s3_region;
    int64_t clock_offset[AWS_SERVICE_COUNT]; /* clock_skew.h */
    aws_clock_fn *tell_clock;
    void *tell_clock_arg;
    aws_progress_fn *tell_progress;
    void *tell_progress_arg;
    struct aws_metrics metrics;
};

enum status aws_global_init(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return STATUS_UNAVAILABLE;
    xmlInitParser();
    credentials_json_init();
    return STATUS_OK;
}

void aws_global_cleanup(void)
{
    xmlCleanupParser();
    curl_global_cleanup();
}

static void append(struct request_list *list, struct aws_request *request)
{
    request->next = NULL;
    *list->end = request;
    list->end = &request->next;
}

static struct aws_request *take_all(struct request_list *list)
{
    struct aws_request *first = list->first;

    list->first = NULL;
    list->end = &list->first;
    return first;
}

static void submit_urgent(void *arg, struct aws_request *request)
{
    struct aws_client *client = arg;

    append(&client->urgent, request);
}

void aws_client_on_credentials(struct aws_client *client,
                               aws_credentials_news_fn *news, void *arg)
{
    client->supply.keeper.news = news;
    client->supply.keeper.news_arg = arg;
}

struct aws_client *aws_client_new(const struct aws_config *config)
{
    struct aws_client *client = calloc(1, sizeof *client);

    if (client == NULL)
        return NULL;
    client->config = config;
    client->queued.end = &client->queued.first;
    client->urgent.end = &client->urgent.first;
    credentials_supply_init(&client->supply, config, submit_urgent, client);
    client->multi = curl_multi_init();
    if (client->multi == NULL ||
        curl_multi_setopt(client->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                          (long)HOST_CONNECTIONS_MAX) != CURLM_OK ||
        curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS,
                          2L * HOST_CONNECTIONS_MAX) != CURLM_OK) {
        aws_client_free(client);
        return NULL;
    }
    return client;
}

static void free_list(struct aws_client *client, struct aws_request *request)
{
    while (request != NULL) {
        struct aws_request *next = request->next;

        if (request->easy != NULL) {
            curl_multi_remove_handle(client->multi, request->easy);
            curl_easy_cleanup(request->easy);
        }
        aws_request_free(request);
        request = next;
    }
}

void aws_client_free(struct aws_client *client)
{
    if (client == NULL)
        return;
    free_list(client, client->queued.first);
    free_list(client, client->urgent.first);
    free_list(client, client->running);
    credentials_supply_clear(&client->supply);
    while (client->idle_count > 0)
        curl_easy_cleanup(client->idle[--client->idle_count]);
    curl_multi_cleanup(client->multi);
    free(client);
}

const struct aws_config *aws_client_config(const struct aws_client *client)
{
    return client->config;
}

const struct aws_metrics *aws_client_metrics(const struct aws_client *client)
{
    return &client->metrics;
}

struct s3_region *aws_client_s3_region(struct aws_client *client)
{
    return &client->s3_region;
}

void aws_client_tell_clock(struct aws_client *client, aws_clock_fn *tell,
                           void *arg)
{
    client->tell_clock = tell;
    client->tell_clock_arg = arg;
}

size_t aws_client_running(const struct aws_client *client)
{
    return client->count;
}

void aws_client_wakeup(struct aws_client *client)
{
    curl_multi_wakeup(client->multi);
}

void aws_client_submit(struct aws_client *client, struct aws_request *request)
{
    request->deadline_at = clock_now_ms() + request->timeout_ms;
    append(&client->queued, request);
    client->count++;
}

static CURL *take_handle(struct aws_client *client)
{
    if (client->idle_count > 0)
        return client->idle[--client->idle_count];
    return curl_easy_init();
}

/* Keeps its memory, but nothing of what it was set to. */
static void return_handle(struct aws_client *client, CURL *easy)
{
    curl_easy_reset(easy);
    if (client->idle_count < IDLE_HANDLES_MAX)
        client->idle[client->idle_count++] = easy;
    else
        curl_easy_cleanup(easy);
}

/* NULL: nobody signs it. */
static const struct aws_credentials *keys_for(
    const struct aws_request *request, const struct aws_credentials *ours)
{
    switch (request->signer) {
    case AWS_SIGN_AS_CLIENT:
        return ours;
    case AWS_SIGN_AS_OWNER:
        return &request->own_keys;
    default:
        return NULL;
    }
}

static bool start(struct aws_client *client, struct aws_request *request,
                  const struct aws_credentials *ours)
{
    CURL *easy = take_handle(client);

    if (easy == NULL)
        return false;
    request->clock_offset = client->clock_offset[request->service];
    request->keys_version = client->supply.keeper.version;
    request->tell_progress =
        request->signer == AWS_SIGN_AS_CLIENT ? client->tell_progress : NULL;
    request->tell_progress_arg = client->tell_progress_arg;
    if (!exchange_set_up(easy, request, keys_for(request, ours)) ||
        curl_multi_add_handle(client->multi, easy) != CURLM_OK) {
        return_handle(client, easy);
        return false;
    }
    request->started_at = clock_now_ms();
    request->next = client->running;
    if (request->next != NULL)
        request->next->link = &request->next;
    request->link = &client->running;
    client->running = request;
    return true;
}

static void give_up(struct aws_request *request, struct request_list *finished,
                    enum status status, const char *words)
{
    struct aws_response *response = &request->response;

    response->transport = status;
    snprintf(response->transport_message, sizeof response->transport_message,
             "%s", words);
    append(finished, request);
}

static void start_all(struct aws_client *client, struct aws_request *request,
                      const struct aws_credentials *ours,
                      struct request_list *finished)
{
    while (request != NULL) {
        struct aws_request *next = request->next;

        if (!start(client, request, ours))
            give_up(request, finished, STATUS_UNAVAILABLE, "out of memory");
        request = next;
    }
}

/* To wait for credentials is part of a request's time. */
static bool has_time_left(struct aws_request *request, int64_t now)
{
    int64_t left = request->deadline_at - now;

    if (left > 0 && left < request->timeout_ms)
        request->timeout_ms = (long)left;
    return left > 0;
}

/* Ends what has waited for too long, or for those who have none. */
static void end_hopeless(struct aws_client *client, bool all,
                         struct request_list *finished)
{
    struct aws_request *request = take_all(&client->queued);
    int64_t now = clock_now_ms();

    while (request != NULL) {
        struct aws_request *next = request->next;

        if (all || !has_time_left(request, now))
            give_up(request, finished, STATUS_DENIED,
                    credentials_supply_why(&client->supply));
        else
            append(&client->queued, request);
        request = next;
    }
}

/* Starts what waits, as far as there are keys to sign it with. */
static void start_queued(struct aws_client *client,
                         struct request_list *finished)
{
    const struct aws_credentials *keys =
        credentials_supply_run(&client->supply, client->queued.first != NULL);
    bool was_in_vain = client->vain != client->supply.keeper.vain;

    client->vain = client->supply.keeper.vain;
    start_all(client, take_all(&client->urgent), NULL, finished);
    if (credentials_supply_is_fetched(&client->supply))
        end_hopeless(client, keys == NULL && was_in_vain, finished);
    if (keys != NULL)
        start_all(client, take_all(&client->queued), keys, finished);
}

/* Takes a finished request out of libcurl's hands and the running list. */
static struct aws_request *take_finished(struct aws_client *client, CURL *easy,
                                         CURLcode result)
{
    struct aws_request *request;
    char *private;

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
    request = (struct aws_request *)(void *)private;
    exchange_read_response(request, result);
    aws_metrics_note(&client->metrics, request->operation, &request->response,
                     clock_now_ms() - request->started_at);
    curl_multi_remove_handle(client->multi, easy);
    return_handle(client, easy);
    request->easy = NULL;
    *request->link = request->next;
    if (request->next != NULL)
        request->next->link = request->link;
    return request;
}

static const char *const service_names[AWS_SERVICE_COUNT] = {
    [AWS_ROUTE53] = "Route 53",
    [AWS_S3] = "S3",
    [AWS_SNS] = "SNS",
    [AWS_STS] = "STS",
    [AWS_CREDENTIALS_ENDPOINT] = "a source of credentials",
};

/* Whether the request is to go out once more, signed for the service's own
 * time. It was refused for its time, so that nothing of it was done. */
static bool wants_other_time(struct aws_client *client,
                             struct aws_request *request)
{
    int64_t *offset = &client->clock_offset[request->service];
    int64_t before = *offset;

    if (request->signed_again || request->signer == AWS_SIGN_NOT ||
        !clock_skew_learn(offset, request->clock_offset, &request->response,
                          time(NULL)))
        return false;
    if (*offset != before && client->tell_clock != NULL)
        client->tell_clock(client->tell_clock_arg,
                           service_names[request->service], *offset);
    request->signed_again = true;
    return true;
}

/* The same, with other credentials: AWS says that these have ended. */
static bool wants_other_keys(struct aws_client *client,
                             struct aws_request *request)
{
    if (!credentials_supply_is_fetched(&client->supply) ||
        request->signer != AWS_SIGN_AS_CLIENT || request->sent_again ||
        !aws_error_says_expired(&request->response,
                                request->method == AWS_HEAD))
        return false;
    credentials_keeper_refuse(&client->supply.keeper, request->keys_version);
    request->sent_again = true;
    return true;
}

static bool is_to_be_sent_again(struct aws_client *client,
                                struct aws_request *request)
{
    if (!wants_other_time(client, request) &&
        !wants_other_keys(client, request))
        return false;
    aws_request_rewind(request);
    append(request->signer == AWS_SIGN_AS_CLIENT ? &client->queued
                                                 : &client->urgent,
           request);
    return true;
}

static void call_completions(struct aws_client *client,
                             struct aws_request *finished)
{
    while (finished != NULL) {
        struct aws_request *request = finished;

        finished = request->next;
        if (request->signer == AWS_SIGN_AS_CLIENT)
            client->count--;
        request->done(request, &request->response);
        aws_request_free(request);
    }
}

/* Takes what libcurl is done with. Returns whether some of it is to be sent
 * once more. */
static bool take_all_finished(struct aws_client *client,
                              struct request_list *finished)
{
    const CURLMsg *message;
    bool again = false;
    int ignored;

    while ((message = curl_multi_info_read(client->multi, &ignored)) != NULL) {
        struct aws_request *request;

        if (message->msg != CURLMSG_DONE)
            continue;
        request =
            take_finished(client, message->easy_handle, message->data.result);
        if (is_to_be_sent_again(client, request))
            again = true;
        else
            append(finished, request);
    }
    return again;
}

/* Moves everything along as far as it goes without waiting; returns whether
 * there is more to do at once. */
static bool advance(struct aws_client *client)
{
    struct request_list finished = {NULL, &finished.first};
    bool again;
    int ignored;

    start_queued(client, &finished);
    curl_multi_perform(client->multi, &ignored);
    again = take_all_finished(client, &finished);
    if (finished.first == NULL)
        return again;
    call_completions(client, finished.first);
    return true;
}

static int64_t sooner(int64_t wait, int64_t other)
{
    return other >= 0 && other < wait ? other : wait;
}

/* How long nothing happens by itself. */
static int64_t quiet_ms(const struct aws_client *client, int64_t timeout_ms)
{
    const struct aws_request *request = client->queued.first;
    int64_t wait =
        sooner(timeout_ms,
               credentials_supply_wait_ms(&client->supply, request != NULL));
    int64_t now = clock_now_ms();

    for (; request != NULL; request = request->next)
        wait = sooner(
            wait, request->deadline_at > now ? request->deadline_at - now : 0);
    return wait;
}

void aws_client_tell_progress(struct aws_client *client, aws_progress_fn *fn,
                              void *arg)
{
    client->tell_progress = fn;
    client->tell_progress_arg = arg;
}

void aws_client_poll(struct aws_client *client, int timeout_ms)
{
    struct curl_waitfd output = {.events = CURL_WAIT_POLLIN};

    if (advance(client))
        return;
    output.fd = credentials_supply_fd(&client->supply);
    curl_multi_poll(client->multi, &output, output.fd >= 0 ? 1 : 0,
                    (int)quiet_ms(client, timeout_ms), NULL);
    advance(client);
}
