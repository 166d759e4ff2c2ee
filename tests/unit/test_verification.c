#include "server/http/verification.h"

#include "base/log.h"
#include "s3db/token_hash.h"
#include "tests/unit/csv_table.h"
#include "tests/unit/fake_request.h"
#include "tests/unit/hashed_tokens.h"
#include "tests/unit/patience.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Through the routes and a protocol, as requests come. */

/* NAME:PASSWORD in base64, of home.example.org with "s3cret" and others. */
#define RIGHT "Basic aG9tZS5leGFtcGxlLm9yZzpzM2NyZXQ="
#define WRONG "Basic aG9tZS5leGFtcGxlLm9yZzpndWVzcw=="
#define UNKNOWN "Basic bm9ib2R5LmV4YW1wbGUub3JnOmd1ZXNz"
#define PLAIN "Basic cGxhaW4uZXhhbXBsZS5vcmc6dA=="

static const char table[] = "home.example.org," SCRYPT_TOKEN "\n"
                            "plain.example.org,t\n";
static const char next_table[] = "home.example.org,another\n";

static atomic_bool gate_is_open;
static atomic_int verifications;

bool __real_token_hash_matches(const struct token_form *form,
                               struct span token);
bool __wrap_token_hash_matches(const struct token_form *form,
                               struct span token);

bool __wrap_token_hash_matches(const struct token_form *form, struct span token)
{
    while (!atomic_load(&gate_is_open))
        sched_yield();
    atomic_fetch_add(&verifications, 1);
    return __real_token_hash_matches(form, token);
}

static char last_event[64];

void __wrap_log_write(enum log_level level, const char *event,
                      const struct log_field *fields, size_t count);
void __wrap_log_write(enum log_level level, const char *event,
                      const struct log_field *fields, size_t count)
{
    (void)level;
    (void)fields;
    (void)count;
    strcpy(last_event, event);
}

/* The updater, which changes what it is asked to. */
static unsigned updates;

static void take(void *arg, struct update_request *update)
{
    (void)arg;
    updates++;
    update->changes[0].outcome = OUTCOME_ACCEPTED;
    update->done(update);
}

static struct token_verifier *begin(struct fake_loop *loop, bool gate)
{
    struct token_verifier *verifier = token_verifier_new();

    assert_non_null(verifier);
    atomic_store(&gate_is_open, gate);
    atomic_store(&verifications, 0);
    updates = 0;
    last_event[0] = '\0';
    assert_int_equal(token_verifier_start(verifier, 1), STATUS_OK);
    fake_loop_init(loop, take, NULL);
    loop->context.verifications.verifier = verifier;
    loop->context.host_table = host_table_new(csv_table(table), NULL);
    assert_non_null(loop->context.host_table);
    return verifier;
}

static void end(struct fake_loop *loop, struct token_verifier *verifier)
{
    token_verifier_stop(verifier);
    assert_int_equal(loop->context.verifications.count, 0);
    host_table_release(loop->context.host_table);
    fake_loop_clear(loop);
    token_verifier_free(verifier);
}

static void arrive(struct fake_request *request, struct fake_loop *loop,
                   const char *authorization)
{
    static const char path[] = "/register_ip?myip=198.51.100.1";

    fake_request_init(request, loop, 0x101, path);
    request->req.query_at = strlen("/register_ip");
    request->req.path_normalized.len = strlen("/register_ip");
    h2o_add_header(&request->req.pool, &request->req.headers,
                   H2O_TOKEN_AUTHORIZATION, NULL, authorization,
                   strlen(authorization));
    fake_request_arrives(request, loop);
}

static void wait_for(struct fake_request *request, struct fake_loop *loop)
{
    struct patience patience = patience_for("a reply");

    while (request->replies == 0 && patience_lasts(&patience))
        h2o_evloop_run(loop->h2o.loop, 10);
    assert_int_equal(request->replies, 1);
}

