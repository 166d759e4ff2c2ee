#include "server/http/page_wait.h"

#include "server/history/history_query.h"
#include "server/http/status_call.h"
#include "tests/unit/fake_request.h"
#include "tests/unit/patience.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Through the routes, as requests come: /status asks the history three
 * questions, which are answered by another thread when the test says so. */

/* admin:0123456789abcdef */
#define ADMIN "Basic YWRtaW46MDEyMzQ1Njc4OWFiY2RlZg=="

enum { QUESTIONS = 3, QUERIES_MAX = (PAGE_WAITS_MAX + 1) * QUESTIONS };

static char token[] = "0123456789abcdef";
static struct history_query *asked[QUERIES_MAX];
static size_t asked_count, answered_count;
static enum status answer_status;

static void on_question(void *arg, struct history_query *query)
{
    (void)arg;
    assert_true(asked_count < QUERIES_MAX);
    asked[asked_count++] = query;
}

static void *answer_all(void *arg)
{
    (void)arg;
    while (answered_count < asked_count) {
        struct history_query *query = asked[answered_count++];

        query->status = answer_status;
        query->done(query);
    }
    return NULL;
}

static void answer(void)
{
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, answer_all, NULL), 0);
    pthread_join(thread, NULL);
}

static void submit(void *arg, struct update_request *update)
{
    (void)arg;
    (void)update;
    fail_msg("an update was submitted");
}

static void begin(struct fake_loop *loop)
{
    asked_count = answered_count = 0;
    answer_status = STATUS_OK;
    fake_loop_init(loop, submit, NULL);
    loop->settings.admin_token = token;
    loop->shared.ask_history = on_question;
}

static void arrive(struct fake_request *request, struct fake_loop *loop,
                   const char *path)
{
    fake_request_init(request, loop, 0x101, path);
    h2o_add_header(&request->req.pool, &request->req.headers,
                   H2O_TOKEN_AUTHORIZATION, NULL, ADMIN, sizeof ADMIN - 1);
    fake_request_arrives(request, loop);
}

static void wait_for(struct fake_request *request, struct fake_loop *loop)
{
    struct patience patience = patience_for("a reply");

    while (request->replies == 0 && patience_lasts(&patience))
        h2o_evloop_run(loop->h2o.loop, 10);
    assert_int_equal(request->replies, 1);
}

static void test_the_page_comes_with_the_last_answer(void **state)
{
    struct fake_loop loop;
    struct fake_request request;

    (void)state;
    begin(&loop);
    arrive(&request, &loop, "/status");
    assert_int_equal(asked_count, QUESTIONS);
    assert_int_equal(request.replies, 0);
    assert_int_equal(loop.context.page_waits.count, 1);
    asked_count--;
    answer();
    h2o_evloop_run(loop.h2o.loop, 0);
    assert_int_equal(request.replies, 0);
    asked_count++;
    answer();
    wait_for(&request, &loop);
    assert_int_equal(request.req.res.status, 200);
    assert_int_equal(loop.context.page_waits.count, 0);
    fake_request_clear(&request);
    fake_loop_clear(&loop);
}

static void test_an_answer_may_be_none(void **state)
{
    static const struct {
        const char *path;
        enum status status;
        int reply;
    } cases[] = {
        {"/status", STATUS_NOMEM, 503},
        {"/status", STATUS_NOT_FOUND, 200}, /* without a table */
        {"/status?host=a.example.org", STATUS_NOT_FOUND, 404},
        {"/status?host=a.example.org", STATUS_NOMEM, 503},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fake_loop loop;
        struct fake_request request;

        begin(&loop);
        answer_status = cases[i].status;
        arrive(&request, &loop, cases[i].path);
        answer();
        wait_for(&request, &loop);
        assert_int_equal(request.req.res.status, cases[i].reply);
        fake_request_clear(&request);
        fake_loop_clear(&loop);
    }
}

static void test_no_more_wait_than_stated(void **state)
{
    static struct fake_request waiting[PAGE_WAITS_MAX];
    struct fake_loop loop;
    struct fake_request refused;

    (void)state;
    begin(&loop);
    answer_status = STATUS_NOT_FOUND;
    for (size_t i = 0; i < PAGE_WAITS_MAX; i++) {
        arrive(&waiting[i], &loop, "/status?host=a.example.org");
        assert_int_equal(waiting[i].replies, 0);
    }
    arrive(&refused, &loop, "/status?host=a.example.org");
    assert_int_equal(refused.replies, 1);
    assert_int_equal(refused.req.res.status, 503);
    assert_int_equal(asked_count, PAGE_WAITS_MAX);
    answer();
    for (size_t i = 0; i < PAGE_WAITS_MAX; i++) {
        wait_for(&waiting[i], &loop);
        fake_request_clear(&waiting[i]);
    }
    assert_int_equal(loop.context.page_waits.count, 0);
    fake_request_clear(&refused);
    fake_loop_clear(&loop);
}

