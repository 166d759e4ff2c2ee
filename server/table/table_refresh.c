#include "server/table/table_refresh.h"

#include "aws/retry.h"
#include "base/clock.h"
#include "base/log.h"
#include "s3db/hostdb_source.h"
#include "base/backoff.h"

#include <stdlib.h>

enum {
    RETRY_FIRST_MS = 500,
    RETRY_CAP_MS = 15000,
};

static const int64_t NEVER = INT64_MAX;

struct table_refresh {
    const struct table_settings *settings;
    struct health *health;
    struct hostdb_source *source;
    table_loaded_fn *loaded;
    void *arg;
    int64_t due_at;
    /* Of all requests (SIGHUP), perhaps during a load: how many were made, for
     * how many a load has begun, and for how many one has ended. */
    unsigned requests, begun, answered;
    bool has_tried;
    bool asked_for; /* the load under way, or the last one, was requested */
    bool in_service;
    bool more;          /* a local file waits for its next piece */
    struct retry retry; /* of a table beside the one in service */
    struct retry_quota quota;
    struct backoff backoff; /* until there is one */
    struct jitter jitter;
    struct table_metrics metrics;
    struct table_origin origin; /* of what is being read */
};

static void on_row_fault(void *arg, const struct hostdb_csv_fault *fault)
{
    struct table_refresh *loader = arg;

    table_origin_add(&loader->origin, fault->line, fault->reason, fault->name);
    log_event(LOG_LEVEL_WARN, "row_left_out", log_uint("line", fault->line),
              log_span("host", fault->name), log_str("reason", fault->reason));
}

struct table_refresh *table_refresh_new(struct aws_client *client,
                                        const struct table_settings *settings,
                                        struct health *health, uint64_t seed,
                                        table_loaded_fn *loaded, void *arg)
{
    struct table_refresh *loader = calloc(1, sizeof *loader);

    if (loader == NULL)
        return NULL;
    loader->source = hostdb_source_new(
        client, settings->bucket, settings->database, on_row_fault, loader);
    if (loader->source == NULL) {
        free(loader);
        return NULL;
    }
    loader->settings = settings;
    loader->health = health;
    loader->loaded = loaded;
    loader->arg = arg;
    loader->backoff.first_ms = RETRY_FIRST_MS;
    loader->backoff.cap_ms = RETRY_CAP_MS;
    loader->jitter.state = seed;
    retry_quota_init(&loader->quota, settings->max_attempts, ~seed);
    return loader;
}

const struct table_metrics *table_refresh_metrics(
    const struct table_refresh *loader)
{
    return &loader->metrics;
}

void table_refresh_free(struct table_refresh *loader)
{
    if (loader == NULL)
        return;
    hostdb_source_free(loader->source);
    free(loader);
}

void table_refresh_request(struct table_refresh *loader)
{
    loader->requests++;
}

static bool is_requested(const struct table_refresh *loader)
{
    return loader->requests != loader->begun;
}

/* Whichever way it ended. */
static void note_end(struct table_refresh *loader)
{
    loader->answered = loader->begun;
    loader->has_tried = true;
}

unsigned table_refresh_answered(const struct table_refresh *loader)
{
    return loader->answered;
}

bool table_refresh_has_tried(const struct table_refresh *loader)
{
    return loader->has_tried;
}

static void log_loaded(const struct hostdb_source_report *report)
{
    log_event(report->faults > 0 ? LOG_LEVEL_WARN : LOG_LEVEL_INFO,
              "table_loaded", log_str("where", report->where),
              log_uint("hosts", report->hosts),
              log_uint("rows_left_out", report->faults),
              log_uint("bytes", (size_t)report->bytes),
              log_str("version", report->version));
}

/* Called for a table that is new, so that each is told of once. */
static void log_columns_ignored(const struct hostdb_source_report *report)
{
    if (report->columns_unknown[0] == '\0' &&
        report->columns_repeated[0] == '\0')
        return;
    log_event(LOG_LEVEL_INFO, "columns_ignored",
              log_str("where", report->where),
              log_uint("line", report->header_line),
              log_str("unknown", report->columns_unknown),
              log_str("repeated", report->columns_repeated));
}

/* A broken version is told once, and whenever somebody asks for a reload; what
 * another attempt may mend, when that was the last. */
