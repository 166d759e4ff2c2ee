#include "server/http/passed_sockets.h"

#include "tests/unit/fake_route53.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { FIRST_FD = 3 };

/* --- what systemd does ----------------------------------------------------------- */

static void put(int fd, int at)
{
    assert_true(fd >= 0);
    if (fd == at) /* it was free */
        return;
    assert_int_equal(dup2(fd, at), at);
    close(fd);
}

/* A socket of this kind at a loopback address; listening or not. Returns its
 * port. */
static uint16_t pass(int at, int type, bool listening)
{
    struct sockaddr_in bound = {.sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof bound;

    put(socket(AF_INET, type, 0), at);
    assert_int_equal(bind(at, (struct sockaddr *)&bound, len), 0);
    if (listening)
        assert_int_equal(listen(at, 1), 0);
    assert_int_equal(getsockname(at, (struct sockaddr *)&bound, &len), 0);
    return ntohs(bound.sin_port);
}

static uint16_t pass_one(int at)
{
    return pass(at, SOCK_STREAM, true);
}

static void tell(long pid, const char *count, const char *names)
{
    char text[16];

    snprintf(text, sizeof text, "%ld", pid);
    setenv("LISTEN_PID", text, 1);
    setenv("LISTEN_FDS", count, 1);
    if (names == NULL)
        unsetenv("LISTEN_FDNAMES");
    else
        setenv("LISTEN_FDNAMES", names, 1);
}

static struct passed_sockets passed;

static enum status take(const char *count, const char *names)
{
    tell((long)getpid(), count, names);
    return passed_sockets_take(&passed);
}

static int set_up(void **state)
{
    (void)state;
    fake_reset();
    passed.count = 0;
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    passed_sockets_clear(&passed);
    for (int fd = FIRST_FD; fd < FIRST_FD + 3; fd++)
        close(fd);
    return 0;
}

/* --- tests ----------------------------------------------------------------------- */

static void test_without_systemd_there_are_none(void **state)
{
    (void)state;
    assert_int_equal(passed_sockets_take(&passed), STATUS_OK);
    assert_int_equal(passed.count, 0);
}

static void test_they_are_taken_with_their_addresses(void **state)
{
    uint16_t first = pass_one(FIRST_FD), second = pass_one(FIRST_FD + 1);

    (void)state;
    assert_int_equal(take("2", "dyndns53.socket:tls"), STATUS_OK);
    assert_int_equal(passed.count, 2);
    assert_int_equal(passed.all[0].fd, FIRST_FD);
    assert_int_equal(passed.all[0].as.port, first);
    assert_int_equal(passed.all[0].as.address.family, ADDRESS_IPV4);
    assert_false(passed.all[0].as.any_family);
    assert_int_equal(passed.all[1].fd, FIRST_FD + 1);
    assert_int_equal(passed.all[1].as.port, second);
    assert_true(passed.all[1].as.tls);
    assert_string_equal(fake_log(), "");
}

static void test_no_child_and_no_loop_is_surprised(void **state)
{
    (void)state;
    pass_one(FIRST_FD);
    assert_int_equal(take("1", NULL), STATUS_OK);
    assert_true(fcntl(FIRST_FD, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(FIRST_FD, F_GETFD) & FD_CLOEXEC);
    assert_null(getenv("LISTEN_PID"));
    assert_null(getenv("LISTEN_FDS"));
    assert_null(getenv("LISTEN_FDNAMES"));
}

static void test_those_of_another_process_are_not_ours(void **state)
{
    (void)state;
    pass_one(FIRST_FD);
    tell(1, "1", NULL);
    assert_int_equal(passed_sockets_take(&passed), STATUS_OK);
    assert_int_equal(passed.count, 0);
    assert_null(getenv("LISTEN_FDS"));
}

static void test_a_number_that_is_none_is_none(void **state)
{
    static const char *const numbers[] = {"", "0", "-1", "1x", "4294967297"};

    (void)state;
    pass_one(FIRST_FD);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        assert_int_equal(take(numbers[i], NULL), STATUS_OK);
        assert_int_equal(passed.count, 0);
    }
}

static void test_names(void **state)
{
    static const struct {
        const char *name;
        bool is_known, proxy, tls, metrics;
    } cases[] = {
        {"http", true, false, false, false},
        {"tls", true, false, true, false},
        {"proxy", true, true, false, false},
        {"proxy-tls", true, true, true, false},
        {"metrics", true, false, false, true},
        {"dyndns53.socket", true, false, false, false}, /* systemd's own */
        {"unknown", true, false, false, false},         /* likewise */
        {"", true, false, false, false},
        /* Guessed wrong, it would serve tokens in the clear. */
        {"https", false, false, false, false},
        {"TLS", false, false, false, false},
        {"tls-proxy", false, false, false, false},
        {".socket", false, false, false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct passed_socket *socket = &passed.all[0];

        pass_one(FIRST_FD);
        assert_int_equal(take("1", cases[i].name), STATUS_OK);
        if (socket->is_known != cases[i].is_known ||
            socket->as.proxy != cases[i].proxy ||
            socket->as.tls != cases[i].tls ||
            socket->as.metrics != cases[i].metrics)
            fail_msg("%s", cases[i].name);
        assert_string_equal(socket->name, cases[i].name);
        passed_sockets_clear(&passed);
    }
}

static void test_fewer_names_than_sockets(void **state)
{
    (void)state;
    pass_one(FIRST_FD);
    pass_one(FIRST_FD + 1);
    pass_one(FIRST_FD + 2);
    assert_int_equal(take("3", "tls:"), STATUS_OK);
    assert_true(passed.all[0].as.tls);
    assert_false(passed.all[1].as.tls);
    assert_false(passed.all[2].as.tls);
}

static void test_a_long_name_is_cut(void **state)
{
    char name[200];

    (void)state;
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    pass_one(FIRST_FD);
    assert_int_equal(take("1", name), STATUS_OK);
    assert_int_equal(strlen(passed.all[0].name),
                     PASSED_SOCKET_NAME_MAX_BYTES - 1);
    assert_false(passed.all[0].is_known);
}

static void pass_unix(int at)
{
    struct sockaddr_un abstract = {.sun_family = AF_UNIX};

    put(socket(AF_UNIX, SOCK_STREAM, 0), at);
    assert_int_equal(
        bind(at, (struct sockaddr *)&abstract, sizeof(sa_family_t)), 0);
    assert_int_equal(listen(at, 1), 0);
}

static void test_what_does_not_listen_for_tcp_is_refused(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        if (i == 0)
            pass(FIRST_FD, SOCK_DGRAM, false);
        else if (i == 1)
            pass(FIRST_FD, SOCK_STREAM, false); /* Accept=yes */
        else if (i == 2)
            pass_unix(FIRST_FD);
        else
            put(open("/dev/null", O_RDONLY | O_CLOEXEC), FIRST_FD);
        assert_int_equal(take("1", "http"), STATUS_INVALID);
        assert_true(fake_logged("error event=cannot_use_socket descriptor=3"));
        assert_true(fake_logged("ListenStream="));
        fake_log();
    }
}

static void test_a_descriptor_that_is_not_open_is_refused(void **state)
{
    (void)state;
    close(FIRST_FD);
    assert_int_equal(take("1", "http"), STATUS_INVALID);
    assert_true(fake_logged("event=cannot_use_socket"));
}

static void test_more_than_the_server_can_listen_on_are_refused(void **state)
{
    (void)state;
    assert_int_equal(take("17", NULL), STATUS_INVALID);
    assert_true(fake_logged("at most 16"));
    assert_int_equal(passed.count, 0);
}

static void test_one_is_found_by_its_address_once(void **state)
{
    struct listen_address wanted = {.port = pass_one(FIRST_FD)};
    struct listen_address other;
    struct passed_socket *found;

    (void)state;
    assert_true(address_parse(span_from_string("127.0.0.1"), &wanted.address));
    other = wanted;
    assert_true(address_parse(span_from_string("127.0.0.2"), &other.address));
    assert_int_equal(take("1", NULL), STATUS_OK);
    assert_null(passed_sockets_find(&passed, &other));
    other = wanted;
    other.port++;
    assert_null(passed_sockets_find(&passed, &other));
    found = passed_sockets_find(&passed, &wanted);
    assert_ptr_equal(found, &passed.all[0]);
    found->fd = -1; /* somebody takes it */
    assert_null(passed_sockets_find(&passed, &wanted));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_without_systemd_there_are_none),
        TEST(test_they_are_taken_with_their_addresses),
        TEST(test_no_child_and_no_loop_is_surprised),
        TEST(test_those_of_another_process_are_not_ours),
        TEST(test_a_number_that_is_none_is_none),
        TEST(test_names),
        TEST(test_fewer_names_than_sockets),
        TEST(test_a_long_name_is_cut),
        TEST(test_what_does_not_listen_for_tcp_is_refused),
        TEST(test_a_descriptor_that_is_not_open_is_refused),
        TEST(test_more_than_the_server_can_listen_on_are_refused),
        TEST(test_one_is_found_by_its_address_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
