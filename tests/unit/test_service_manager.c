#include "server/service_manager.h"

#include "base/log.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* --- the log --------------------------------------------------------------------- */

static char said[2048];
static unsigned lines;

void __wrap_log_write(enum log_level level, const char *event,
                      const struct log_field *fields, size_t count);
void __wrap_log_write(enum log_level level, const char *event,
                      const struct log_field *fields, size_t count)
{
    char line[LOG_LINE_MAX_BYTES];

    assert_int_equal(level, LOG_LEVEL_WARN);
    log_format(line, "", event, fields, count);
    snprintf(said, sizeof said, "%s", line);
    lines++;
}

/* --- the manager ----------------------------------------------------------------- */

static char heard[1024];
static const char *path;
static int ear;

static void listen_at(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
                                strlen(name) + (name[0] == '@' ? 0 : 1));

    memcpy(address.sun_path, name, strlen(name));
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    ear = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(ear >= 0);
    assert_int_equal(bind(ear, (struct sockaddr *)&address, len), 0);
}

/* The next news, or "" when there is none. */
static const char *hear(void)
{
    ssize_t len = recv(ear, heard, sizeof heard - 1, 0);

    heard[len < 0 ? 0 : len] = '\0';
    return heard;
}

static int set_up(void **state)
{
    said[0] = '\0';
    lines = 0;
    ear = -1;
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    if (scratch_folder_set_up(state) != 0)
        return -1;
    path = scratch_path("notify");
    return 0;
}

static int tear_down(void **state)
{
    if (ear >= 0)
        close(ear);
    return scratch_folder_tear_down(state);
}

static void init_at(struct service_manager *manager, const char *address)
{
    setenv("NOTIFY_SOCKET", address, 1);
    service_manager_init(manager);
}

/* --- tests ----------------------------------------------------------------------- */

static void test_without_a_manager_nothing_happens(void **state)
{
    static const char *const nobody[] = {NULL, ""};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct service_manager manager;

        if (nobody[i] != NULL)
            setenv("NOTIFY_SOCKET", nobody[i], 1);
        setenv("WATCHDOG_USEC", "1000000", 1);
        service_manager_init(&manager);
        assert_false(service_manager_listens(&manager));
        assert_int_equal(manager.watchdog_ms, 0);
        service_manager_ready(&manager);
        service_manager_status(&manager, "3 hosts");
        service_manager_clear(&manager);
        assert_int_equal(lines, 0);
    }
}

static void tell_and_hear_all(const char *address)
{
    struct service_manager manager;
    long long monotonic;
    struct timespec now;

    listen_at(address);
    init_at(&manager, address);
    assert_true(service_manager_listens(&manager));
    service_manager_ready(&manager);
    assert_string_equal(hear(), "READY=1");
    service_manager_reloading(&manager);
    assert_int_equal(
        sscanf(hear(), "RELOADING=1\nMONOTONIC_USEC=%lld", &monotonic), 1);
    clock_gettime(CLOCK_MONOTONIC, &now);
    assert_in_range(monotonic, (now.tv_sec - 3600) * 1000000LL,
                    (now.tv_sec + 1) * 1000000LL);
    service_manager_alive(&manager);
    assert_string_equal(hear(), "WATCHDOG=1");
    service_manager_stopping(&manager);
    assert_string_equal(hear(), "STOPPING=1");
    assert_string_equal(hear(), "");
    service_manager_clear(&manager);
    assert_int_equal(lines, 0);
}

static void test_it_is_told_at_a_path(void **state)
{
    (void)state;
    tell_and_hear_all(path);
}

static void test_it_is_told_at_a_name_in_the_abstract_namespace(void **state)
{
    char name[100];

    (void)state;
    snprintf(name, sizeof name, "@dyndns53%.80s", scratch_folder());
    tell_and_hear_all(name);
}

