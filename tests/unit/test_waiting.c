#include "server/http/waiting.h"

#include "tests/unit/fake_request.h"
#include "tests/unit/patience.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { CALLERS = 3 };

/* The updater: keeps what it is given until it is told to answer. */
struct updater {
    struct update_request *updates[CALLERS];
    size_t count;
};

static void keep(void *arg, struct update_request *update)
{
    struct updater *updater = arg;

    updater->updates[updater->count++] = update;
}

/* On a thread of its own; the last first. */
static void *answer(void *arg)
{
    struct updater *updater = arg;

    while (updater->count > 0) {
        struct update_request *update = updater->updates[--updater->count];

        update->done(update);
    }
    return NULL;
}

struct caller {
    struct fake_request request;
    unsigned replies;
    char name;
};

static const char protocol[] = "of these callers";
static const char agent[HAPPENING_AGENT_MAX_BYTES + 1] = "longer than is kept";

static void reply(void *arg, const struct waiting_request *request)
{
    struct caller *caller = arg;

    assert_ptr_equal(request->req, &caller->request.req);
    assert_ptr_equal(request->protocol, protocol);
    assert_int_equal(request->update->count, 2);
    assert_int_equal(waiting_request_agent(request).len,
                     HAPPENING_AGENT_MAX_BYTES);
    assert_memory_equal(waiting_request_agent(request).ptr, agent,
                        HAPPENING_AGENT_MAX_BYTES);
    assert_int_equal(request->update->changes[1].name[0], caller->name);
    assert_int_equal(request->notes[0].line, 0);
    assert_int_equal(request->notes[1].line, caller->name);
    caller->replies++;
}

static void begin(struct fake_loop *loop, struct caller *caller, char name)
{
    static const struct address address = {ADDRESS_IPV4, {192, 0, 2, 1}};
    struct waiting_request *request;

    *caller = (struct caller){.name = name};
    fake_request_init(&caller->request, loop, 0x101, "/register_ip?myip=x");
    request = waiting_request_new(&caller->request.req, 2, reply, caller,
                                  protocol, span_from(agent, sizeof agent));
    assert_non_null(request);
    update_change_set(&request->update->changes[1], span_from(&name, 1),
                      &address, 60);
    request->notes[1].line = (unsigned char)name;
    waiting_submit(&loop->context.waiting, request);
}

static void test_each_caller_hears_his_own_outcomes_once(void **state)
{
    struct patience patience = patience_for("the outcomes");
    struct updater updater = {.count = 0};
    struct caller callers[CALLERS];
    struct fake_loop loop;
    pthread_t thread;

    (void)state;
    fake_loop_init(&loop, keep, &updater);
    for (size_t i = 0; i < CALLERS; i++)
        begin(&loop, &callers[i], (char)('a' + i));
    assert_int_equal(updater.count, CALLERS);
    assert_int_equal(loop.context.waiting.count, CALLERS);
    /* What a request that waits does not need is gone. */
    assert_int_equal(callers[0].request.req.path.len, 0);

    assert_int_equal(pthread_create(&thread, NULL, answer, &updater), 0);
    while (loop.context.waiting.count > 0 && patience_lasts(&patience))
        h2o_evloop_run(loop.h2o.loop, 10);
    pthread_join(thread, NULL);
    for (size_t i = 0; i < CALLERS; i++) {
        assert_int_equal(callers[i].replies, 1);
        fake_request_clear(&callers[i].request);
    }
    fake_loop_clear(&loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_caller_hears_his_own_outcomes_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