static const struct {
    const char *label, *authorization;
    int status;
    const char *body;
    unsigned updates;
    int verifications;
} callers[] = {
    {"the right password", RIGHT, 200, "good 198.51.100.1\n", 1, 1},
    {"a wrong one", WRONG, 401, "badauth\n", 0, 1},
    {"no such login", UNKNOWN, 401, "badauth\n", 0, 1},
    {"a plain token", PLAIN, 200, "good 198.51.100.1\n", 1, 0},
};

static void test_each_caller_is_answered_by_his_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof callers / sizeof callers[0]; i++) {
        struct fake_loop loop;
        struct fake_request request;
        struct token_verifier *verifier = begin(&loop, true);

        arrive(&request, &loop, callers[i].authorization);
        wait_for(&request, &loop);
        if (request.req.res.status != callers[i].status ||
            strcmp(request.body, callers[i].body) != 0 ||
            updates != callers[i].updates ||
            atomic_load(&verifications) != callers[i].verifications)
            fail_msg("%s: %d %s", callers[i].label, request.req.res.status,
                     request.body);
        fake_request_clear(&request);
        end(&loop, verifier);
    }
}

static void test_who_was_right_does_not_wait_again(void **state)
{
    struct fake_loop loop;
    struct fake_request first, second;
    struct token_verifier *verifier = begin(&loop, true);

    (void)state;
    arrive(&first, &loop, RIGHT);
    wait_for(&first, &loop);
    atomic_store(&gate_is_open, false);
    arrive(&second, &loop, RIGHT);
    assert_int_equal(loop.context.verifications.count, 0);
    wait_for(&second, &loop);
    assert_int_equal(updates, 2);
    assert_int_equal(atomic_load(&verifications), 1);
    fake_request_clear(&first);
    fake_request_clear(&second);
    end(&loop, verifier);
}

static void test_guesses_are_refused_and_plain_tokens_are_not(void **state)
{
    struct fake_loop loop;
    struct fake_request guesses[TOKEN_QUEUE_CLIENT_MAX], more, plain;
    struct token_verifier *verifier = begin(&loop, false);

    (void)state;
    for (size_t i = 0; i < TOKEN_QUEUE_CLIENT_MAX; i++) {
        arrive(&guesses[i], &loop, WRONG);
        assert_int_equal(guesses[i].replies, 0);
    }
    arrive(&more, &loop, WRONG);
    assert_int_equal(more.replies, 1);
    assert_int_equal(more.req.res.status, 503);
    assert_string_equal(more.body, "911\n");
    assert_string_equal(last_event, "login_not_verified");
    arrive(&plain, &loop, PLAIN);
    wait_for(&plain, &loop);
    assert_string_equal(plain.body, "good 198.51.100.1\n");
    assert_int_equal(loop.context.verifications.count, TOKEN_QUEUE_CLIENT_MAX);

    atomic_store(&gate_is_open, true);
    for (size_t i = 0; i < TOKEN_QUEUE_CLIENT_MAX; i++) {
        wait_for(&guesses[i], &loop);
        assert_string_equal(guesses[i].body, "badauth\n");
        fake_request_clear(&guesses[i]);
    }
    fake_request_clear(&more);
    fake_request_clear(&plain);
    end(&loop, verifier);
}

/* A token that was taken away opens nothing any more. */
static void test_the_table_in_service_decides(void **state)
{
    struct fake_loop loop;
    struct fake_request request;
    struct token_verifier *verifier = begin(&loop, false);

    (void)state;
    arrive(&request, &loop, RIGHT);
    assert_int_equal(request.replies, 0);
    host_table_release(loop.context.host_table);
    loop.context.host_table = host_table_new(csv_table(next_table), NULL);
    atomic_store(&gate_is_open, true);
    wait_for(&request, &loop);
    assert_string_equal(request.body, "badauth\n");
    assert_int_equal(updates, 0);
    fake_request_clear(&request);
    end(&loop, verifier);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_caller_is_answered_by_his_verdict),
        cmocka_unit_test(test_who_was_right_does_not_wait_again),
        cmocka_unit_test(test_guesses_are_refused_and_plain_tokens_are_not),
        cmocka_unit_test(test_the_table_in_service_decides),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
