#include "server/http/delayed.h"

#include "tests/unit/fake_request.h"
#include "tests/unit/patience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct fake_loop loop;
static struct delayed *delayed;
static unsigned sent;
static h2o_req_t *last_sent;
static char last_text[16];

static void keep(void *arg, h2o_req_t *req, struct protocol_reply *reply)
{
    assert_ptr_equal(arg, &sent);
    sent++;
    last_sent = req;
    snprintf(last_text, sizeof last_text, "%.*s", (int)reply->text_len,
             reply->text);
}

static void never(void *arg, struct update_request *update)
{
    (void)arg;
    (void)update;
    fail();
}

static int set_up(void **state)
{
    (void)state;
    fake_loop_init(&loop, never, NULL);
    delayed = &loop.context.delayed;
    sent = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    delayed_end(delayed);
    fake_loop_clear(&loop);
    return 0;
}

static bool begin(h2o_req_t *req, const char *text)
{
    struct protocol_reply reply;

    protocol_reply_init(&reply);
    reply.text_len = strlen(text);
    memcpy(reply.text, text, reply.text_len);
    return delayed_begin(delayed, req, &reply, keep, &sent);
}

static h2o_req_t http1_request(void)
{
    h2o_req_t req;

    memset(&req, 0, sizeof req);
    req.version = 0x101;
    return req;
}

static void test_a_reply_is_sent_later_and_once(void **state)
{
    struct patience patience = patience_for("the reply");
    h2o_req_t req = http1_request();
    uint64_t began = h2o_now(loop.h2o.loop), ended;

    (void)state;
    assert_true(begin(&req, "badauth"));
    assert_int_equal(delayed->count, 1);
    h2o_evloop_run(loop.h2o.loop, 0);
    while (sent == 0 && patience_lasts(&patience))
        h2o_evloop_run(loop.h2o.loop, 100);
    ended = h2o_now(loop.h2o.loop);
    assert_int_equal(sent, 1);
    assert_true(ended >= began + DELAYED_MS);
    assert_ptr_equal(last_sent, &req);
    assert_string_equal(last_text, "badauth");
    assert_int_equal(delayed->count, 0);
}

static void test_no_more_wait_than_there_may(void **state)
{
    h2o_req_t reqs[DELAYED_MAX + 1];

    (void)state;
    for (size_t i = 0; i <= DELAYED_MAX; i++) {
        reqs[i] = http1_request();
        assert_int_equal(begin(&reqs[i], "badauth"), i < DELAYED_MAX);
    }
    assert_int_equal(delayed->count, DELAYED_MAX);
}

static void test_at_the_end_all_are_sent_at_once(void **state)
{
    h2o_req_t first = http1_request(), second = http1_request();

    (void)state;
    assert_true(begin(&first, "1"));
    assert_true(begin(&second, "2"));
    delayed_end(delayed);
    assert_int_equal(sent, 2);
    assert_ptr_equal(last_sent, &second);
    assert_int_equal(delayed->count, 0);
}

static void test_after_that_none_is_delayed(void **state)
{
    h2o_req_t req = http1_request();

    (void)state;
    delayed_end(delayed);
    assert_false(begin(&req, "1"));
    assert_int_equal(sent, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_reply_is_sent_later_and_once,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_more_wait_than_there_may,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_at_the_end_all_are_sent_at_once,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_after_that_none_is_delayed, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