static void log_failed(const struct table_refresh *loader, enum status status,
                       const struct hostdb_source_report *report)
{
    enum log_level level =
        loader->in_service ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR;

    if ((report->repeated && !loader->asked_for) || loader->retry.failures > 0)
        level = LOG_LEVEL_DEBUG;
    log_event(level, "table_load_failed", log_str("where", report->where),
              log_str("status", status_name(status)),
              log_uint("line", report->line), log_str("reason", report->reason),
              log_str("code", report->code),
              log_str("request_id", report->request_id),
              log_str("advice", report->advice),
              log_str("in_service",
                      loader->in_service ? "the table before" : "none"));
}

static int64_t next_refresh_at(const struct table_refresh *loader, int64_t now)
{
    int64_t seconds = loader->settings->refresh_seconds;

    return seconds > 0 ? now + seconds * 1000 : NEVER;
}

static void plan_after_success(struct table_refresh *loader)
{
    backoff_reset(&loader->backoff);
    retry_succeeded(&loader->retry, &loader->quota);
    loader->due_at = next_refresh_at(loader, clock_now_ms());
}

/* Without a table nobody can be served: it is tried for ever, and often. With
 * one, so often as AWS_MAX_ATTEMPTS says, and then when a refresh is due. A
 * retry never comes later than that. */
static void plan_after_failure(struct table_refresh *loader,
                               const struct retry_failure *failure)
{
    int64_t now = clock_now_ms(), wait;

    if (!loader->in_service) {
        loader->due_at = now + backoff_fail(&loader->backoff, &loader->jitter);
        return;
    }
    loader->due_at = next_refresh_at(loader, now);
    if (retry_allows(&loader->retry, &loader->quota, failure, &wait) &&
        now + wait < loader->due_at)
        loader->due_at = now + wait;
}

static void on_load_done(void *arg, enum status status, struct hostdb *hosts,
                         const struct hostdb_source_report *report)
{
    struct table_refresh *loader = arg;
    struct health_news news = {
        .condition = report->condition,
        .code = report->code,
        .message = report->reason,
        .request_id = report->request_id,
    };

    health_note_s3(loader->health, time(NULL), &news);
    if (status == STATUS_OK || status == STATUS_UNCHANGED)
        plan_after_success(loader);
    else
        plan_after_failure(loader, &report->failure);
    if (status == STATUS_OK) {
        loader->in_service = true;
        metric_add(&loader->metrics.loads[TABLE_LOADED], 1);
        metric_set(loader->metrics.rows_left_out, (double)report->faults);
        table_origin_end(&loader->origin, report->where, report->version);
        loader->loaded(loader->arg, hosts, &loader->origin);
        log_loaded(report); /* not before the table serves */
        log_columns_ignored(report);
    } else if (status == STATUS_UNCHANGED) {
        metric_add(&loader->metrics.loads[TABLE_UNCHANGED], 1);
        health_note_table(loader->health, atomic_load(&loader->health->hosts));
        log_event(loader->asked_for ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG,
                  "table_unchanged", log_str("where", report->where),
                  log_str("version", report->version));
    } else {
        metric_add(&loader->metrics.loads[TABLE_FAILED], 1);
        health_note_reload_failed(loader->health);
        log_failed(loader, status, report);
    }
    note_end(loader);
}

static void start(struct table_refresh *loader)
{
    static const struct retry_failure no_memory = {.may_pass = false};
    enum status status;

    /* A retry is made for whoever the first attempt was made for. */
    if (loader->retry.failures == 0)
        loader->asked_for = false;
    loader->asked_for |= is_requested(loader);
    loader->begun = loader->requests;
    table_origin_begin(&loader->origin);
    status = hostdb_source_load(loader->source, on_load_done, loader);
    if (status == STATUS_OK)
        return;
    log_event(LOG_LEVEL_ERROR, "table_load_failed",
              log_str("status", status_name(status)),
              log_str("reason", status == STATUS_INVALID
                                    ? "DYNDNS_BUCKET or DYNDNS_DATABASE is too "
                                      "long for a bucket or a key"
                                    : "memory is short"));
    metric_add(&loader->metrics.loads[TABLE_FAILED], 1);
    health_note_reload_failed(loader->health);
    plan_after_failure(loader, &no_memory);
    note_end(loader);
}

void table_refresh_run(struct table_refresh *loader, int64_t now)
{
    if (!hostdb_source_is_loading(loader->source) &&
        (is_requested(loader) || now >= loader->due_at))
        start(loader);
    loader->more = hostdb_source_step(loader->source);
}

int64_t table_refresh_wait_ms(const struct table_refresh *loader, int64_t now)
{
    if (loader->more)
        return 0;
    if (hostdb_source_is_loading(loader->source))
        return -1;
    if (is_requested(loader) || now >= loader->due_at)
        return 0;
    return loader->due_at == NEVER ? -1 : loader->due_at - now;
}