static void answered_nothing(struct page_wait *wait)
{
    (void)wait;
}

static void test_some_places_are_kept_for_operators(void **state)
{
    enum { OWNERS = PAGE_WAITS_MAX - PAGE_WAITS_KEPT };
    static struct page_wait owners[OWNERS + 1];
    struct fake_loop loop;
    struct fake_request request, operators;

    (void)state;
    begin(&loop);
    answer_status = STATUS_NOT_FOUND;
    fake_request_init(&request, &loop, 0x101, "/");
    for (size_t i = 0; i <= OWNERS; i++)
        assert_int_equal(page_wait_begin(&loop.context.page_waits,
                                         PAGE_WAITER_OWNER, &owners[i],
                                         &request.req, 1, answered_nothing),
                         i < OWNERS);
    arrive(&operators, &loop, "/status");
    assert_int_equal(operators.replies, 0);
    answer();
    for (size_t i = 0; i < OWNERS; i++)
        page_wait_answered(&owners[i]);
    wait_for(&operators, &loop);
    assert_int_equal(operators.req.res.status, 200);
    assert_int_equal(loop.context.page_waits.count, 0);
    fake_request_clear(&request);
    fake_request_clear(&operators);
    fake_loop_clear(&loop);
}

static void test_few_lists_of_all_hosts_are_made_at_once(void **state)
{
    static struct fake_request waiting[STATUS_LISTS_MAX];
    struct fake_loop loop;
    struct fake_request other;

    (void)state;
    begin(&loop);
    answer_status = STATUS_NOT_FOUND; /* a page of a list all the same */
    for (size_t i = 0; i < STATUS_LISTS_MAX; i++) {
        arrive(&waiting[i], &loop, "/status");
        assert_int_equal(waiting[i].replies, 0);
    }
    arrive(&other, &loop, "/status?search=a");
    assert_int_equal(other.replies, 1);
    assert_int_equal(other.req.res.status, 503);
    assert_true(h2o_find_header(&other.req.res.headers, H2O_TOKEN_RETRY_AFTER,
                                -1) != -1);
    assert_int_equal(asked_count, STATUS_LISTS_MAX * QUESTIONS);
    fake_request_clear(&other);
    arrive(&other, &loop, "/status?host=a.example.org"); /* is no list */
    assert_int_equal(other.replies, 0);
    answer();
    wait_for(&other, &loop);
    fake_request_clear(&other);
    for (size_t i = 0; i < STATUS_LISTS_MAX; i++) {
        wait_for(&waiting[i], &loop);
        fake_request_clear(&waiting[i]);
    }
    arrive(&other, &loop, "/status");
    assert_int_equal(other.replies, 0);
    answer();
    wait_for(&other, &loop);
    assert_int_equal(other.req.res.status, 200);
    fake_request_clear(&other);
    fake_loop_clear(&loop);
}

static void test_without_a_history_or_a_token_there_is_no_page(void **state)
{
    struct fake_loop loop;
    struct fake_request request;

    (void)state;
    begin(&loop);
    loop.shared.ask_history = NULL;
    arrive(&request, &loop, "/status");
    assert_int_equal(request.req.res.status, 404);
    fake_request_clear(&request);
    loop.shared.ask_history = on_question;
    loop.settings.admin_token = NULL;
    arrive(&request, &loop, "/status");
    assert_int_equal(request.req.res.status, 404);
    assert_int_equal(asked_count, 0);
    fake_request_clear(&request);
    fake_loop_clear(&loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_page_comes_with_the_last_answer),
        cmocka_unit_test(test_an_answer_may_be_none),
        cmocka_unit_test(test_no_more_wait_than_stated),
        cmocka_unit_test(test_some_places_are_kept_for_operators),
        cmocka_unit_test(test_few_lists_of_all_hosts_are_made_at_once),
        cmocka_unit_test(test_without_a_history_or_a_token_there_is_no_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
