#include "server/http/http1.h"

#include "server/http/acceptor.h"
#include "server/http/parking.h"
#include "tests/unit/fake_request.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { HTTP_1_0 = 0x100, HTTP_1_1 = 0x101, HTTP_2 = 0x200, HTTP_3 = 0x300 };

static void test_versions(void **state)
{
    static const struct {
        int version;
        bool is_http1;
    } cases[] = {
        {HTTP_1_0, true}, {HTTP_1_1, true}, {HTTP_2, false}, {HTTP_3, false}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        h2o_req_t req = {.version = cases[i].version};

        assert_true(http1_is_spoken(&req) == cases[i].is_http1);
    }
}

/* --- who relies on it ------------------------------------------------------------
 *
 * Each is done by HTTP/1, which must go well, and by HTTP/2, which must end the
 * process before any harm is done.
 */

static void drop(void *arg, struct update_request *update)
{
    (void)arg;
    (void)update;
}

static void wait_for_the_updater(struct fake_loop *loop,
                                 struct fake_request *request)
{
    struct waiting_request *waiting = waiting_request_new(
        &request->req, 1, NULL, NULL, NULL, span_from("", 0));

    waiting_submit(&loop->context.waiting, waiting);
}

static void wait_for_a_verdict(struct fake_loop *loop,
                               struct fake_request *request)
{
    struct address client = {.family = ADDRESS_NONE};
    struct token_verdicts verdicts;
    enum token_refusal refusal;

    loop->context.verifications.verifier = token_verifier_new();
    token_verdicts_init(&verdicts);
    token_verdicts_ask(&verdicts, false, span_from_string("scrypt:"),
                       span_from_string("a"), span_from_string("p"));
    if (verification_begin(&loop->context.verifications, &request->req, &client,
                           &verdicts, NULL, NULL, NULL,
                           &refusal) != VERIFICATION_WAITS)
        _exit(EXIT_FAILURE);
}

static void shrink(struct fake_loop *loop, struct fake_request *request)
{
    (void)loop;
    parking_shrink(&request->req);
}

static void note_request(struct fake_loop *loop, struct fake_request *request)
{
    (void)loop;
    connection_note_request(&request->req);
}

/* For these the server as a whole speaks one or the other. */
static void accept_callers(struct fake_loop *loop, struct fake_request *request)
{
    static const struct listeners none = {.count = 0};
    static const struct accept_hosts hosts = {.callers = {NULL}};
    static const struct proxy_list nobody = {.count = 0};
    const struct acceptor_parts parts = {&hosts, &nobody, &loop->metrics, 1,
                                         NULL};
    struct acceptor acceptor;

    loop->globalconf.http1.upgrade_to_http2 = !http1_is_spoken(&request->req);
    if (acceptor_init(&acceptor, &loop->h2o, &none, &parts) != STATUS_OK)
        _exit(EXIT_FAILURE);
}

static struct connections connections;

static void sweep(struct fake_loop *loop, struct fake_request *request)
{
    loop->globalconf.http1.upgrade_to_http2 = !http1_is_spoken(&request->req);
    connections_init(&connections, NULL, NULL, NULL, NULL);
    connections_sweep(&connections, &loop->h2o);
}

static void close_idle(struct fake_loop *loop, struct fake_request *request)
{
    loop->globalconf.http1.upgrade_to_http2 = !http1_is_spoken(&request->req);
    connections_init(&connections, NULL, NULL, NULL, NULL);
    connections_close_idle(&connections, &loop->h2o);
}

static const struct reliance {
    const char *label;
    void (*act)(struct fake_loop *loop, struct fake_request *request);
    const char *who;
} reliances[] = {
    {"to wait for the updater", wait_for_the_updater, "a request that waits"},
    {"to wait for a verdict", wait_for_a_verdict,
     "a request that waits for a verdict"},
    {"to make a request small", shrink, "making a request small"},
    {"to note a request", note_request, "one request at a time"},
    {"to accept callers", accept_callers, "accepting connections"},
    {"to sweep", sweep, "the sweep over all connections"},
    {"to close what is idle", close_idle, "the sweep over all connections"},
};

static _Noreturn void act(const struct reliance *reliance, int version)
{
    struct fake_loop loop;
    struct fake_request request;

    fake_loop_init(&loop, drop, NULL);
    fake_request_init(&request, &loop, version, "/register_ip");
    reliance->act(&loop, &request);
    _exit(EXIT_SUCCESS);
}

/* Acts in a process of its own. Returns how that ended, as waitpid(2) does, and
 * what it wrote on standard error. */
static int act_apart(const struct reliance *reliance, int version, char *said,
                     size_t size)
{
    size_t len = 0;
    ssize_t got;
    int ends[2], status;
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        act(reliance, version);
    }
    close(ends[1]);
    while ((got = read(ends[0], said + len, size - 1 - len)) > 0)
        len += (size_t)got;
    said[len] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void test_who_relies_on_http1_demands_it(void **state)
{
    char said[4096];

    (void)state;
    for (size_t i = 0; i < sizeof reliances / sizeof reliances[0]; i++) {
        const struct reliance *reliance = &reliances[i];
        int status = act_apart(reliance, HTTP_1_1, said, sizeof said);

        if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS)
            fail_msg("%s, by HTTP/1: %s", reliance->label, said);
        status = act_apart(reliance, HTTP_2, said, sizeof said);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT ||
            strstr(said, reliance->who) == NULL)
            fail_msg("%s, by HTTP/2: %#x %s", reliance->label, (unsigned)status,
                     said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_who_relies_on_http1_demands_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