static void test_the_status_is_told_when_it_changes(void **state)
{
    struct service_manager manager;
    char longest[2 * SERVICE_STATUS_MAX_BYTES] = "";

    (void)state;
    listen_at(path);
    init_at(&manager, path);
    service_manager_status(&manager, "3 hosts");
    assert_string_equal(hear(), "STATUS=3 hosts");
    service_manager_status(&manager, "3 hosts");
    assert_string_equal(hear(), "");
    service_manager_status(&manager, "3 hosts, S3 denied");
    assert_string_equal(hear(), "STATUS=3 hosts, S3 denied");
    memset(longest, 'x', sizeof longest - 1);
    service_manager_status(&manager, longest);
    assert_int_equal(strlen(hear()), 7 + SERVICE_STATUS_MAX_BYTES - 1);
    service_manager_status(&manager, longest);
    assert_string_equal(hear(), "");
    service_manager_clear(&manager);
}

static void test_children_inherit_nothing(void **state)
{
    struct service_manager manager;

    (void)state;
    setenv("WATCHDOG_USEC", "1000000", 1);
    setenv("WATCHDOG_PID", "1", 1);
    listen_at(path);
    init_at(&manager, path);
    assert_null(getenv("NOTIFY_SOCKET"));
    assert_null(getenv("WATCHDOG_USEC"));
    assert_null(getenv("WATCHDOG_PID"));
    service_manager_clear(&manager);
}

static void test_the_watchdog(void **state)
{
    char self[16];
    const struct {
        const char *label, *usec, *pid;
        int64_t ms;
    } cases[] = {
        {"its time is in microseconds", "30000000", self, 30000},
        {"without a process it is for whoever reads it", "500000", NULL, 500},
        {"more than an hour is a time too", "7200000000", self, 7200000},
        {"another process's is not ours", "30000000", "1", 0},
        {"no time, no watchdog", NULL, self, 0},
        {"what is no number is none", "30s", self, 0},
        {"nor is one below nothing", "-1", self, 0},
    };

    (void)state;
    snprintf(self, sizeof self, "%ld", (long)getpid());
    listen_at(path);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct service_manager manager;

        if (cases[i].usec != NULL)
            setenv("WATCHDOG_USEC", cases[i].usec, 1);
        if (cases[i].pid != NULL)
            setenv("WATCHDOG_PID", cases[i].pid, 1);
        init_at(&manager, path);
        if (manager.watchdog_ms != cases[i].ms)
            fail_msg("%s: %lld", cases[i].label,
                     (long long)manager.watchdog_ms);
        service_manager_clear(&manager);
    }
}

static void test_an_address_that_is_none_is_told(void **state)
{
    static char too_long[sizeof((struct sockaddr_un *)0)->sun_path + 2];
    const char *const wrong[] = {"run/notify", "vsock:2:1", "/", "@", too_long};

    (void)state;
    memset(too_long, 'x', sizeof too_long - 1);
    too_long[0] = '/';
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct service_manager manager;

        lines = 0;
        init_at(&manager, wrong[i]);
        assert_false(service_manager_listens(&manager));
        assert_int_equal(lines, 1);
        assert_non_null(strstr(said, "event=service_manager_deaf"));
        assert_non_null(strstr(said, "neither a path nor @name"));
        service_manager_clear(&manager);
    }
}

static void test_that_nobody_is_there_is_told_once(void **state)
{
    struct service_manager manager;

    (void)state;
    init_at(&manager, path);
    service_manager_ready(&manager);
    service_manager_alive(&manager);
    assert_int_equal(lines, 1);
    assert_non_null(strstr(said, "event=service_manager_deaf"));
    assert_non_null(strstr(said, "No such file"));
    service_manager_clear(&manager);
}

/* A full queue is the kernel's "try again", after a while. */
static void test_one_that_does_not_read_holds_nobody_up_for_ever(void **state)
{
    struct service_manager manager;

    (void)state;
    listen_at(path);
    init_at(&manager, path);
    for (unsigned i = 0; i < 100000 && lines == 0; i++)
        service_manager_alive(&manager);
    assert_int_equal(lines, 1);
    service_manager_clear(&manager);
}

#define TEST(function)                                                         \
    cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_without_a_manager_nothing_happens),
        TEST(test_it_is_told_at_a_path),
        TEST(test_it_is_told_at_a_name_in_the_abstract_namespace),
        TEST(test_the_status_is_told_when_it_changes),
        TEST(test_children_inherit_nothing),
        TEST(test_the_watchdog),
        TEST(test_an_address_that_is_none_is_told),
        TEST(test_that_nobody_is_there_is_told_once),
        TEST(test_one_that_does_not_read_holds_nobody_up_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
