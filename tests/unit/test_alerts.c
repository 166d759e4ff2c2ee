#include "server/alerts/alerts.h"

#include "aws/aws_client.h"
#include "base/clock.h"
#include "tests/unit/patience.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

/* Copies of one server, each with a program that writes down what it is told. */
enum { COPIES = 2 };

static struct alert_settings settings;
static struct aws_config aws = {.access_key_id = (char *)"AKIA",
                                .secret_access_key = (char *)"secret",
                                .region = (char *)"us-east-1"};
static struct alert_board boards[COPIES];
static struct metric_registry registries[COPIES];
static struct alerts *copies[COPIES];
static atomic_bool is_silent, is_ill;

static void facts_now(void *arg, struct alert_facts *facts)
{
    (void)arg;
    facts->route53_ill = atomic_load(&is_ill);
    facts->route53_reason = "denied";
}

static bool scan_hosts(void *arg, struct alert_hosts_scan *scan)
{
    struct alert_host host = {.name = span_from_string("a.example.org"),
                              .expect_within_s = 100};

    (void)arg;
    scan->as_of = scan->now;
    scan->in_touch_since = 1;
    host.accessed_at = atomic_load(&is_silent) ? 1000 : scan->now;
    alert_hosts_see(scan, &host);
    return true;
}

static void start(unsigned i)
{
    const struct alerts_parts parts = {
        .settings = &settings,
        .state = scratch_path("state"),
        .aws = &aws,
        .board = &boards[i],
        .facts = facts_now,
        .scan = scan_hosts,
    };

    copies[i] = alerts_new(&parts, &registries[i]);
    assert_non_null(copies[i]);
    assert_int_equal(alerts_start(copies[i]), STATUS_OK);
}

static void stop(unsigned i)
{
    alerts_stop(copies[i], clock_now_ms() + PATIENCE_MS);
    alerts_free(copies[i]);
    registries[i].count = 0;
}

static size_t on_board(unsigned i, int64_t *as_of)
{
    struct alert_notice notices[4];
    size_t count;

    (void)alert_board_read(&boards[i], notices, 4, &count, as_of);
    return count;
}

static void wait_for(unsigned i, size_t count)
{
    struct patience patience = patience_for("alerts on the board");
    int64_t as_of = 0;

    while (on_board(i, &as_of) != count || as_of == 0)
        if (!patience_lasts(&patience))
            return;
}

static const char *told(void)
{
    static char text[4096];
    FILE *file = fopen(scratch_path("told"), "r");
    size_t len = 0;

    if (file != NULL) {
        len = fread(text, 1, sizeof text - 1, file);
        fclose(file);
    }
    text[len] = '\0';
    return text;
}

static void wait_until_told(const char *what)
{
    struct patience patience = patience_for(what);

    while (strcmp(told(), what) != 0)
        if (!patience_lasts(&patience))
            return;
}

#define BEGUN "begun a.example.org is silent\n"
#define ENDED "ended a.example.org is no longer silent\n"

static void test_copies_tell_once_between_them(void **state)
{
    (void)state;
    atomic_store(&is_silent, true);
    start(0);
    start(1);
    wait_for(0, 1);
    wait_for(1, 1);
    wait_until_told(BEGUN);
    atomic_store(&is_silent, false);
    wait_for(0, 0);
    wait_for(1, 0);
    wait_until_told(BEGUN ENDED);
    stop(0);
    stop(1);
    assert_string_equal(told(), BEGUN ENDED);
}

static void test_a_start_does_not_tell_again(void **state)
{
    (void)state;
    atomic_store(&is_silent, true);
    start(0);
    wait_until_told(BEGUN);
    stop(0);
    start(1); /* another copy, as after any start */
    wait_for(1, 1);
    atomic_store(&is_silent, false);
    wait_until_told(BEGUN ENDED);
    stop(1);
}

static void test_trouble_of_its_own(void **state)
{
    (void)state;
    atomic_store(&is_ill, true);
    start(0);
    wait_until_told("begun Route 53 cannot be used\n");
    atomic_store(&is_ill, false);
    wait_until_told("begun Route 53 cannot be used\n"
                    "ended Route 53 can be used again\n");
    stop(0);
}

static void test_a_stop_right_after_the_start(void **state)
{
    (void)state;
    start(0);
    stop(0);
}

static int set_up(void **state)
{
    static const char program[] =
        "#!/bin/sh\n"
        "echo \"$DYNDNS_ALERT_EVENT $DYNDNS_ALERT_TITLE\" >> "
        "\"${0%/*}/told\"\n";

    scratch_folder_set_up(state);
    settings = (struct alert_settings){
        .command = strdup(scratch_write("tell", span_from_string(program))),
        .after_seconds = 1,
    };
    assert_int_equal(chmod(settings.command, 0700), 0);
    for (unsigned i = 0; i < COPIES; i++)
        alert_board_init(&boards[i]);
    atomic_store(&is_silent, false);
    atomic_store(&is_ill, false);
    return 0;
}

static int tear_down(void **state)
{
    for (unsigned i = 0; i < COPIES; i++)
        alert_board_clear(&boards[i]);
    free(settings.command);
    return scratch_folder_tear_down(state);
}

static int set_up_globals(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    return aws_global_init() == STATUS_OK ? 0 : -1;
}

static int tear_down_globals(void **state)
{
    (void)state;
    aws_global_cleanup();
    return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_copies_tell_once_between_them),
        TEST(test_a_start_does_not_tell_again),
        TEST(test_trouble_of_its_own),
        TEST(test_a_stop_right_after_the_start),
    };

    return cmocka_run_group_tests(tests, set_up_globals, tear_down_globals);
}
