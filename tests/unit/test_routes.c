#include "server/http/routes.h"

#include "tests/unit/fake_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *label, *method, *path;
    int version, status;
    const char *body;
} cases[] = {
    {"a URL is found", "GET", "/check_ip", 0x101, 200, "192.0.2.1\n"},
    {"by HTTP/1.0 as well", "GET", "/check_ip", 0x100, 200, "192.0.2.1\n"},
    {"each URL is its own", "GET", "/healthz", 0x101, 503, NULL},
    {"that a loop turns is told without a table", "GET", "/healthz?live", 0x101,
     200, "{\"status\":\"alive\"}\n"},
    {"whatever it is said to be", "GET", "/healthz?a=b&live=1", 0x101, 200,
     "{\"status\":\"alive\"}\n"},
    {"another query changes nothing", "GET", "/healthz?alive", 0x101, 503,
     NULL},
    {"a URL is the whole path", "GET", "/check_ip/", 0x101, 404, "not found\n"},
    {"other URLs are not found", "GET", "/x", 0x101, 404, "not found\n"},
    {"callers are not told what is counted", "GET", "/metrics", 0x101, 404,
     "not found\n"},
    {"the root is a page for who says nothing", "GET", "/", 0x101, 503,
     "<!DOCTYPE html>"},
    {"or nothing of a protocol", "GET", "/?host=a.example.org", 0x101, 503,
     "<!DOCTYPE html>"},
    {"it speaks one protocol by GET", "GET", "/?mode=get", 0x101, 200,
     "{\"return_message\": \"Not possible now, try again later.\", "
     "\"return_status\": \"fail\"}"},
    {"also with half of what that demands", "GET", "/?hash=x", 0x101, 200,
     NULL},
    {"another one by POST", "POST", "/", 0x101, 503,
     "{\"return_status\": \"fail\", "
     "\"return_message\": \"Not possible now, try again later.\"}"},
    {"and none otherwise", "HEAD", "/", 0x101, 405, "method not allowed\n"},
    {"a page has its style", "GET", "/style.css", 0x101, 200, "/* Of /status"},
    {"and its script", "GET", "/live.js", 0x101, 200, "// Fetches"},
    {"a form is posted", "GET", "/register", 0x101, 405,
     "method not allowed\n"},
    {"by a browser that says where from", "POST", "/register", 0x101, 403,
     "nothing was registered"},
    {"the operator's page is off", "GET", "/status", 0x101, 404, "not found\n"},
    {"an address is told as JSON", "GET", "/reflect", 0x101, 200,
     "{\"error\":\"\",\"forwarded\":0,\"forwarded_for\":\"\","
     "\"your_ip\":\"192.0.2.1\"}\n"},
    {"a URL has its methods", "POST", "/check_ip", 0x101, 405,
     "method not allowed\n"},
    {"without a table nothing is registered", "GET", "/register_ip", 0x101, 503,
     "911\n"},
    {"HTTP/2 is refused before anything of it is looked at", "GET", "/check_ip",
     0x200, 505, "only HTTP/1 is spoken here\n"},
    {"so that none of its requests can wait", "GET", "/register_ip", 0x200, 505,
     "only HTTP/1 is spoken here\n"},
    {"and what comes after it", "GET", "/check_ip", 0x300, 505,
     "only HTTP/1 is spoken here\n"},
};

static void refuse(void *arg, struct update_request *update)
{
    (void)arg;
    (void)update;
    fail_msg("an update was submitted");
}

static void ask(struct fake_loop *loop, struct fake_request *request,
                const char *method, int version, const char *path)
{
    fake_request_init(request, loop, version, path);
    request->req.method = h2o_iovec_init(method, strlen(method));
    fake_request_arrives(request, loop);
}

static void test_each_request_gets_one_reply(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fake_loop loop;
        struct fake_request request;

        fake_loop_init(&loop, refuse, NULL);
        ask(&loop, &request, cases[i].method, cases[i].version, cases[i].path);
        if (request.replies != 1 || request.req.res.status != cases[i].status ||
            (cases[i].body != NULL &&
             strncmp(request.body, cases[i].body, strlen(cases[i].body)) != 0))
            fail_msg("%s: %u replies, %d %s", cases[i].label, request.replies,
                     request.req.res.status, request.body);
        fake_request_clear(&request);
        fake_loop_clear(&loop);
    }
}

static const struct {
    const char *label, *method, *path;
    int status;
    const char *beginning;
} watched[] = {
    {"what is counted is told", "GET", "/metrics", 200, "# HELP dyndns53_"},
    {"and whether all is well", "GET", "/healthz", 503, "{\"status\""},
    {"nothing is counted by POST", "POST", "/metrics", 405, "method"},
    {"nobody updates there", "GET", "/nic/update", 404, "not found"},
    {"nor asks for his address", "GET", "/check_ip", 404, "not found"},
    {"nor at the root", "POST", "/", 404, "not found"},
    {"the operator's page is not there either", "GET", "/status", 404,
     "not found"},
};

static void test_watchers_have_urls_of_their_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++) {
        struct fake_loop loop;
        struct fake_request request;

        fake_loop_init(&loop, refuse, NULL);
        loop.routes = loop.metrics_routes;
        ask(&loop, &request, watched[i].method, 0x101, watched[i].path);
        if (request.replies != 1 ||
            request.req.res.status != watched[i].status ||
            strncmp(request.body, watched[i].beginning,
                    strlen(watched[i].beginning)) != 0)
            fail_msg("%s: %u replies, %d %s", watched[i].label, request.replies,
                     request.req.res.status, request.body);
        fake_request_clear(&request);
        fake_loop_clear(&loop);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_request_gets_one_reply),
        cmocka_unit_test(test_watchers_have_urls_of_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
