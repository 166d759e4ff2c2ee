#include "server/updater.h"

#include "aws/aws_client.h"
#include "base/clock.h"
#include "base/heart.h"
#include "base/log.h"
#include "server/credentials_log.h"
#include "server/dns/dns_writer.h"
#include "server/table/table_refresh.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/random.h>

enum { LONGEST_WAIT_MS = 60000 };

struct updater {
    struct health *health;
    struct in_transit_counts *in_transit;
    updater_table_fn *table;
    updater_loaded_fn *loaded; /* NULL: nobody wants to know */
    void *table_arg, *loaded_arg;
    struct aws_client *client;
    struct dns_writer *writer;
    struct table_refresh *loader;
    struct host_table *host_table; /* in service; NULL before the first */
    pthread_t thread;
    bool started;
    int64_t leave_at; /* the thread's copy of stop_at; 0: not stopping */
    unsigned reloads_taken;
    struct heart heart;
    atomic_uint reloads_answered;
    atomic_bool has_tried_to_load;

    pthread_mutex_t lock; /* guards the rest */
    struct list inbox;
    struct list expiries; /* expiry_request */
    unsigned reloads;     /* asked for since the start */
    int64_t stop_at;      /* 0: not stopping */
};

/* --- on the updater's thread ---------------------------------------------- */

static void on_table(void *arg, struct hostdb *hosts,
                     const struct table_origin *origin)
{
    struct updater *updater = arg;
    size_t count = hostdb_count(hosts);
    struct host_table *host_table = host_table_new(hosts, updater->host_table);

    if (host_table == NULL) {
        health_note_reload_failed(updater->health);
        log_event(LOG_LEVEL_ERROR, "table_not_in_service",
                  log_str("reason", "memory is short"),
                  log_str("advice", "send SIGHUP once there is memory"));
        return;
    }
    host_table_set_origin(host_table, origin);
    host_table_release(updater->host_table);
    updater->host_table = host_table;
    dns_writer_use(updater->writer, host_table);
    health_note_table(updater->health, count);
    updater->table(updater->table_arg, host_table);
}

static void on_clock(void *arg, const char *service, int64_t seconds)
{
    const char *advice =
        seconds == 0 ? ""
                     : "set this machine's clock, which is so far behind "
                       "AWS's, or ahead of it if below 0; until then calls "
                       "are signed with AWS's time";
    struct updater *updater = arg;

    dns_writer_note_clock(updater->writer, service, seconds);
    log_event(seconds == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, "clock_skewed",
              log_str("service", service), log_int("seconds", seconds),
              log_str("advice", advice));
}

/* The changes of a request that were on their way here. */
static void end_transit(struct updater *updater,
                        const struct update_request *request)
{
    for (size_t i = 0; i < request->count; i++)
        if (request->changes[i].was_open)
            in_transit_end(updater->in_transit,
                           update_change_name(&request->changes[i]));
}

static struct expiry_request *take_expiry(struct list *expiries)
{
    struct expiry_request *request =
        list_entry(expiries->next, struct expiry_request, in_inbox);

    list_remove(&request->in_inbox);
    return request;
}

/* Takes what the loops have posted, and what main asks for. Returns whether the
 * thread is to go on. */
static bool take_messages(struct updater *updater, int64_t now)
{
    struct list posted, expiries;
    unsigned reloads;

    list_init(&posted);
    list_init(&expiries);
    pthread_mutex_lock(&updater->lock);
    list_take_all(&posted, &updater->inbox);
    list_take_all(&expiries, &updater->expiries);
    reloads = updater->reloads;
    updater->leave_at = updater->stop_at;
    pthread_mutex_unlock(&updater->lock);

    for (; updater->reloads_taken != reloads; updater->reloads_taken++)
        table_refresh_request(updater->loader);
    while (!list_is_empty(&posted)) {
        struct update_request *request =
            list_entry(posted.next, struct update_request, in_inbox);

        list_remove(&request->in_inbox);
        update_request_hold(request);
        dns_writer_submit(updater->writer, now, request);
        /* Not before the cache is known to be invalid. */
        end_transit(updater, request);
        update_request_release(request);
    }
    while (!list_is_empty(&expiries))
        dns_writer_expire(updater->writer, take_expiry(&expiries));
    return updater->leave_at == 0 ||
           (!dns_writer_is_idle(updater->writer) && now < updater->leave_at);
}

