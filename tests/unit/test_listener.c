#include "server/http/listener.h"

#include "tests/unit/fake_route53.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static struct passed_sockets nothing; /* but for tests that pass something */

static int set_up(void **state)
{
    (void)state;
    nothing.count = 0;
    fake_reset();
    return 0;
}

static struct listen_address at_port(const char *text, uint16_t port)
{
    struct listen_address listen = {.port = port};

    assert_true(address_parse(span_from_string(text), &listen.address));
    return listen;
}

static struct listen_address any_port(const char *text)
{
    return at_port(text, 0);
}

static uint16_t port_of(int fd)
{
    struct sockaddr_storage bound;
    socklen_t len = sizeof bound;

    assert_int_equal(getsockname(fd, (struct sockaddr *)&bound, &len), 0);
    return ntohs(bound.ss_family == AF_INET6
                     ? ((struct sockaddr_in6 *)(void *)&bound)->sin6_port
                     : ((struct sockaddr_in *)(void *)&bound)->sin_port);
}

static bool connects(const void *to, socklen_t len)
{
    const struct sockaddr *address = to;
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected;

    assert_true(fd >= 0);
    connected = connect(fd, address, len) == 0;
    close(fd);
    return connected;
}

/* Connects over IPv4; true when somebody listens. */
static bool answers(uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    return connects(&to, sizeof to);
}

static bool answers_over_ipv6(uint16_t port)
{
    struct sockaddr_in6 to = {.sin6_family = AF_INET6,
                              .sin6_port = htons(port),
                              .sin6_addr = IN6ADDR_LOOPBACK_INIT};

    return connects(&to, sizeof to);
}

static bool is_held(int family, uint16_t port)
{
    static const int on = 1;
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
                              .sin6_port = htons(port)};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (family == AF_INET)
        return bind(fd, (struct sockaddr *)&v4, sizeof v4) == 0;
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    return bind(fd, (struct sockaddr *)&v6, sizeof v6) == 0;
}

/* A port on which nobody listens, on no address. Until this program ends, two
 * sockets that are bound to it, and never listen, keep it from others; a listener
 * may bind to it all the same, with SO_REUSEADDR. */
static uint16_t free_port(void)
{
    struct http_settings settings = {.listen = {any_port("::")},
                                     .listen_count = 1};
    struct listeners listeners;
    uint16_t port;

    do {
        assert_int_equal(listeners_open(&listeners, &settings, &nothing),
                         STATUS_OK);
        port = port_of(listeners.all[0].fd);
        listeners_close(&listeners);
    } while (!is_held(AF_INET, port) || !is_held(AF_INET6, port));
    fake_reset();
    return port;
}

static bool is_ipv6_only(int fd)
{
    int only = 0;
    socklen_t len = sizeof only;

    assert_int_equal(getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &len), 0);
    return only != 0;
}

