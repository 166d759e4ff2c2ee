#include "cli/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include <cmocka.h>

static bool randomness_fails;

ssize_t __real_getrandom(void *bytes, size_t len, unsigned flags);
ssize_t __wrap_getrandom(void *bytes, size_t len, unsigned flags);

ssize_t __wrap_getrandom(void *bytes, size_t len, unsigned flags)
{
    return randomness_fails ? -1 : __real_getrandom(bytes, len, flags);
}

static const struct command command = {
    .name = "example",
    .options = {OPTION_TOKEN},
};

static struct options options_with(const char *value)
{
    struct options options = {.command = &command};

    if (value != NULL) {
        options.given[0].option = &command.options[0];
        options.given[0].value = value;
        options.given_count = 1;
    }
    return options;
}

static void test_a_token_is_never_taken_from_the_command_line(void **state)
{
    struct options none = options_with(NULL), dash = options_with("-"),
                   bad = options_with("s3cret");
    struct strbuf fault;

    (void)state;
    strbuf_init(&fault, 1024);
    assert_true(token_option_is_good(&none, &fault));
    assert_true(token_option_is_good(&dash, &fault));
    assert_string_equal(strbuf_string(&fault), "");
    assert_false(token_option_is_good(&bad, &fault));
    assert_non_null(strstr(strbuf_string(&fault), "--token -"));
    assert_null(strstr(strbuf_string(&fault), "s3cret"));
    strbuf_clear(&fault);
}

static void test_a_token_that_is_made_has_128_random_bits(void **state)
{
    struct options options = options_with(NULL);
    struct token one, two;

    (void)state;
    assert_true(token_get(&one, &options));
    assert_true(token_get(&two, &options));
    assert_true(one.is_made);
    assert_int_equal(strlen(one.text), 32);
    assert_int_equal(strspn(one.text, "0123456789abcdef"), 32);
    assert_string_not_equal(one.text, two.text);
}

static void test_without_randomness_there_is_no_token(void **state)
{
    struct options options = options_with(NULL);
    struct token token;

    (void)state;
    randomness_fails = true;
    assert_false(token_get(&token, &options));
    randomness_fails = false;
}

/* ---- from standard input ---- */

static bool get_from(const char *input, size_t len, struct token *token)
{
    struct options options = options_with("-");
    int ends[2], before = dup(STDIN_FILENO);
    bool got;

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], input, len), len);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    got = token_get(token, &options);
    dup2(before, STDIN_FILENO);
    close(before);
    return got;
}

static const struct {
    const char *label, *input, *token; /* NULL: refused */
} inputs[] = {
    {"a line", "correct, horse\n", "correct, horse"},
    {"a line that does not end", "token", "token"},
    {"of several lines the first", "one\ntwo\n", "one"},
    {"CRLF is a line's end too", "one\r\n", "one"},
    {"blanks are a part of it", " one \n", " one "},
    {"nothing", "", NULL},
    {"an empty line", "\n", NULL},
    {"a line's end alone", "\r\n", NULL},
    {"a tab", "a\tb\n", NULL},
    {"a DEL", "a\x7f\n", NULL},
};

static void test_the_first_line_of_standard_input(void **state)
{
    struct token token;

    (void)state;
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        bool got = get_from(inputs[i].input, strlen(inputs[i].input), &token);

        if (got != (inputs[i].token != NULL) ||
            (got && strcmp(token.text, inputs[i].token) != 0))
            fail_msg("%s", inputs[i].label);
        if (got)
            assert_false(token.is_made);
    }
}

static void test_how_long_a_token_may_be(void **state)
{
    static char input[HOSTDB_TOKEN_MAX_BYTES + 1];
    struct token token;

    (void)state;
    memset(input, 'x', sizeof input);
    assert_true(get_from(input, HOSTDB_TOKEN_MAX_BYTES, &token));
    assert_int_equal(strlen(token.text), HOSTDB_TOKEN_MAX_BYTES);
    assert_false(get_from(input, sizeof input, &token));
}

static void test_a_token_can_be_forgotten(void **state)
{
    static const struct token zero;
    struct token token;

    (void)state;
    assert_true(get_from("s3cret", 6, &token));
    token_wipe(&token);
    assert_memory_equal(&token, &zero, sizeof zero);
}

/* ---- hashes ---- */

static bool is_of_kind(struct span text, enum token_kind kind)
{
    struct token_form form;

    return token_form_parse(text, &form) == NULL && form.kind == kind;
}

static void test_the_database_gets_the_hash_once_there_is_one(void **state)
{
    struct options options = options_with(NULL);
    struct token made, chosen;
    struct token_text first;

    (void)state;
    assert_true(token_get(&made, &options));
    assert_true(span_is(token_stored(&made), made.text));
    assert_true(token_hash(&made));
    assert_true(is_of_kind(token_stored(&made), TOKEN_SHA256));
    first = made.hashed;
    assert_true(token_hash(&made)); /* which is the same one */
    assert_true(
        span_equal(token_stored(&made), span_from(first.bytes, first.len)));
    assert_true(get_from("correct horse", 13, &chosen));
    assert_true(token_hash(&chosen));
    assert_true(is_of_kind(token_stored(&chosen), TOKEN_SCRYPT));
}

static void test_without_randomness_there_is_no_hash(void **state)
{
    struct options options = options_with(NULL);
    struct token token;

    (void)state;
    assert_true(token_get(&token, &options));
    randomness_fails = true;
    assert_false(token_hash(&token));
    randomness_fails = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_token_is_never_taken_from_the_command_line),
        cmocka_unit_test(test_a_token_that_is_made_has_128_random_bits),
        cmocka_unit_test(test_without_randomness_there_is_no_token),
        cmocka_unit_test(test_the_first_line_of_standard_input),
        cmocka_unit_test(test_how_long_a_token_may_be),
        cmocka_unit_test(test_the_database_gets_the_hash_once_there_is_one),
        cmocka_unit_test(test_without_randomness_there_is_no_hash),
        cmocka_unit_test(test_a_token_can_be_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
