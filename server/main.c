/* dyndns53 -- the daemon. main() is a table of contents: read the
 * configuration, build the parts, run until a signal, take them down in
 * reverse order.
 */
#include "aws/aws_client.h"
#include "base/clock.h"
#include "base/core_files.h"
#include "base/log.h"
#include "server/alerts/alert_eyes.h"
#include "server/alerts/alerts.h"
#include "server/config_advice.h"
#include "server/config_describe.h"
#include "server/config_read.h"
#include "server/expirer.h"
#include "server/history/history.h"
#include "server/http/http_server.h"
#include "server/loaded_credentials.h"
#include "server/process_metrics.h"
#include "server/state/health_metrics.h"
#include "server/updater.h"
#include "server/watch.h"

#include <getopt.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    EXIT_USAGE = 2,     /* also: the configuration is wrong */
    EXIT_DOUBTFUL = 3,  /* --check-config: it looks like a mistake */
    STOP_MS = 25000,    /* systemd waits for 90 s, Heroku for 30 */
    WRITE_MS = 3000,    /* to write down what happened, if no more is left */
    LOG_STOP_MS = 2000, /* after that, for a reader who may never come */
};

static const char usage[] =
    "Usage: dyndns53 [--check-config] [--help] [--version]\n"
    "\n"
    "Dynamic DNS server for Amazon Route 53. Set up by the environment; the\n"
    "least that it needs:\n"
    "\n"
    "  AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY   the account's credentials,\n"
    "                   unless a role or a profile gives some\n"
    "  DYNDNS_BUCKET, DYNDNS_DATABASE   the CSV of hosts and tokens in S3, or\n"
    "  DYNDNS_DATABASE                  alone: a local CSV file\n"
    "\n"
    "  --check-config   check the environment, print what is in force, exit\n"
    "  --help           print this, exit\n"
    "  --version        print the version, exit\n"
    "\n"
    "Everything else is in dyndns53(8).\n";

enum action { ACTION_RUN, ACTION_CHECK, ACTION_HELP, ACTION_VERSION };

static bool parse_options(int argc, char **argv, enum action *action)
{
    static const struct option options[] = {
        {"check-config", no_argument, NULL, ACTION_CHECK},
        {"help", no_argument, NULL, ACTION_HELP},
        {"version", no_argument, NULL, ACTION_VERSION},
        {NULL, 0, NULL, 0},
    };
    int option;

    *action = ACTION_RUN;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == '?')
            return false;
        *action = (enum action)option;
    }
    if (optind == argc)
        return true;
    fprintf(stderr, "dyndns53: unexpected argument: %s\n", argv[optind]);
    return false;
}

static const char *get_env(const char *name)
{
    return getenv(name);
}

static unsigned count_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    return cores < 1 ? 1 : (unsigned)cores;
}

static void print_advice(void *arg, const char *name, const char *words)
{
    (void)arg;
    fprintf(stderr, "dyndns53: warning: %s %s\n", name, words);
}

static void log_advice(void *arg, const char *name, const char *words)
{
    (void)arg;
    log_event(LOG_LEVEL_WARN, "config_doubtful", log_str("variable", name),
              log_str("advice", words));
}

static size_t advise(const struct config *config, config_advice_fn *tell)
{
    return config_advise_on_names(environ, tell, NULL) +
           config_advise_on_values(config, get_env, tell, NULL);
}

/* All that is wrong is shown at once; a name that is misspelt may be why
 * another is not set. */
static bool load_config(struct config *config)
{
    struct strbuf faults;
    enum status status;

    strbuf_init(&faults, CONFIG_FAULTS_MAX_BYTES);
    if (loaded_credentials_set(&faults) == STATUS_NOMEM)
        strbuf_append_string(&faults, "CREDENTIALS_DIRECTORY: out of memory\n");
    status = config_read(config, get_env, count_cores(), &faults);
    if (status == STATUS_INVALID)
        fprintf(stderr,
                "dyndns53: the environment is not as it should be:\n%s"
                "See dyndns53(8), ENVIRONMENT.\n",
                strbuf_string(&faults));
    if (status == STATUS_INVALID)
        config_advise_on_names(environ, print_advice, NULL);
    else if (status != STATUS_OK)
        fputs("dyndns53: memory is short\n", stderr);
    strbuf_clear(&faults);
    if (status != STATUS_OK)
        config_clear(config);
    return status == STATUS_OK;
}

