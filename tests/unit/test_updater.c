/* The updater's thread, posted to by several others; Route 53 is within the
 * test. Meant to be run under TSan too.
 */
#include "server/updater.h"

#include "aws/aws_client.h"
#include "base/clock.h"
#include "tests/unit/patience.h"
#include "tests/unit/scratch_folder.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    HOSTS = 6,
    POSTERS = 3,
    UPDATES = 400,
    FLIGHTS_MAX = 64,
    WATCHED_MAX_BYTES = 64 * 1024
};

/* --- a Route 53 on the updater's thread ---------------------------------------- */

static struct flight {
    route53_done_fn *done;
    route53_zones_fn *zones_done;
    void *arg;
} in_flight[FLIGHTS_MAX];
static size_t in_flight_count;
static atomic_bool silent; /* Route 53 does not answer */
static atomic_uint upserts;

enum status __wrap_route53_upsert(struct aws_client *client,
                                  struct span zone_id,
                                  const struct rrset *rrsets, size_t count,
                                  long timeout_ms, route53_done_fn *done,
                                  void *arg);
enum status __wrap_route53_list_hosted_zones(struct aws_client *client,
                                             struct span marker,
                                             long timeout_ms,
                                             route53_zones_fn *done, void *arg);
enum status __wrap_route53_list_rrsets(void);
void __real_aws_client_poll(struct aws_client *client, int timeout_ms);
void __wrap_aws_client_poll(struct aws_client *client, int timeout_ms);

/* The survey of records has a test of its own. */
enum status __wrap_route53_list_rrsets(void)
{
    return STATUS_NOMEM;
}

enum status __wrap_route53_upsert(struct aws_client *client,
                                  struct span zone_id,
                                  const struct rrset *rrsets, size_t count,
                                  long timeout_ms, route53_done_fn *done,
                                  void *arg)
{
    (void)client;
    (void)zone_id;
    (void)rrsets;
    (void)count;
    (void)timeout_ms;
    if (in_flight_count == FLIGHTS_MAX)
        return STATUS_NOMEM;
    atomic_fetch_add(&upserts, 1);
    in_flight[in_flight_count++] = (struct flight){.done = done, .arg = arg};
    return STATUS_OK;
}

enum status __wrap_route53_list_hosted_zones(struct aws_client *client,
                                             struct span marker,
                                             long timeout_ms,
                                             route53_zones_fn *done, void *arg)
{
    (void)client;
    (void)marker;
    (void)timeout_ms;
    if (in_flight_count == FLIGHTS_MAX)
        return STATUS_NOMEM;
    in_flight[in_flight_count++] =
        (struct flight){.zones_done = done, .arg = arg};
    return STATUS_OK;
}

static void land(const struct flight *flight)
{
    static const struct hosted_zone zone = {
        .id = SPAN_LITERAL("Z1"), .name = SPAN_LITERAL("example.org")};
    struct aws_reply reply = {.status = STATUS_OK, .condition = AWS_WELL};

    if (flight->done != NULL)
        flight->done(flight->arg, &reply);
    else
        flight->zones_done(flight->arg, &reply, &zone, 1, span_from("", 0));
}

void __wrap_aws_client_poll(struct aws_client *client, int timeout_ms)
{
    if (in_flight_count == 0 || atomic_load(&silent)) {
        __real_aws_client_poll(client, timeout_ms);
        return;
    }
    for (size_t left = in_flight_count; left > 0; left--) {
        struct flight first = in_flight[0];

        in_flight_count--;
        memmove(&in_flight[0], &in_flight[1],
                in_flight_count * sizeof in_flight[0]);
        land(&first);
    }
}

/* --- the server around it -------------------------------------------------------- */

static char key_id[] = "AKIAEXAMPLE", secret[] = "s3cret",
            region[] = "us-east-1";
static struct config config;
static struct health health;
static struct in_transit_counts in_transit;
static struct metric_registry metrics;
static struct updater *updater;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct host_table *in_service; /* under lock, as the rest */
static unsigned tables;