static bool has_ipv6(void)
{
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in6 loopback = {.sin6_family = AF_INET6,
                                    .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    bool has =
        fd >= 0 && bind(fd, (struct sockaddr *)&loopback, sizeof loopback) == 0;

    if (fd >= 0)
        close(fd);
    return has;
}

static void test_it_listens_and_tells_the_true_port(void **state)
{
    struct http_settings settings = {.listen = {any_port("127.0.0.1")},
                                     .listen_count = 1};
    struct listeners listeners;
    char told[96];

    (void)state;
    assert_int_equal(listeners_open(&listeners, &settings, &nothing),
                     STATUS_OK);
    assert_int_equal(listeners.count, 1);
    assert_true(port_of(listeners.all[0].fd) > 0);
    assert_true(answers(port_of(listeners.all[0].fd)));
    snprintf(told, sizeof told,
             "info event=listening address=127.0.0.1 socket=own "
             "kind=http port=%u\n",
             port_of(listeners.all[0].fd));
    assert_string_equal(fake_log(), told);
    listeners_close(&listeners);
    assert_int_equal(listeners.count, 0);
}

static void test_it_tells_what_comes_before_http(void **state)
{
    static const struct {
        bool proxy, tls, metrics;
        const char *told;
    } kinds[] = {{true, false, false, " kind=proxy port="},
                 {false, true, false, " kind=tls port="},
                 {true, true, false, " kind=proxy:tls port="},
                 {false, false, true, " kind=metrics port="}};
    struct http_settings settings = {.listen = {any_port("127.0.0.1")},
                                     .listen_count = 1};
    struct listeners listeners;

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        settings.listen[0].proxy = kinds[i].proxy;
        settings.listen[0].tls = kinds[i].tls;
        settings.listen[0].metrics = kinds[i].metrics;
        assert_int_equal(listeners_open(&listeners, &settings, &nothing),
                         STATUS_OK);
        assert_true(fake_logged(kinds[i].told));
        assert_int_equal(listeners.all[0].as.proxy, kinds[i].proxy);
        assert_int_equal(listeners.all[0].as.tls, kinds[i].tls);
        listeners_close(&listeners);
        fake_reset();
    }
}

/* accept(2) must not hold a loop that another one was faster than. */
static void test_sockets_do_not_block_and_do_not_outlive_an_exec(void **state)
{
    struct http_settings settings = {.listen = {any_port("127.0.0.1")},
                                     .listen_count = 1};
    struct listeners listeners;

    (void)state;
    assert_int_equal(listeners_open(&listeners, &settings, &nothing),
                     STATUS_OK);
    assert_true(fcntl(listeners.all[0].fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(listeners.all[0].fd, F_GETFD) & FD_CLOEXEC);
    listeners_close(&listeners);
}

/* Twice what was asked for is what the kernel says. */
static int buffer_bytes(int fd, int which)
{
    int bytes = 0;
    socklen_t len = sizeof bytes;

    assert_int_equal(getsockopt(fd, SOL_SOCKET, which, &bytes, &len), 0);
    return bytes;
}

static void test_connections_inherit_small_buffers(void **state)
{
    struct http_settings settings = {.listen = {any_port("127.0.0.1")},
                                     .listen_count = 1};
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct listeners listeners;
    int caller = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), accepted;

    (void)state;
    assert_int_equal(listeners_open(&listeners, &settings, &nothing),
                     STATUS_OK);
    to.sin_port = htons(port_of(listeners.all[0].fd));
    assert_int_equal(connect(caller, (struct sockaddr *)&to, sizeof to), 0);
    accepted = accept4(listeners.all[0].fd, NULL, NULL, SOCK_CLOEXEC);
    assert_true(accepted >= 0);
    assert_in_range(buffer_bytes(accepted, SO_RCVBUF), 32 * 1024, 128 * 1024);
    assert_in_range(buffer_bytes(accepted, SO_SNDBUF), 16 * 1024, 128 * 1024);
    close(accepted);
    close(caller);
    listeners_close(&listeners);
}

static void test_the_default_takes_callers_of_both_families(void **state)
{
    struct http_settings settings = {
        .listen = {{.address = {.family = ADDRESS_IPV6}, .any_family = true}},
        .listen_count = 1};
    struct listeners listeners;

    (void)state;
    /* Where there is no IPv6, it is IPv4 alone. */
    assert_int_equal(listeners_open(&listeners, &settings, &nothing),
                     STATUS_OK);
    assert_true(answers(port_of(listeners.all[0].fd)));
    listeners_close(&listeners);
}

static void test_both_families_side_by_side(void **state)
{
    struct http_settings settings = {
        .listen = {any_port("127.0.0.1"), any_port("::1")}, .listen_count = 2};
    struct listeners listeners;

    (void)state;
    if (!has_ipv6())
        skip();
    assert_int_equal(listeners_open(&listeners, &settings, &nothing),
                     STATUS_OK);
    assert_int_equal(listeners.count, 2);
    assert_true(fake_logged("address=127.0.0.1"));
    assert_true(fake_logged("address=::1"));
    listeners_close(&listeners);
}

