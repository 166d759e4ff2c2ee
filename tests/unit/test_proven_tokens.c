#include "server/http/proven_tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct token_question question(const char *token, const char *password)
{
    struct token_question made = {.token_len = strlen(token),
                                  .password_len = strlen(password)};

    memcpy(made.token, token, made.token_len);
    memcpy(made.password, password, made.password_len);
    return made;
}

static bool has(struct proven_tokens *proven, const char *token,
                const char *password)
{
    struct token_question asked = question(token, password);

    return proven_tokens_has(proven, &asked);
}

static const struct {
    const char *label, *token, *password;
    bool is_known;
} asked[] = {
    {"what was proven", "scrypt:t", "s3cret", true},
    {"another password", "scrypt:t", "s3creT", false},
    {"another token", "scrypt:u", "s3cret", false},
    {"where the one ends matters", "scrypt:ts", "3cret", false},
    {"its beginning", "scrypt:t", "s3cre", false},
    {"nothing", "", "", false},
};

static void test_only_what_was_proven_is_known(void **state)
{
    struct token_question right = question("scrypt:t", "s3cret");
    struct proven_tokens proven;

    (void)state;
    assert_true(proven_tokens_init(&proven));
    assert_false(proven_tokens_has(&proven, &right));
    proven_tokens_add(&proven, &right);
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
        if (has(&proven, asked[i].token, asked[i].password) !=
            asked[i].is_known)
            fail_msg("%s", asked[i].label);
    proven_tokens_clear(&proven);
}

static void add_numbered(struct proven_tokens *proven, unsigned number)
{
    char password[16];
    struct token_question made;

    snprintf(password, sizeof password, "p%u", number);
    made = question("scrypt:t", password);
    proven_tokens_add(proven, &made);
}

/* However many are proven, and whichever sets they fall into: what was asked
 * for between any two of them stays. */
static void test_who_calls_again_and_again_is_not_forgotten(void **state)
{
    struct token_question right = question("scrypt:t", "s3cret");
    struct proven_tokens proven;

    (void)state;
    assert_true(proven_tokens_init(&proven));
    proven_tokens_add(&proven, &right);
    for (unsigned i = 0; i < 2 * PROVEN_TOKENS_SETS * PROVEN_TOKENS_WAYS; i++) {
        add_numbered(&proven, i);
        assert_true(proven_tokens_has(&proven, &right));
    }
    proven_tokens_clear(&proven);
}

/* Those of a set go in the order in which they were asked for last. */
static void test_the_one_not_asked_for_longest_makes_room(void **state)
{
    struct token_question right = question("scrypt:t", "s3cret");
    struct proven_tokens proven;
    unsigned added = 0;

    (void)state;
    assert_true(proven_tokens_init(&proven));
    proven_tokens_add(&proven, &right);
    while (added < 16 * PROVEN_TOKENS_SETS * PROVEN_TOKENS_WAYS)
        add_numbered(&proven, added++);
    assert_false(proven_tokens_has(&proven, &right));
    proven_tokens_clear(&proven);
}

static void test_to_be_proven_twice_takes_one_place(void **state)
{
    struct token_question right = question("scrypt:t", "s3cret");
    struct proven_tokens proven;
    size_t used = 0;

    (void)state;
    assert_true(proven_tokens_init(&proven));
    for (int i = 0; i < PROVEN_TOKENS_WAYS; i++)
        proven_tokens_add(&proven, &right);
    for (size_t i = 0; i < PROVEN_TOKENS_SETS; i++)
        for (size_t way = 0; way < PROVEN_TOKENS_WAYS; way++)
            used += proven.sets[i][way].low != 0;
    assert_int_equal(used, 1);
    proven_tokens_clear(&proven);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_what_was_proven_is_known),
        cmocka_unit_test(test_who_calls_again_and_again_is_not_forgotten),
        cmocka_unit_test(test_the_one_not_asked_for_longest_makes_room),
        cmocka_unit_test(test_to_be_proven_twice_takes_one_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