static void on_table(void *arg, struct host_table *host_table)
{
    (void)arg;
    pthread_mutex_lock(&lock);
    host_table_release(in_service);
    in_service = host_table_acquire(host_table);
    tables++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void wait_for_tables(unsigned count)
{
    pthread_mutex_lock(&lock);
    while (tables < count)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

static void write_table(size_t hosts)
{
    struct strbuf csv;

    strbuf_init(&csv, hosts * 32);
    for (size_t i = 0; i < hosts; i++)
        strbuf_printf(&csv, "h%zu.example.org,s3cret\n", i);
    assert_true(strbuf_ok(&csv));
    scratch_write("hosts.csv", strbuf_span(&csv));
    strbuf_clear(&csv);
}

static int set_up(void **state)
{
    log_open("test_updater", LOG_TARGET_STDERR, LOG_LEVEL_ERROR);
    memset(&in_transit, 0, sizeof in_transit);
    memset(&metrics, 0, sizeof metrics);
    atomic_store(&upserts, 0);
    tables = 0;
    in_flight_count = 0;
    atomic_store(&silent, false);
    if (scratch_folder_set_up(state) != 0)
        return -1;
    write_table(HOSTS);
    config = (struct config){
        .aws = {.access_key_id = key_id,
                .secret_access_key = secret,
                .region = region},
        .table.database = scratch_path("hosts.csv"),
        .dns.ttl_seconds = 60,
        .dns.calls_per_second = 1000,
        .dns.deadline_seconds = 20,
    };
    health_init(&health, false, time(NULL));
    updater =
        updater_new(&config, &health, &in_transit, &metrics, on_table, NULL);
    assert_non_null(updater);
    return 0;
}

static int tear_down(void **state)
{
    updater_free(updater);
    host_table_release(in_service);
    in_service = NULL;
    return scratch_folder_tear_down(state);
}

static int64_t soon(int64_t ms)
{
    return clock_now_ms() + ms;
}

/* --- callers ------------------------------------------------------------------------ */

struct caller {
    struct update_request *request;
    atomic_uint answers;
};

static atomic_uint answered;

static void on_done(struct update_request *request)
{
    struct caller *caller = request->owner;

    atomic_fetch_add(&caller->answers, 1);
    pthread_mutex_lock(&lock);
    atomic_fetch_add(&answered, 1);
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void wait_for_answers(unsigned count)
{
    pthread_mutex_lock(&lock);
    while (atomic_load(&answered) < count)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

/* A change of the host's A record, and beside it one that is none. */
static void post(struct caller *caller, unsigned host, unsigned number)
{
    struct address address = {
        ADDRESS_IPV4, {192, 0, (unsigned char)host, (unsigned char)number}};
    struct update_request *request = update_request_new(2);
    char name[32];

    assert_non_null(request);
    *caller = (struct caller){.request = request};
    snprintf(name, sizeof name, "h%u.example.org", host);
    for (size_t i = 0; i < 2; i++)
        update_change_set(&request->changes[i], span_from_string(name),
                          &address, 60);
    request->changes[1].outcome = OUTCOME_UNCHANGED;
    request->client = address;
    request->deadline_at = soon(PATIENCE_MS);
    request->done = on_done;
    request->owner = caller;
    in_transit_begin(&in_transit, update_change_name(&request->changes[0]));
    updater_post(updater, request);
}

/* What it was told, once; the caller is gone afterwards. */
static enum outcome take_answer(struct caller *caller)
{
    enum outcome outcome = caller->request->changes[0].outcome;

    assert_int_equal(atomic_load(&caller->answers), 1);
    assert_int_equal(caller->request->changes[1].outcome, OUTCOME_UNCHANGED);
    update_request_free(caller->request);
    return outcome;
}

static struct caller callers[POSTERS][UPDATES];

static void *post_many(void *arg)
{
    struct caller *mine = arg;

    for (unsigned i = 0; i < UPDATES; i++)
        post(&mine[i], i % HOSTS, i / HOSTS);
    return NULL;
}

static void assert_no_change_is_on_its_way(void)
{
    for (size_t i = 0; i < IN_TRANSIT_STRIPES; i++)
        assert_int_equal(atomic_load(&in_transit.counts[i]), 0);
}

/* What is counted may be read by anybody at any time. */
static void *watch(void *arg)
{
    const atomic_bool *stop = arg;
    struct strbuf text;

    strbuf_init(&text, WATCHED_MAX_BYTES);
    while (!atomic_load(stop)) {
        strbuf_rewind(&text);
        metric_write_text(&metrics, &text);
    }
    strbuf_clear(&text);
    return NULL;
}

static void assert_counted(const char *line)
{
    struct strbuf text;

    strbuf_init(&text, WATCHED_MAX_BYTES);
    metric_write_text(&metrics, &text);
    if (strstr(strbuf_string(&text), line) == NULL)
        fail_msg("no %s in\n%s", line, strbuf_string(&text));
    strbuf_clear(&text);
}

static void assert_all_is_counted(void)
{
    char line[96];

    snprintf(line, sizeof line,
             "\ndyndns53_batches_total{result=\"accepted\"} %u\n",
             atomic_load(&upserts));
    assert_counted(line);
    snprintf(line, sizeof line, "\ndyndns53_batch_changes_count %u\n",
             atomic_load(&upserts));
    assert_counted(line);
    assert_counted("\ndyndns53_route53_calls_per_second_max 1000\n");
    assert_counted("\ndyndns53_changes_pending 0\n");
    assert_counted("\ndyndns53_table_loads_total{result=\"loaded\"} 1\n");
}

static void test_every_update_is_answered_once(void **state)
{
    pthread_t threads[POSTERS], watcher;
    atomic_bool stop = false;

    (void)state;
    atomic_store(&answered, 0);
    assert_int_equal(updater_start(updater), STATUS_OK);
    wait_for_tables(1);
    assert_int_equal(pthread_create(&watcher, NULL, watch, &stop), 0);
    for (size_t i = 0; i < POSTERS; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, post_many, callers[i]), 0);
    for (size_t i = 0; i < POSTERS; i++)
        pthread_join(threads[i], NULL);
    wait_for_answers(POSTERS * UPDATES);
    updater_stop(updater, soon(PATIENCE_MS));
    atomic_store(&stop, true);
    pthread_join(watcher, NULL);
    assert_all_is_counted();
    for (size_t i = 0; i < POSTERS; i++) {
        for (size_t k = 0; k < UPDATES; k++) {
            assert_int_equal(take_answer(&callers[i][k]), OUTCOME_ACCEPTED);
        }
    }
    assert_no_change_is_on_its_way();
}

/* What loops read while the updater writes. */
static void *look(void *arg)
{
    const atomic_bool *stop = arg;
    struct address address = {ADDRESS_IPV4, {192, 0, 0, 1}};

    while (!atomic_load(stop)) {
        struct host_table *host_table;

        pthread_mutex_lock(&lock);
        host_table = host_table_acquire(in_service);
        pthread_mutex_unlock(&lock);
        for (uint32_t i = 0; i < hostdb_count(host_table->hosts); i++) {
            struct host host = hostdb_row(host_table->hosts, i);

            (void)rrset_cache_confirms(host_table->known, &in_transit, i,
                                       host.name, &address, clock_now_s(), 300);
        }
        host_table_release(host_table);
    }
    return NULL;
}

static void test_loops_look_on_while_tables_and_records_change(void **state)
{
    pthread_t looker, poster;
    atomic_bool stop = false;

    (void)state;
    atomic_store(&answered, 0);
    assert_int_equal(updater_start(updater), STATUS_OK);
    wait_for_tables(1);
    assert_int_equal(pthread_create(&looker, NULL, look, &stop), 0);
    assert_int_equal(pthread_create(&poster, NULL, post_many, callers[0]), 0);
    for (unsigned i = 2; i < 8; i++) {
        write_table(HOSTS + i % 2);
        updater_reload(updater);
        wait_for_tables(i);
    }
    pthread_join(poster, NULL);
    wait_for_answers(UPDATES);
    atomic_store(&stop, true);
    pthread_join(looker, NULL);
    updater_stop(updater, soon(PATIENCE_MS));
    for (size_t i = 0; i < UPDATES; i++)
        take_answer(&callers[0][i]);
    assert_no_change_is_on_its_way();
}

static void test_a_stop_waits_for_updates_in_hand(void **state)
{
    struct caller caller;

    (void)state;
    assert_int_equal(updater_start(updater), STATUS_OK);
    wait_for_tables(1);
    post(&caller, 0, 1);
    updater_stop(updater, soon(PATIENCE_MS));
    assert_int_equal(take_answer(&caller), OUTCOME_ACCEPTED);
}

static void test_a_stop_waits_no_longer_than_it_may(void **state)
{
    struct caller caller;
    int64_t stop_at;

    (void)state;
    assert_int_equal(updater_start(updater), STATUS_OK);
    wait_for_tables(1);
    atomic_store(&silent, true);
    post(&caller, 0, 1);
    stop_at = soon(100);
    updater_stop(updater, stop_at);
    assert_true(clock_now_ms() >= stop_at);
    /* It ended before the caller's own deadline, at which there is an answer. */
    assert_int_equal(atomic_load(&caller.answers), 0);
    updater_free(updater);
    updater = NULL;
    assert_int_equal(take_answer(&caller), OUTCOME_UNAVAILABLE);
    assert_no_change_is_on_its_way();
}

static void test_whoever_comes_too_late_is_answered_in_the_end(void **state)
{
    struct caller late;

    (void)state;
    assert_int_equal(updater_start(updater), STATUS_OK);
    updater_stop(updater, soon(PATIENCE_MS));
    post(&late, 0, 1);
    updater_stop(updater, soon(PATIENCE_MS)); /* twice does no harm */
    updater_free(updater);
    updater = NULL;
    assert_int_equal(take_answer(&late), OUTCOME_UNAVAILABLE);
    assert_no_change_is_on_its_way();
}

static atomic_uint loads_told;

static void on_load(void *arg)
{
    assert_ptr_equal(arg, &loads_told);
    atomic_fetch_add(&loads_told, 1);
}

static void test_it_tells_when_reloads_are_answered(void **state)
{
    struct patience patience = patience_for("two reloads to be answered");

    (void)state;
    updater_on_load(updater, on_load, &loads_told);
    assert_false(updater_has_tried_to_load(updater));
    updater_reload(updater);
    updater_reload(updater);
    assert_int_equal(updater_reloads_answered(updater), 0);
    assert_int_equal(updater_start(updater), STATUS_OK);
    /* It is told after it is so. */
    while ((updater_reloads_answered(updater) < 2 ||
            atomic_load(&loads_told) == 0) &&
           patience_lasts(&patience))
        sched_yield();
    assert_int_equal(updater_reloads_answered(updater), 2);
    assert_true(updater_has_tried_to_load(updater));
    assert_true(atomic_load(&loads_told) > 0);
    wait_for_tables(1); /* it serves already */
    updater_stop(updater, soon(PATIENCE_MS));
}

static void test_it_lives_while_its_thread_goes_round(void **state)
{
    struct patience patience = patience_for("the updater's heart");

    (void)state;
    assert_false(updater_is_alive(updater)); /* not started */
    assert_int_equal(updater_start(updater), STATUS_OK);
    for (unsigned beats = 0; beats < 3;) {
        if (updater_is_alive(updater)) /* which wakes it */
            beats++;
        else
            assert_true(patience_lasts(&patience));
    }
    updater_stop(updater, soon(PATIENCE_MS));
    updater_is_alive(updater);
    assert_false(updater_is_alive(updater));
}

static void test_an_updater_that_was_never_started(void **state)
{
    (void)state;
    updater_reload(updater);
    updater_stop(updater, soon(PATIENCE_MS));
    updater_free(NULL);
}

static int begin(void **state)
{
    (void)state;
    return aws_global_init() == STATUS_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    aws_global_cleanup();
    return 0;
}

int main(void)
{
#define UPDATER_TEST(test)                                                     \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        UPDATER_TEST(test_every_update_is_answered_once),
        UPDATER_TEST(test_loops_look_on_while_tables_and_records_change),
        UPDATER_TEST(test_a_stop_waits_for_updates_in_hand),
        UPDATER_TEST(test_a_stop_waits_no_longer_than_it_may),
        UPDATER_TEST(test_whoever_comes_too_late_is_answered_in_the_end),
        UPDATER_TEST(test_it_tells_when_reloads_are_answered),
        UPDATER_TEST(test_it_lives_while_its_thread_goes_round),
        UPDATER_TEST(test_an_updater_that_was_never_started),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