static void test_each_family_has_its_own_socket_where_both_are_listed(
    void **state)
{
    static const char *const pairs[][2] = {{"0.0.0.0", "::"},
                                           {"::", "0.0.0.0"},
                                           {"127.0.0.1", "::"},
                                           {"::", "127.0.0.1"}};

    (void)state;
    if (!has_ipv6())
        skip();
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        uint16_t port = free_port();
        struct http_settings settings = {
            .listen = {at_port(pairs[i][0], port), at_port(pairs[i][1], port)},
            .listen_count = 2};
        struct listeners listeners;

        if (listeners_open(&listeners, &settings, &nothing) != STATUS_OK)
            fail_msg("%s,%s: %s", pairs[i][0], pairs[i][1], fake_log());
        assert_true(answers(port));
        assert_true(answers_over_ipv6(port));
        listeners_close(&listeners);
    }
}

/* Other ports, and those that the kernel chooses, are no reason. */
static void test_ipv6_takes_ipv4_callers_where_no_port_is_shared(void **state)
{
    uint16_t port;

    (void)state;
    if (!has_ipv6())
        skip();
    port = free_port();
    for (int fixed = 0; fixed < 2; fixed++) {
        struct http_settings settings = {
            .listen = {any_port("0.0.0.0"), at_port("::", fixed ? port : 0)},
            .listen_count = 2};
        struct listeners listeners;

        assert_int_equal(listeners_open(&listeners, &settings, &nothing),
                         STATUS_OK);
        assert_false(is_ipv6_only(listeners.all[1].fd));
        assert_true(answers(port_of(listeners.all[1].fd)));
        listeners_close(&listeners);
    }
}

static void test_an_address_that_is_listed_twice_is_told_as_that(void **state)
{
    static const char *const pairs[][2] = {{"127.0.0.1", "127.0.0.1"},
                                           {"0.0.0.0", "127.0.0.1"},
                                           {"127.0.0.1", "0.0.0.0"}};

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        uint16_t port = free_port();
        struct http_settings settings = {
            .listen = {at_port(pairs[i][0], port), at_port(pairs[i][1], port)},
            .listen_count = 2};
        struct listeners listeners;

        assert_int_equal(listeners_open(&listeners, &settings, &nothing),
                         STATUS_UNAVAILABLE);
        assert_true(fake_logged("DYNDNS_LISTEN names it twice"));
        assert_false(fake_logged("free the port"));
    }
}

static void test_a_port_that_is_taken_is_told_and_closes_the_others(
    void **state)
{
    struct http_settings settings = {.listen = {any_port("127.0.0.1")},
                                     .listen_count = 1};
    struct listeners first, second;
    int before, after;

    (void)state;
    assert_int_equal(listeners_open(&first, &settings, &nothing), STATUS_OK);
    settings.listen[1] = settings.listen[0];
    settings.listen[1].port = port_of(first.all[0].fd);
    settings.listen_count = 2;
    before = dup(0);
    close(before);
    assert_int_equal(listeners_open(&second, &settings, &nothing),
                     STATUS_UNAVAILABLE);
    after = dup(0);
    close(after);
    assert_int_equal(before, after); /* no descriptor is left open */
    assert_int_equal(second.count, 0);
    assert_true(fake_logged("error event=cannot_listen address=127.0.0.1"));
    assert_true(fake_logged("reason=\"Address already in use\""));
    assert_true(fake_logged("free the port"));
    assert_true(fake_logged("DYNDNS_LISTEN"));
    listeners_close(&first);
}

