#include "server/alerts/alert_command.h"

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

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static atomic_bool abandoned;
static struct strbuf why;

static enum status run(const char *path, int64_t timeout_ms)
{
    static const struct alert_entry host = {.kind = ALERT_HOST_SILENT,
                                            .subject = (char *)"a.example.org",
                                            .detail = (char *)"",
                                            .since = 1795300000};
    static const struct alert_entry *const entries[] = {&host};
    const struct alert_message message = {
        ALERT_HOST_SILENT, ALERT_BEGUN, 1, entries, "box", 1795307200};
    const struct alert_command command = {path, timeout_ms, &abandoned};

    strbuf_clear(&why);
    strbuf_init(&why, 1000);
    return alert_command_run(&command, &message, &why);
}

/* A program of the operator's. */
static char *script(const char *text)
{
    char *path = scratch_write("command", span_from_string(text));

    assert_int_equal(chmod(path, 0700), 0);
    return path;
}

/* What it left in the file "out", which is then empty. */
static const char *left(void)
{
    static char text[4096];
    FILE *file = fopen(scratch_path("out"), "r");
    size_t len;

    assert_non_null(file);
    len = fread(text, 1, sizeof text - 1, file);
    text[len] = '\0';
    fclose(file);
    remove(scratch_path("out"));
    return text;
}

static void test_it_is_given_the_message(void **state)
{
    (void)state;
    assert_int_equal(
        run(script("#!/bin/sh\ncd \"${0%/*}\"\ncat > out\n"), PATIENCE_MS),
        STATUS_OK);
    assert_non_null(strstr(left(), "\"title\":\"a.example.org is silent\""));
    assert_int_equal(
        run(script("#!/bin/sh\ncd \"${0%/*}\"\n"
                   "echo $DYNDNS_ALERT_EVENT $DYNDNS_ALERT_KIND "
                   "$DYNDNS_ALERT_COUNT $DYNDNS_ALERT_TITLE > out\n"
                   "printf %s \"$DYNDNS_ALERT_TEXT\" | tail -n1 >> out\n"),
            PATIENCE_MS),
        STATUS_OK);
    assert_string_equal(left(), "begun host_silent 1 a.example.org is silent\n"
                                "dyndns53 on box, 2026-11-22T00:26:40Z\n");
}

static void test_it_is_given_none_of_our_secrets(void **state)
{
    const char *text;

    (void)state;
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    setenv("DYNDNS_ALERT_WEBHOOK_SECRET", "secret", 1);
    assert_int_equal(
        run(script("#!/bin/sh\ncd \"${0%/*}\"\nenv > out\n"), PATIENCE_MS),
        STATUS_OK);
    text = left();
    assert_null(strstr(text, "secret"));
    assert_non_null(strstr(text, "PATH="));
}

static const struct {
    const char *label, *text;
    enum status status;
    const char *why;
} programs[] = {
    {"it need not read", "#!/bin/sh\nexit 0\n", STATUS_OK, ""},
    {"it may say that it could not", "#!/bin/sh\nexit 3\n", STATUS_INVALID,
     "status 3"},
    {"it may be killed by others", "#!/bin/sh\nkill -KILL $$\n", STATUS_INVALID,
     "signal 9"},
    {"it must be a program", "no program", STATUS_UNAVAILABLE,
     "cannot be started"},
};

static void test_how_it_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(programs); i++) {
        print_message("  %s\n", programs[i].label);
        assert_int_equal(run(script(programs[i].text), PATIENCE_MS),
                         programs[i].status);
        assert_non_null(strstr(strbuf_string(&why), programs[i].why));
    }
    assert_int_equal(run("/nonexistent/command", PATIENCE_MS),
                     STATUS_UNAVAILABLE);
}

static void test_it_has_so_much_time_and_no_more(void **state)
{
    (void)state;
    assert_int_equal(run(script("#!/bin/sh\nsleep 100000 & sleep 100000\n"), 1),
                     STATUS_UNAVAILABLE);
    assert_non_null(strstr(strbuf_string(&why), "too long"));
}

static void test_it_is_killed_when_the_server_has_no_time_left(void **state)
{
    (void)state;
    atomic_store(&abandoned, true);
    assert_int_equal(run(script("#!/bin/sh\nsleep 100000\n"), PATIENCE_MS),
                     STATUS_UNAVAILABLE);
    assert_string_equal(strbuf_string(&why),
                        "it was killed, since the server stops");
    atomic_store(&abandoned, false);
}

static int set_up(void **state)
{
    signal(SIGPIPE, SIG_IGN);
    strbuf_init(&why, 1000);
    return scratch_folder_set_up(state);
}

static int tear_down(void **state)
{
    strbuf_clear(&why);
    return scratch_folder_tear_down(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_given_the_message),
        cmocka_unit_test(test_it_is_given_none_of_our_secrets),
        cmocka_unit_test(test_how_it_ends),
        cmocka_unit_test(test_it_has_so_much_time_and_no_more),
        cmocka_unit_test(test_it_is_killed_when_the_server_has_no_time_left),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