static int check_config(const struct config *config)
{
    struct strbuf text;
    size_t doubts;

    strbuf_init(&text, CONFIG_FAULTS_MAX_BYTES);
    config_describe(config, &text);
    fputs(strbuf_string(&text), stdout);
    strbuf_clear(&text);
    if (fflush(stdout) != 0)
        return EXIT_FAILURE;
    doubts = advise(config, print_advice);
    return doubts > 0 ? EXIT_DOUBTFUL : EXIT_SUCCESS;
}

/* Each caller is a descriptor, so take as many as we may. */
static void raise_open_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* A host table that is replaced goes back to the kernel at once. Left alone,
 * glibc would keep ever larger blocks after the first that was freed. */
static void pin_malloc(void)
{
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
}

/* Sent by the updater to main, when a load of the table has ended. */
static int wake_signal(void)
{
    return SIGRTMIN;
}

/* Before the first thread, which inherits the mask: signals reach main's
 * sigtimedwait() and nobody else. */
static void block_signals(sigset_t *awaited)
{
    sigemptyset(awaited);
    sigaddset(awaited, wake_signal());
    sigaddset(awaited, SIGHUP);
    sigaddset(awaited, SIGINT);
    sigaddset(awaited, SIGTERM);
    pthread_sigmask(SIG_BLOCK, awaited, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* Returns the signal, or -1 after so many milliseconds; -1 of these: never. */
static int wait_for_signal(const sigset_t *awaited, int64_t ms)
{
    const struct timespec timeout = {.tv_sec = ms / 1000,
                                     .tv_nsec = ms % 1000 * 1000000};

    return sigtimedwait(awaited, NULL, ms < 0 ? NULL : &timeout);
}

static void wait_for_stop(const sigset_t *awaited, struct watch *watch)
{
    for (;;) {
        int64_t wait = watch_turn(watch, clock_now_ms());
        int number = wait_for_signal(awaited, wait);

        if (number == SIGHUP) {
            log_event(LOG_LEVEL_INFO, "reload", log_str("signal", "HUP"));
            watch_reload(watch);
        } else if (number == SIGINT || number == SIGTERM) {
            log_event(LOG_LEVEL_INFO, "stopping",
                      log_str("signal", number == SIGINT ? "INT" : "TERM"));
            return;
        }
    }
}

/* --- what is watched -------------------------------------------------------- */

struct served {
    struct http_server *server;
    struct updater *updater;
    const struct health *health;
};

static void open_to_callers(void *arg)
{
    http_server_open(((struct served *)arg)->server);
}

static bool has_tried_to_load(void *arg)
{
    return updater_has_tried_to_load(((struct served *)arg)->updater);
}

static void reload(void *arg)
{
    const struct served *served = arg;

    updater_reload(served->updater);
    http_server_reload(served->server);
}

static unsigned reloads_answered(void *arg)
{
    return updater_reloads_answered(((struct served *)arg)->updater);
}

static const char *who_hangs(void *arg)
{
    const struct served *served = arg;
    size_t loops = http_server_count_hanging(served->server);
    bool updater = !updater_is_alive(served->updater);

    return updater ? "updater" : loops > 0 ? "loop" : NULL;
}

static void describe(void *arg, struct strbuf *out)
{
    health_write_line(((struct served *)arg)->health, out);
}

static void wake_main(void *main_thread)
{
    pthread_kill(*(pthread_t *)main_thread, wake_signal());
}

/* On sockets that were passed, callers queue already. */
static void watch_over(struct served *served, bool callers_queue,
                       struct service_manager *manager, const sigset_t *awaited)
{
    const struct watch_parts parts = {
        served,           open_to_callers, has_tried_to_load, reload,
        reloads_answered, who_hangs,       describe};
    struct watch watch;

    watch_init(&watch, &parts, manager, clock_now_ms(), callers_queue);
    wait_for_stop(awaited, &watch);
    watch_stop(&watch);
}

static void on_update(void *updater, struct update_request *update)
{
    updater_post(updater, update);
}

/* What a new table is handed to. */
struct table_users {
    struct http_server *server;
    struct history *history; /* NULL: none is kept */
    struct expirer *expirer; /* NULL: nothing is told of who is silent */
};

static void on_table(void *arg, struct host_table *host_table)
{
    const struct table_users *users = arg;

    http_server_use_table(users->server, host_table);
    if (users->history != NULL)
        history_use_table(users->history, host_table);
    if (users->expirer != NULL)
        expirer_use_table(users->expirer, host_table);
}

static void log_cannot_start(void)
{
    log_event(LOG_LEVEL_ERROR, "cannot_start",
              log_str("reason", "memory, threads or descriptors are short"));
}

/* What serves, from its start to its end. */
struct service {
    struct http_server *server;
    struct updater *updater;
    struct history *history; /* NULL: nobody wants to know what happened */
    struct alerts *alerts;   /* NULL: nobody wants to be told */
    struct alert_eyes eyes;
    struct alert_board board;
    struct login_attacks attacks;
    struct expirer *expirer; /* NULL: it could not know who is silent */
    struct table_users table_users;
    struct health health;
    struct in_transit_counts in_transit;
    struct metric_registry metrics;
    struct passed_sockets passed;
    bool callers_queue; /* on sockets that were passed, already */
    struct service_manager manager;
    pthread_t main_thread;
    time_t started_at;
};

static void register_metrics(struct service *service)
{
    metric_register_filled(&service->metrics, &process_metric_table,
                           process_metrics_fill, &service->started_at);
    metric_register_filled(&service->metrics, &health_metric_table,
                           health_metrics_fill, &service->health);
}

/* --- the history ------------------------------------------------------------ */

static void describe_self(void *arg, struct event_copy *copy)
{
    const struct service *service = arg;
    struct updater_figures figures = updater_look(service->updater);

    copy->pending = figures.pending;
    copy->route53_calls = figures.route53_calls;
    copy->throttled = figures.throttled;
}

/* Each loop and the updater get a queue of their own. False: memory is short. */
static bool use_queues(struct service *service, unsigned threads)
{
    struct event_queue *queues[HTTP_THREADS_MAX], *events;

    for (unsigned i = 0; i < threads; i++)
        if ((queues[i] = history_add_queue(service->history)) == NULL)
            return false;
    events = history_add_queue(service->history);
    if (events == NULL)
        return false;
    http_server_use_queues(service->server, queues);
    updater_use_queue(service->updater, events);
    return true;
}

static void on_question(void *history, struct history_query *query)
{
    history_ask(history, query);
}

/* Where nobody asks what happened, no caller pays for it. False: memory or
 * threads are short. */
static bool start_history(struct service *service, const struct config *config)
{
    if (!config_wants_history(config))
        return true;
    service->history = history_new(&config->history, &config->aws,
                                   &service->metrics, describe_self, service);
    if (service->history == NULL || !use_queues(service, config->http.threads))
        return false;
    service->table_users.history = service->history;
    http_server_ask_history(service->server, on_question, service->history);
    return history_start(service->history) == STATUS_OK;
}

/* --- alerts ------------------------------------------------------------------- */

/* Without a place where it is kept what was told, nothing is. False: memory or
 * threads are short. */
static bool start_alerts(struct service *service, const struct config *config)
{
    struct alerts_parts parts = {
        .settings = &config->alerts,
        .state = config->history.state,
        .aws = &config->aws,
        .board = &service->board,
        .facts = alert_eyes_facts,
        .facts_arg = &service->eyes,
        .scan = alert_eyes_scan,
        .scan_arg = &service->eyes,
    };

    if (parts.state == NULL)
        return true;
    service->eyes = (struct alert_eyes){
        .health = &service->health,
        .dns = updater_dns_metrics(service->updater),
        .table = updater_table_metrics(service->updater),
        .attacks = &service->attacks,
        .history = service->history,
        .after_s = config->alerts.after_seconds,
        .seal_s = config->history.seconds,
    };
    http_server_show_alerts(service->server, &service->board);
    service->alerts = alerts_new(&parts, &service->metrics);
    return service->alerts != NULL &&
           http_server_watch_attacks(service->server, &service->attacks) &&
           alerts_start(service->alerts) == STATUS_OK;
}

/* --- who does not call any more ---------------------------------------------- */

static struct history_view look_at_history(void *arg)
{
    return history_look(((struct service *)arg)->history);
}

/* Whom a scan that is cut short leaves out, the next one comes upon. */
static void scan_history(void *arg, enum host_attribute attribute,
                         host_rows_each_fn *each, void *each_arg)
{
    (void)history_scan(((struct service *)arg)->history, attribute, each,
                       each_arg);
}

static void expire_records(void *arg, struct expiry_request *request)
{
    updater_expire(((struct service *)arg)->updater, request);
}

/* Rows may have an expire_after, whatever is set; but one server's word alone
 * proves no silence. */
static bool start_expirer(struct service *service, const struct config *config)
{
    const struct expirer_parts parts = {service, look_at_history, scan_history,
                                        expire_records};
    const struct expiry_rules rules = {
        config->expiry.after_seconds, config->dns.nochg_seconds,
        2 * config->history.seconds,
        COPIES_PATIENCE_INTERVALS * config->history.seconds};

    if (config->history.state == NULL)
        return true;
    service->expirer = expirer_new(&parts, &rules, config->expiry.is_dry_run);
    if (service->expirer == NULL)
        return false;
    service->table_users.expirer = service->expirer;
    return expirer_start(service->expirer) == STATUS_OK;
}

/* False, with the reason in the log, where it cannot start. */
static bool start(struct service *service, const struct config *config)
{
    const struct http_limits limits = {config->dns.nochg_seconds,
                                       config->dns.deadline_seconds,
                                       config->dns.ttl_seconds};

    service->server = http_server_new(&config->http, &service->passed, limits,
                                      &service->health, &service->in_transit,
                                      &service->metrics);
    if (service->server == NULL)
        return false;
    service->table_users.server = service->server;
    service->updater =
        updater_new(config, &service->health, &service->in_transit,
                    &service->metrics, on_table, &service->table_users);
    if (service->updater != NULL && start_history(service, config) &&
        start_alerts(service, config) && start_expirer(service, config)) {
        updater_on_load(service->updater, wake_main, &service->main_thread);
        if (http_server_start(service->server, on_update, service->updater) ==
                STATUS_OK &&
            updater_start(service->updater) == STATUS_OK)
            return true;
    }
    log_cannot_start();
    return false;
}

static int64_t write_until(int64_t stop_at)
{
    int64_t least = clock_now_ms() + WRITE_MS;

    return stop_at > least ? stop_at : least;
}

/* What was started, as far as it was. The loops go last, since the others send
 * them messages; the history is written down when nothing can happen any more. */
static void stop(struct service *service)
{
    int64_t stop_at = clock_now_ms() + STOP_MS;

    if (service->server == NULL)
        return;
    if (service->alerts != NULL)
        alerts_ask_to_stop(service->alerts);
    if (service->expirer != NULL)
        expirer_stop(service->expirer);
    http_server_stop(service->server, stop_at);
    if (service->updater != NULL)
        updater_stop(service->updater, stop_at);
    if (service->alerts != NULL)
        alerts_stop(service->alerts, stop_at);
    if (service->history != NULL)
        history_stop(service->history, write_until(stop_at));
    http_server_join(service->server);
    alerts_free(service->alerts);
    updater_free(service->updater);
    expirer_free(service->expirer);
    history_free(service->history);
    http_server_free(service->server);
}

static int run(struct service *service, const struct config *config,
               const sigset_t *awaited)
{
    int result = EXIT_FAILURE;

    advise(config, log_advice);
    raise_open_files();
    pin_malloc();
    register_metrics(service);
    service->callers_queue = service->passed.count > 0;
    if (start(service, config)) {
        struct served served = {service->server, service->updater,
                                &service->health};

        log_event(LOG_LEVEL_INFO, "started",
                  log_str("version", DYNDNS53_VERSION),
                  log_uint("threads", config->http.threads));
        watch_over(&served, service->callers_queue, &service->manager, awaited);
        result = EXIT_SUCCESS;
    }
    stop(service);
    log_event(LOG_LEVEL_INFO, "stopped", log_int("status", result));
    return result;
}

static int serve(const struct config *config)
{
    static struct service service;
    sigset_t awaited;
    int result = EXIT_FAILURE;

    service.main_thread = pthread_self();
    service.started_at = time(NULL);
    alert_board_init(&service.board);
    login_attacks_init(&service.attacks);
    health_init(&service.health, config->table.bucket != NULL,
                service.started_at);
    block_signals(&awaited);
    service_manager_init(&service.manager);
    if (passed_sockets_take(&service.passed) == STATUS_OK) {
        if (log_start() == STATUS_OK)
            result = run(&service, config, &awaited);
        else
            log_cannot_start();
    }
    passed_sockets_clear(&service.passed);
    service_manager_clear(&service.manager);
    login_attacks_clear(&service.attacks);
    alert_board_clear(&service.board);
    log_stop(LOG_STOP_MS);
    return result;
}

int main(int argc, char **argv)
{
    enum action action;
    struct config config;
    int result;

    core_files_forbid();
    if (!parse_options(argc, argv, &action)) {
        fputs("Try 'dyndns53 --help'.\n", stderr);
        return EXIT_USAGE;
    }
    if (action == ACTION_HELP || action == ACTION_VERSION) {
        fputs(action == ACTION_HELP ? usage : "dyndns53 " DYNDNS53_VERSION "\n",
              stdout);
        return EXIT_SUCCESS;
    }
    if (!load_config(&config))
        return EXIT_USAGE;
    log_open("dyndns53", config.log_target, config.log_level);
    if (action == ACTION_CHECK) {
        result = check_config(&config);
    } else if (aws_global_init() == STATUS_OK) {
        result = serve(&config);
        aws_global_cleanup();
    } else {
        result = EXIT_FAILURE;
    }
    config_clear(&config);
    return result;
}