static void test_an_address_that_is_not_ours_is_told(void **state)
{
    struct http_settings settings = {.listen = {any_port("192.0.2.1")},
                                     .listen_count = 1};
    struct listeners listeners;

    (void)state;
    assert_int_equal(listeners_open(&listeners, &settings, &nothing),
                     STATUS_UNAVAILABLE);
    assert_true(fake_logged("error event=cannot_listen address=192.0.2.1"));
    assert_true(fake_logged("no such address"));
    assert_false(fake_logged("free the port"));
}

/* --- sockets that were passed ---------------------------------------------------- */

/* Opened by somebody else. Returns its port. */
static uint16_t pass(struct passed_sockets *passed, const char *text,
                     const char *name)
{
    struct http_settings settings = {.listen = {any_port(text)},
                                     .listen_count = 1};
    struct passed_socket *socket = &passed->all[passed->count++];
    struct listeners listeners;

    assert_int_equal(listeners_open(&listeners, &settings, &nothing),
                     STATUS_OK);
    fake_reset();
    *socket = (struct passed_socket){.fd = listeners.all[0].fd,
                                     .as = listeners.all[0].as,
                                     .is_known = strcmp(name, "https") != 0};
    socket->as.tls = strcmp(name, "tls") == 0;
    socket->as.port = port_of(socket->fd);
    snprintf(socket->name, sizeof socket->name, "%s", name);
    return socket->as.port;
}

static void test_passed_sockets_take_the_place_of_the_default(void **state)
{
    struct http_settings settings = {
        .listen = {{.address = {.family = ADDRESS_IPV6},
                    .any_family = true,
                    .port = free_port()}},
        .listen_count = 1};
    struct passed_sockets passed = {.count = 0};
    uint16_t port = pass(&passed, "127.0.0.1", "http"),
             tls = pass(&passed, "127.0.0.1", "tls");
    struct listeners listeners;

    (void)state;
    assert_int_equal(listeners_open(&listeners, &settings, &passed), STATUS_OK);
    assert_int_equal(listeners.count, 2);
    assert_int_equal(port_of(listeners.all[0].fd), port);
    assert_true(listeners.all[0].is_passed);
    assert_false(listeners.all[0].as.tls);
    assert_int_equal(port_of(listeners.all[1].fd), tls);
    assert_true(listeners.all[1].as.tls);
    assert_true(fake_logged("socket=passed kind=http"));
    assert_true(fake_logged("socket=passed kind=tls"));
    assert_int_equal(passed.all[0].fd, -1); /* taken */
    assert_false(answers(settings.listen[0].port));
    listeners_close(&listeners);
}

static void test_an_item_of_the_settings_tells_how_to_serve_it(void **state)
{
    struct passed_sockets passed = {.count = 0};
    uint16_t port = pass(&passed, "127.0.0.1", "https");
    struct http_settings settings = {
        .listen = {at_port("127.0.0.1", port), any_port("127.0.0.1")},
        .listen_count = 2};
    struct listeners listeners;

    (void)state;
    settings.listen[0].tls = true;
    assert_int_equal(listeners_open(&listeners, &settings, &passed), STATUS_OK);
    assert_int_equal(listeners.count, 2);
    assert_true(listeners.all[0].is_passed);
    assert_true(listeners.all[0].as.tls);
    assert_false(listeners.all[1].is_passed); /* opened beside it */
    assert_true(answers(port_of(listeners.all[1].fd)));
    listeners_close(&listeners);
}

static void test_a_name_that_says_nothing_is_refused(void **state)
{
    struct passed_sockets passed = {.count = 0};
    uint16_t port = pass(&passed, "127.0.0.1", "https");
    struct http_settings settings = {.listen = {{.any_family = true}},
                                     .listen_count = 1};
    struct listeners listeners;

    (void)state;
    assert_int_equal(listeners_open(&listeners, &settings, &passed),
                     STATUS_UNAVAILABLE);
    assert_true(fake_logged("error event=cannot_use_socket"));
    assert_true(fake_logged("name=https"));
    assert_true(fake_logged("FileDescriptorName="));
    assert_false(answers(port)); /* all are closed */
}

