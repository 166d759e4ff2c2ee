/* The life of a request: submitted, it waits in `queued`; the next
 * aws_client_poll() gives it an easy handle and moves it to `running`; when
 * libcurl is done with it, it moves to a list of its own, and then the
 * completions are called, which may submit again. Nothing is ever handed to
 * libcurl from within a submitting function, so that no completion and no
 * chunk callback can re-enter it. */
#include "aws/aws_client.h"

#include "aws/clock_skew.h"
#include "aws/exchange.h"
#include "aws/request.h"
#include "aws/s3_region.h"

#include <curl/curl.h>
#include <libxml/parser.h>

#include <stdlib.h>
#include <time.h>

enum {
    /* Route 53 admits a handful of calls a second, and a bucket is read now
     * and then: more connections would idle. */
    HOST_CONNECTIONS_MAX = 16,
    IDLE_HANDLES_MAX = 16,
};

struct aws_client {
    const struct aws_config *config;
    CURLM *multi;
    struct aws_request *queued, **queued_end;
    struct aws_request *running;
    size_t count; /* queued and running */
    CURL *idle[IDLE_HANDLES_MAX];
    size_t idle_count;
    struct s3_region s3_region;
    int64_t clock_offset[AWS_SERVICE_COUNT]; /* clock_skew.h */
    aws_clock_fn *tell_clock;
    void *tell_clock_arg;
};

enum status aws_global_init(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return STATUS_UNAVAILABLE;
    xmlInitParser();
    return STATUS_OK;
}

void aws_global_cleanup(void)
{
    xmlCleanupParser();
    curl_global_cleanup();
}

struct aws_client *aws_client_new(const struct aws_config *config)
{
    struct aws_client *client = calloc(1, sizeof *client);

    if (client == NULL)
        return NULL;
    client->config = config;
    client->queued_end = &client->queued;
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
    free_list(client, client->queued);
    free_list(client, client->running);
    while (client->idle_count > 0)
        curl_easy_cleanup(client->idle[--client->idle_count]);
    curl_multi_cleanup(client->multi);
    free(client);
}

const struct aws_config *aws_client_config(const struct aws_client *client)
{
    return client->config;
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
    request->next = NULL;
    *client->queued_end = request;
    client->queued_end = &request->next;
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

static bool start(struct aws_client *client, struct aws_request *request)
{
    CURL *easy = take_handle(client);

    if (easy == NULL)
        return false;
    request->clock_offset = client->clock_offset[request->service];
    if (!exchange_set_up(easy, request) ||
        curl_multi_add_handle(client->multi, easy) != CURLM_OK) {
        return_handle(client, easy);
        return false;
    }
    request->next = client->running;
    if (request->next != NULL)
        request->next->link = &request->next;
    request->link = &client->running;
    client->running = request;
    return true;
}

/* Starts what waits. What cannot be started is prepended to *finished. */
static void start_queued(struct aws_client *client,
                         struct aws_request **finished)
{
    struct aws_request *request = client->queued;

    client->queued = NULL;
    client->queued_end = &client->queued;
    while (request != NULL) {
        struct aws_request *next = request->next;

        if (!start(client, request)) {
            request->response.transport = STATUS_UNAVAILABLE;
            strcpy(request->response.transport_message, "out of memory");
            request->next = *finished;
            *finished = request;
        }
        request = next;
    }
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
};

/* Whether the request goes out once more, signed for the service's own time.
 * It was refused for its time, so that nothing of it was done. */
static bool sign_again(struct aws_client *client, struct aws_request *request)
{
    int64_t *offset = &client->clock_offset[request->service];
    int64_t before = *offset;

    if (request->signed_again ||
        !clock_skew_learn(offset, request->clock_offset, &request->response,
                          time(NULL)))
        return false;
    if (*offset != before && client->tell_clock != NULL)
        client->tell_clock(client->tell_clock_arg,
                           service_names[request->service], *offset);
    request->signed_again = true;
    aws_request_rewind(request);
    aws_client_submit(client, request);
    return true;
}

static void call_completions(struct aws_client *client,
                             struct aws_request *finished)
{
    while (finished != NULL) {
        struct aws_request *request = finished;

        finished = request->next;
        client->count--;
        if (sign_again(client, request))
            continue;
        request->done(request, &request->response);
        aws_request_free(request);
    }
}

/* Moves everything along as far as it goes without waiting; returns whether a
 * request was completed. */
static bool advance(struct aws_client *client)
{
    struct aws_request *finished = NULL, **end = &finished;
    const CURLMsg *message;
    int ignored;

    start_queued(client, &finished);
    while (*end != NULL)
        end = &(*end)->next;
    curl_multi_perform(client->multi, &ignored);
    while ((message = curl_multi_info_read(client->multi, &ignored)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        *end =
            take_finished(client, message->easy_handle, message->data.result);
        end = &(*end)->next;
        *end = NULL;
    }
    if (finished == NULL)
        return false;
    call_completions(client, finished);
    return true;
}

void aws_client_poll(struct aws_client *client, int timeout_ms)
{
    if (advance(client))
        return;
    curl_multi_poll(client->multi, NULL, 0, timeout_ms, NULL);
    advance(client);
}