static int wait_ms(const struct updater *updater, int64_t now)
{
    int64_t wait = dns_writer_wait_ms(updater->writer, now);
    int64_t loader = table_refresh_wait_ms(updater->loader, now);

    if (wait < 0 || (loader >= 0 && loader < wait))
        wait = loader;
    if (updater->leave_at != 0 && (wait < 0 || wait > updater->leave_at - now))
        wait = updater->leave_at > now ? updater->leave_at - now : 0;
    return wait < 0 || wait > LONGEST_WAIT_MS ? LONGEST_WAIT_MS : (int)wait;
}

/* That a load has ended; the table that it brought serves already. */
static void tell_loads(struct updater *updater)
{
    unsigned answered = table_refresh_answered(updater->loader);
    bool has_tried = table_refresh_has_tried(updater->loader);

    if (atomic_load(&updater->reloads_answered) == answered &&
        atomic_load(&updater->has_tried_to_load) == has_tried)
        return;
    atomic_store(&updater->reloads_answered, answered);
    atomic_store(&updater->has_tried_to_load, has_tried);
    if (updater->loaded != NULL)
        updater->loaded(updater->loaded_arg);
}

static void *run(void *arg)
{
    struct updater *updater = arg;
    int64_t now = clock_now_ms();

    pthread_setname_np(pthread_self(), "updater");
    while (take_messages(updater, now)) {
        heart_beat(&updater->heart);
        tell_loads(updater);
        table_refresh_run(updater->loader, now);
        dns_writer_run(updater->writer, now);
        aws_client_poll(updater->client, wait_ms(updater, clock_now_ms()));
        now = clock_now_ms();
    }
    return NULL;
}

/* --- from other threads ------------------------------------------------------
 */

static uint64_t random_seed(void)
{
    uint64_t seed;

    /* Jitter needs no secret: the clock will do where there is no randomness.
     */
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        seed = (uint64_t)clock_now_ms();
    return seed;
}

struct updater *updater_new(const struct config *config, struct health *health,
                            struct in_transit_counts *in_transit,
                            struct metric_registry *metrics,
                            updater_table_fn *table, void *arg)
{
    struct updater *updater = calloc(1, sizeof *updater);

    if (updater == NULL)
        return NULL;
    updater->health = health;
    updater->in_transit = in_transit;
    updater->table = table;
    updater->table_arg = arg;
    list_init(&updater->inbox);
    list_init(&updater->expiries);
    pthread_mutex_init(&updater->lock, NULL);
    updater->client = aws_client_new(&config->aws);
    if (updater->client != NULL) {
        aws_client_on_credentials(updater->client, credentials_log_news, NULL);
        aws_client_tell_clock(updater->client, on_clock, updater);
        updater->writer = dns_writer_new(updater->client, &config->dns, health,
                                         random_seed());
        updater->loader =
            table_refresh_new(updater->client, &config->table, health,
                              random_seed(), on_table, updater);
    }
    if (updater->writer == NULL || updater->loader == NULL) {
        updater_free(updater);
        return NULL;
    }
    metric_register(metrics, &aws_metric_table,
                    aws_client_metrics(updater->client));
    metric_register(metrics, &dns_metric_table,
                    dns_writer_metrics(updater->writer));
    metric_register(metrics, &table_metric_table,
                    table_refresh_metrics(updater->loader));
    return updater;
}