static void test_a_port_that_systemd_has_elsewhere_is_told(void **state)
{
    struct passed_sockets passed = {.count = 0};
    uint16_t port = pass(&passed, "0.0.0.0", "http");
    struct http_settings settings = {.listen = {at_port("127.0.0.1", port)},
                                     .listen_count = 1};
    struct listeners listeners;

    (void)state;
    assert_int_equal(listeners_open(&listeners, &settings, &passed),
                     STATUS_UNAVAILABLE);
    assert_true(fake_logged("event=cannot_listen"));
    assert_true(fake_logged("ListenStream="));
}

static void test_there_is_room_for_so_many_and_no_more(void **state)
{
    struct passed_sockets passed = {.count = 0};
    struct http_settings settings = {.listen_count = HTTP_LISTEN_MAX};
    struct listeners listeners;

    (void)state;
    for (size_t i = 0; i < HTTP_LISTEN_MAX; i++)
        settings.listen[i] = any_port("127.0.0.1");
    pass(&passed, "127.0.0.1", "http");
    assert_int_equal(listeners_open(&listeners, &settings, &passed),
                     STATUS_UNAVAILABLE);
    assert_true(fake_logged("at most 16"));
    settings.listen_count--;
    passed.count = 0;
    pass(&passed, "127.0.0.1", "http");
    assert_int_equal(listeners_open(&listeners, &settings, &passed), STATUS_OK);
    listeners_close(&listeners);
}

static void test_those_who_connect_to_a_passed_one_get_small_buffers(
    void **state)
{
    static const int large = 1024 * 1024;
    struct passed_sockets passed = {.count = 0};
    struct http_settings settings = {.listen_count = 0};
    struct listeners listeners;

    (void)state;
    pass(&passed, "127.0.0.1", "http");
    setsockopt(passed.all[0].fd, SOL_SOCKET, SO_RCVBUF, &large, sizeof large);
    assert_int_equal(listeners_open(&listeners, &settings, &passed), STATUS_OK);
    assert_in_range(buffer_bytes(listeners.all[0].fd, SO_RCVBUF), 32 * 1024,
                    128 * 1024);
    listeners_close(&listeners);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_it_tells_what_comes_before_http, set_up),
        cmocka_unit_test_setup(test_it_listens_and_tells_the_true_port, set_up),
        cmocka_unit_test_setup(
            test_sockets_do_not_block_and_do_not_outlive_an_exec, set_up),
        cmocka_unit_test_setup(test_connections_inherit_small_buffers, set_up),
        cmocka_unit_test_setup(test_the_default_takes_callers_of_both_families,
                               set_up),
        cmocka_unit_test_setup(test_both_families_side_by_side, set_up),
        cmocka_unit_test_setup(
            test_each_family_has_its_own_socket_where_both_are_listed, set_up),
        cmocka_unit_test_setup(
            test_ipv6_takes_ipv4_callers_where_no_port_is_shared, set_up),
        cmocka_unit_test_setup(
            test_an_address_that_is_listed_twice_is_told_as_that, set_up),
        cmocka_unit_test_setup(
            test_a_port_that_is_taken_is_told_and_closes_the_others, set_up),
        cmocka_unit_test_setup(test_an_address_that_is_not_ours_is_told,
                               set_up),
        cmocka_unit_test_setup(
            test_passed_sockets_take_the_place_of_the_default, set_up),
        cmocka_unit_test_setup(
            test_an_item_of_the_settings_tells_how_to_serve_it, set_up),
        cmocka_unit_test_setup(test_a_name_that_says_nothing_is_refused,
                               set_up),
        cmocka_unit_test_setup(test_a_port_that_systemd_has_elsewhere_is_told,
                               set_up),
        cmocka_unit_test_setup(test_there_is_room_for_so_many_and_no_more,
                               set_up),
        cmocka_unit_test_setup(
            test_those_who_connect_to_a_passed_one_get_small_buffers, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
