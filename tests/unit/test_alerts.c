#include "server/alerts/alerts.h"

#include "aws/aws_client.h"
#include "base/clock.h"
#include "base/log.h"
#include "journal/object_store.h"
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
#include <unistd.h>

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
static atomic_bool is_silent, is_ill, is_attacked;
static atomic_uint host_count;

static struct login_attack attacks[] = {
    {.name = "/status"}, {.name = ""}, {.name = "a.example.org"}};

/* --- what is logged, and a store whose answers get lost ------------------------ */

static atomic_uint begun_logged, ended_logged;
/* The answer to the first one that has this in it is lost; NULL: none is. */
static _Atomic(const char *) losing;

void __wrap_log_write(enum log_level level, const char *event,
                      const struct log_field *fields, size_t count);
enum status __real_object_store_put(struct object_store *to, const char *key,
                                    struct span body, const char *content_type,
                                    enum object_condition condition,
                                    struct object_tag *tag);
enum status __wrap_object_store_put(struct object_store *to, const char *key,
                                    struct span body, const char *content_type,
                                    enum object_condition condition,
                                    struct object_tag *tag);

void __wrap_log_write(enum log_level level, const char *event,
                      const struct log_field *fields, size_t count)
{
    (void)level;
    (void)fields;
    (void)count;
    if (strcmp(event, "alert_begun") == 0)
        atomic_fetch_add(&begun_logged, 1);
    if (strcmp(event, "alert_ended") == 0)
        atomic_fetch_add(&ended_logged, 1);
}

enum status __wrap_object_store_put(struct object_store *to, const char *key,
                                    struct span body, const char *content_type,
                                    enum object_condition condition,
                                    struct object_tag *tag)
{
    const char *what = atomic_load(&losing);
    struct object_tag before = *tag;
    enum status status =
        __real_object_store_put(to, key, body, content_type, condition, tag);

    if (status != STATUS_OK || what == NULL ||
        memmem(body.ptr, body.len, what, strlen(what)) == NULL)
        return status;
    atomic_store(&losing, NULL);
    *tag = before;
    return STATUS_UNAVAILABLE;
}

/* --- the server ------------------------------------------------------------------ */

static void facts_now(void *arg, struct alert_facts *facts)
{
    (void)arg;
    if (atomic_load(&is_attacked)) {
        facts->attacks = attacks;
        facts->attack_count = sizeof attacks / sizeof attacks[0];
    }
    facts->route53_ill = atomic_load(&is_ill);
    facts->route53_reason = "denied";
}

