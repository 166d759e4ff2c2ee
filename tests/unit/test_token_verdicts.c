#include "server/http/token_verdicts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct span span(const char *text)
{
    return span_from_string(text);
}

static void ask(struct token_verdicts *verdicts, const char *token)
{
    token_verdicts_ask(verdicts, false, span(token), span("a.example.org"),
                       span("s3cret"));
}

static void test_what_was_answered_is_known(void **state)
{
    struct token_verdicts verdicts;

    (void)state;
    token_verdicts_init(&verdicts);
    assert_int_equal(token_verdicts_of(&verdicts, span("t1")), TOKEN_UNKNOWN);
    ask(&verdicts, "t1");
    assert_int_equal(token_verdicts_of(&verdicts, span("t1")), TOKEN_UNKNOWN);
    token_verdicts_answer(&verdicts, true);
    ask(&verdicts, "t2");
    token_verdicts_answer(&verdicts, false);
    assert_int_equal(token_verdicts_of(&verdicts, span("t1")), TOKEN_RIGHT);
    assert_int_equal(token_verdicts_of(&verdicts, span("t2")), TOKEN_WRONG);
    assert_int_equal(token_verdicts_of(&verdicts, span("t")), TOKEN_UNKNOWN);
}

static void test_a_decoys_answer_opens_nothing(void **state)
{
    struct token_verdicts verdicts;

    (void)state;
    token_verdicts_init(&verdicts);
    token_verdicts_ask(&verdicts, true, span("t1"), span("a"), span("s3cret"));
    assert_false(verdicts.decoy_made);
    token_verdicts_answer(&verdicts, true);
    assert_true(verdicts.decoy_made);
    assert_int_equal(token_verdicts_of(&verdicts, span("t1")), TOKEN_UNKNOWN);
}

static void test_there_is_room_for_a_few(void **state)
{
    static const char *const tokens[TOKEN_VERDICTS_MAX] = {"a", "b", "c", "d"};
    struct token_verdicts verdicts;

    (void)state;
    token_verdicts_init(&verdicts);
    for (size_t i = 0; i < TOKEN_VERDICTS_MAX; i++) {
        assert_false(token_verdicts_is_full(&verdicts));
        ask(&verdicts, tokens[i]);
        token_verdicts_answer(&verdicts, true);
    }
    assert_true(token_verdicts_is_full(&verdicts));
}

static const struct {
    const char *label, *login, *asked;
} logins[] = {
    {"a name", "a.example.org", "a.example.org"},
    {"letter case and a dot do not make another", "A.Example.Org.",
     "a.example.org"},
    {"a user", "alice", "alice"},
    {"none", "", ""},
};

static void test_a_login_is_one_however_it_is_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof logins / sizeof logins[0]; i++) {
        struct token_verdicts verdicts;
        const struct token_question *question = &verdicts.question;

        token_verdicts_init(&verdicts);
        token_verdicts_ask(&verdicts, false, span("t"), span(logins[i].login),
                           span("s3cret"));
        if (!span_is(span_from(question->login, question->login_len),
                     logins[i].asked))
            fail_msg("%s", logins[i].label);
    }
}

static void test_the_longest_of_all_is_copied_whole(void **state)
{
    static char bytes[HOSTDB_TOKEN_MAX_BYTES + 1];
    struct token_verdicts verdicts;
    const struct token_question *question = &verdicts.question;

    (void)state;
    memset(bytes, 'x', sizeof bytes);
    token_verdicts_init(&verdicts);
    token_verdicts_ask(&verdicts, false,
                       span_from(bytes, TOKEN_HASHED_MAX_BYTES),
                       span_from(bytes, TOKEN_LOGIN_MAX_BYTES),
                       span_from(bytes, HOSTDB_TOKEN_MAX_BYTES));
    assert_int_equal(question->token_len, TOKEN_HASHED_MAX_BYTES);
    assert_int_equal(question->login_len, TOKEN_LOGIN_MAX_BYTES);
    assert_int_equal(question->password_len, HOSTDB_TOKEN_MAX_BYTES);
    /* What is longer can be nothing of ours. */
    token_verdicts_ask(&verdicts, false, span_from(bytes, sizeof bytes),
                       span_from(bytes, sizeof bytes),
                       span_from(bytes, sizeof bytes));
    assert_int_equal(question->token_len, TOKEN_HASHED_MAX_BYTES);
    assert_int_equal(question->password_len, HOSTDB_TOKEN_MAX_BYTES);
}

static void test_the_password_is_wiped(void **state)
{
    struct token_verdicts verdicts;

    (void)state;
    token_verdicts_init(&verdicts);
    ask(&verdicts, "t");
    assert_memory_equal(verdicts.question.password, "s3cret", 6);
    token_verdicts_clear(&verdicts);
    assert_memory_equal(verdicts.question.password, "\0\0\0\0\0\0", 6);
    assert_int_equal(verdicts.question.password_len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_answered_is_known),
        cmocka_unit_test(test_a_decoys_answer_opens_nothing),
        cmocka_unit_test(test_there_is_room_for_a_few),
        cmocka_unit_test(test_a_login_is_one_however_it_is_written),
        cmocka_unit_test(test_the_longest_of_all_is_copied_whole),
        cmocka_unit_test(test_the_password_is_wiped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