void updater_use_queue(struct updater *updater, struct event_queue *events)
{
    dns_writer_tell(updater->writer, events);
}

struct updater_figures updater_look(const struct updater *updater)
{
    const struct dns_metrics *metrics = dns_writer_metrics(updater->writer);

    return (struct updater_figures){
        .pending = (uint64_t)metric_value(metrics->pending),
        .route53_calls = metric_count(metrics->calls),
        .throttled = metric_count(metrics->throttles),
    };
}

const struct dns_metrics *updater_dns_metrics(const struct updater *updater)
{
    return dns_writer_metrics(updater->writer);
}

const struct table_metrics *updater_table_metrics(const struct updater *updater)
{
    return table_refresh_metrics(updater->loader);
}

enum status updater_start(struct updater *updater)
{
    if (pthread_create(&updater->thread, NULL, run, updater) != 0)
        return STATUS_NOMEM;
    updater->started = true;
    return STATUS_OK;
}

void updater_post(struct updater *updater, struct update_request *request)
{
    bool first;

    pthread_mutex_lock(&updater->lock);
    first = list_is_empty(&updater->inbox);
    list_append(&updater->inbox, &request->in_inbox);
    pthread_mutex_unlock(&updater->lock);
    if (first)
        aws_client_wakeup(updater->client);
}

void updater_expire(struct updater *updater, struct expiry_request *request)
{
    pthread_mutex_lock(&updater->lock);
    list_append(&updater->expiries, &request->in_inbox);
    pthread_mutex_unlock(&updater->lock);
    aws_client_wakeup(updater->client);
}

void updater_reload(struct updater *updater)
{
    pthread_mutex_lock(&updater->lock);
    updater->reloads++;
    pthread_mutex_unlock(&updater->lock);
    aws_client_wakeup(updater->client);
}

bool updater_is_alive(struct updater *updater)
{
    bool is_alive = heart_has_beaten(&updater->heart);

    aws_client_wakeup(updater->client);
    return is_alive;
}

unsigned updater_reloads_answered(const struct updater *updater)
{
    return atomic_load(&updater->reloads_answered);
}

bool updater_has_tried_to_load(const struct updater *updater)
{
    return atomic_load(&updater->has_tried_to_load);
}

void updater_on_load(struct updater *updater, updater_loaded_fn *loaded,
                     void *arg)
{
    updater->loaded = loaded;
    updater->loaded_arg = arg;
}

void updater_stop(struct updater *updater, int64_t deadline_at)
{
    if (!updater->started)
        return;
    pthread_mutex_lock(&updater->lock);
    updater->stop_at = deadline_at;
    pthread_mutex_unlock(&updater->lock);
    aws_client_wakeup(updater->client);
    pthread_join(updater->thread, NULL);
    updater->started = false;
}

/* What was posted after the thread's last look. */
static void answer_posted(struct updater *updater)
{
    while (!list_is_empty(&updater->inbox)) {
        struct update_request *request =
            list_entry(updater->inbox.next, struct update_request, in_inbox);

        list_remove(&request->in_inbox);
        update_request_hold(request);
        end_transit(updater, request);
        for (size_t i = 0; i < request->count; i++)
            if (request->changes[i].outcome == OUTCOME_OPEN)
                update_change_end(&request->changes[i], OUTCOME_UNAVAILABLE,
                                  NULL);
        update_request_release(request);
    }
    while (!list_is_empty(&updater->expiries))
        expiry_request_end(take_expiry(&updater->expiries), EXPIRY_UNAVAILABLE);
}

void updater_free(struct updater *updater)
{
    if (updater == NULL)
        return;
    answer_posted(updater);
    aws_client_free(updater->client);
    dns_writer_free(updater->writer);
    table_refresh_free(updater->loader);
    host_table_release(updater->host_table);
    pthread_mutex_destroy(&updater->lock);
    free(updater);
}