static bool scan_hosts(void *arg, struct alert_hosts_scan *scan)
{
    struct alert_host host = {.expect_within_s = 100};
    char name[32];

    (void)arg;
    scan->as_of = scan->now;
    scan->in_touch_since = 1;
    host.accessed_at = atomic_load(&is_silent) ? 1000 : scan->now;
    for (unsigned i = 0; i < atomic_load(&host_count); i++) {
        snprintf(name, sizeof name,
                 i == 0 ? "a.example.org" : "a%u.example.org", i);
        host.name = span_from_string(name);
        alert_hosts_see(scan, &host);
    }
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

static struct alert_list shown;

static void wait_for(unsigned i, size_t count)
{
    struct patience patience = patience_for("alerts on the board");

    alert_board_read(&boards[i], &shown);
    while ((shown.count != count || shown.as_of == 0) &&
           patience_lasts(&patience))
        alert_board_read(&boards[i], &shown);
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

static void wait_until_logged(unsigned begun, unsigned ended)
{
    struct patience patience = patience_for("the log");

    while (atomic_load(&begun_logged) < begun ||
           atomic_load(&ended_logged) < ended)
        if (!patience_lasts(&patience))
            return;
}

/* The ledger was saved, though the copy does not know. */
static void test_news_is_logged_once_though_the_answer_is_lost(void **state)
{
    (void)state;
    atomic_store(&is_silent, true);
    atomic_store(&losing, "\"ended\":0");
    start(0);
    wait_until_logged(1, 0);
    wait_until_told(BEGUN);
    assert_null(atomic_load(&losing));
    atomic_store(&losing, "\"ended\":1"); /* a date */
    atomic_store(&is_silent, false);
    wait_until_logged(1, 1);
    wait_until_told(BEGUN ENDED);
    stop(0);
    assert_null(atomic_load(&losing));
    assert_int_equal(atomic_load(&begun_logged), 1);
    assert_int_equal(atomic_load(&ended_logged), 1);
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

static const struct alert_notice *find(const char *title)
{
    for (size_t i = 0; i < shown.named; i++)
        if (strcmp(shown.notices[i].title, title) == 0)
            return &shown.notices[i];
    fail_msg("not on the board: %s", title);
    return NULL;
}

static const struct {
    const char *title, *kind, *subject;
    bool is_of_host, is_silence;
} notices[] = {
    {"a.example.org is silent", "host_silent", "a.example.org", true, true},
    {"Route 53 cannot be used", "route53_unreachable", "", false, false},
    {"somebody guesses at tokens", "login_attacked", "*", false, false},
    {"somebody guesses at the token of /status", "login_attacked", "/status",
     false, false},
    {"somebody guesses at the token of a.example.org", "login_attacked",
     "a.example.org", true, false},
};

static void set_off_all(void)
{
    for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++)
        attacks[i].at = clock_date_ms() / 1000 + PATIENCE_MS / 1000;
    atomic_store(&is_attacked, true);
    atomic_store(&is_ill, true);
}

static void test_the_board_tells_what_each_is_about(void **state)
{
    (void)state;
    set_off_all();
    atomic_store(&is_silent, true);
    start(0);
    wait_for(0, 5);
    for (size_t i = 0; i < sizeof notices / sizeof notices[0]; i++) {
        const struct alert_notice *notice = find(notices[i].title);

        assert_string_equal(notice->kind, notices[i].kind);
        assert_string_equal(notice->subject, notices[i].subject);
        assert_int_equal(notice->is_of_host, notices[i].is_of_host);
        assert_int_equal(notice->is_silence, notices[i].is_silence);
    }
    assert_string_equal(shown.notices[0].kind, "route53_unreachable");
    assert_string_equal(shown.notices[4].kind, "host_silent");
    assert_int_equal(shown.silent, 1);
    assert_int_equal(find("a.example.org is silent")->since, 1000);
    stop(0);
}

/* Hosts are silent first, and are more than there is room for; then there is
 * other trouble. Or the other way round. */
static void test_silent_hosts_leave_room_for_the_reason(void **state)
{
    (void)state;
    atomic_store(&host_count, ALERT_BOARD_MAX + 50);
    for (unsigned i = 0; i < COPIES; i++) {
        atomic_store(&is_silent, i == 0);
        atomic_store(&is_ill, i == 1);
        start(i);
        wait_for(i, i == 0 ? ALERT_BOARD_MAX + 50 : 1);
        atomic_store(&is_silent, true);
        atomic_store(&is_ill, true);
        wait_for(i, ALERT_BOARD_MAX + 51);
        assert_int_equal(shown.named, ALERT_BOARD_MAX);
        assert_int_equal(shown.silent, ALERT_BOARD_MAX + 50);
        assert_string_equal(shown.notices[0].kind, "route53_unreachable");
        assert_string_equal(shown.notices[1].kind, "host_silent");
        stop(i);
        assert_int_equal(unlink(scratch_path("state/alerts.json")), 0);
    }
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
    atomic_store(&is_attacked, false);
    atomic_store(&host_count, 1);
    atomic_store(&begun_logged, 0);
    atomic_store(&ended_logged, 0);
    atomic_store(&losing, NULL);
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
        TEST(test_news_is_logged_once_though_the_answer_is_lost),
        TEST(test_a_start_does_not_tell_again),
        TEST(test_trouble_of_its_own),
        TEST(test_the_board_tells_what_each_is_about),
        TEST(test_silent_hosts_leave_room_for_the_reason),
        TEST(test_a_stop_right_after_the_start),
    };

    return cmocka_run_group_tests(tests, set_up_globals, tear_down_globals);
}
