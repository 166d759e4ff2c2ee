#include "server/http/token_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

struct guess {
    struct token_question question;
    struct token_job job;
};

static struct token_job *guess(struct guess *guess, const char *client,
                               const char *login)
{
    *guess = (struct guess){.job = {.question = &guess->question}};
    if (*client != '\0')
        assert_true(
            address_parse(span_from_string(client), &guess->job.client));
    guess->question.login_len = strlen(login);
    memcpy(guess->question.login, login, strlen(login));
    return &guess->job;
}

static void test_jobs_leave_in_the_order_in_which_they_came(void **state)
{
    struct token_queue queue;
    struct guess a, b;

    (void)state;
    token_queue_init(&queue);
    assert_null(token_queue_take(&queue));
    assert_int_equal(token_queue_put(&queue, guess(&a, "192.0.2.1", "a")),
                     TOKEN_TAKEN);
    assert_int_equal(token_queue_put(&queue, guess(&b, "192.0.2.2", "b")),
                     TOKEN_TAKEN);
    assert_ptr_equal(token_queue_take(&queue), &a.job);
    assert_ptr_equal(token_queue_take(&queue), &b.job);
    assert_null(token_queue_take(&queue));
}

/* TOKEN_QUEUE_CLIENT_MAX from the one, and then one from the other. */
static const struct {
    const char *label, *first, *second;
    enum token_refusal refusal;
} clients[] = {
    {"the same address", "192.0.2.1", "192.0.2.1", TOKEN_CLIENT_FULL},
    {"another one", "192.0.2.1", "192.0.2.2", TOKEN_TAKEN},
    {"the same network of IPv6", "2001:db8::1", "2001:db8::ffff:2",
     TOKEN_CLIENT_FULL},
    {"the next network of IPv6", "2001:db8::1", "2001:db8:0:1::1", TOKEN_TAKEN},
    {"an address of the other family", "32.1.13.184",
     "2001:db8::", TOKEN_TAKEN},
    {"all whom a proxy does not name", "", "", TOKEN_CLIENT_FULL},
    {"one whom it names, beside them", "", "192.0.2.1", TOKEN_TAKEN},
};

static void test_an_address_has_a_share(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof clients / sizeof clients[0]; i++) {
        struct guess first[TOKEN_QUEUE_CLIENT_MAX], second;
        struct token_queue queue;

        token_queue_init(&queue);
        for (size_t k = 0; k < TOKEN_QUEUE_CLIENT_MAX; k++) {
            char login[] = {'f', (char)('a' + k), '\0'};

            assert_int_equal(
                token_queue_put(&queue,
                                guess(&first[k], clients[i].first, login)),
                TOKEN_TAKEN);
        }
        if (token_queue_put(&queue, guess(&second, clients[i].second, "x")) !=
            clients[i].refusal)
            fail_msg("%s", clients[i].label);
    }
}

/* Each job from an address of its own. */
static void fill(struct token_queue *queue, struct guess *guesses, size_t count,
                 bool same_login)
{
    for (size_t i = 0; i < count; i++) {
        char address[16], login[16];

        snprintf(address, sizeof address, "198.51.100.%zu", i);
        snprintf(login, sizeof login, "h%zu", same_login ? 0 : i);
        assert_int_equal(
            token_queue_put(queue, guess(&guesses[i], address, login)),
            TOKEN_TAKEN);
    }
}

static void test_a_login_has_a_share(void **state)
{
    struct guess guesses[TOKEN_QUEUE_LOGIN_MAX], more;
    struct token_queue queue;

    (void)state;
    token_queue_init(&queue);
    fill(&queue, guesses, TOKEN_QUEUE_LOGIN_MAX, true);
    assert_int_equal(token_queue_put(&queue, guess(&more, "192.0.2.1", "h0")),
                     TOKEN_LOGIN_FULL);
    assert_int_equal(token_queue_put(&queue, guess(&more, "192.0.2.1", "h1")),
                     TOKEN_TAKEN);
}

static void test_all_have_a_ceiling(void **state)
{
    struct guess guesses[TOKEN_QUEUE_MAX], more;
    struct token_queue queue;

    (void)state;
    token_queue_init(&queue);
    fill(&queue, guesses, TOKEN_QUEUE_MAX, false);
    assert_int_equal(token_queue_put(&queue, guess(&more, "192.0.2.1", "x")),
                     TOKEN_QUEUE_FULL);
}

static void test_what_runs_counts_until_it_is_finished(void **state)
{
    struct guess guesses[TOKEN_QUEUE_MAX], more;
    struct token_queue queue;
    struct token_job *job;

    (void)state;
    token_queue_init(&queue);
    fill(&queue, guesses, TOKEN_QUEUE_MAX, false);
    job = token_queue_take(&queue);
    assert_int_equal(token_queue_put(&queue, guess(&more, "192.0.2.1", "x")),
                     TOKEN_QUEUE_FULL);
    token_queue_finish(job);
    assert_int_equal(token_queue_put(&queue, guess(&more, "192.0.2.1", "x")),
                     TOKEN_TAKEN);
}

static void test_each_refusal_has_its_words(void **state)
{
    (void)state;
    for (int i = TOKEN_QUEUE_FULL; i <= TOKEN_NOT_POSSIBLE; i++) {
        assert_true(strlen(token_refusal_reason((enum token_refusal)i)) > 0);
        assert_true(strlen(token_refusal_advice((enum token_refusal)i)) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jobs_leave_in_the_order_in_which_they_came),
        cmocka_unit_test(test_an_address_has_a_share),
        cmocka_unit_test(test_a_login_has_a_share),
        cmocka_unit_test(test_all_have_a_ceiling),
        cmocka_unit_test(test_what_runs_counts_until_it_is_finished),
        cmocka_unit_test(test_each_refusal_has_its_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
