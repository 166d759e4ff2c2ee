#include "aws/aws_credentials.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static struct span span_of(const char *text)
{
    return span_from_string(text);
}

static const struct {
    const char *label, *id, *secret, *token;
    enum status expected;
} cases[] = {
    {"a key and its secret are enough", "AKIA", "s3cr3t/+=", "", STATUS_OK},
    {"a token beside them", "ASIA", "s", "t0ken/+==", STATUS_OK},
    {"a key id with a colon", "test:tester", "s", "", STATUS_OK},
    {"no key id", "", "s", "", STATUS_INVALID},
    {"no secret", "AKIA", "", "t", STATUS_INVALID},
    {"a line break in the key id", "AKIA\n", "s", "", STATUS_INVALID},
    {"a header injected by the secret", "AKIA", "s\r\nX: y", "",
     STATUS_INVALID},
    {"a blank in the token", "ASIA", "s", "t 0", STATUS_INVALID},
    {"a tab in the token", "ASIA", "s", "t\t0", STATUS_INVALID},
    {"DEL", "ASIA", "s", "t\x7f", STATUS_INVALID},
};

static void test_what_can_be_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct aws_credentials made = {.access_key_id = NULL};
        bool is_good = cases[i].expected == STATUS_OK;

        print_message("  %s\n", cases[i].label);
        assert_int_equal(aws_credentials_set(&made, span_of(cases[i].id),
                                             span_of(cases[i].secret),
                                             span_of(cases[i].token), 5),
                         cases[i].expected);
        assert_int_equal(made.access_key_id != NULL, is_good);
        assert_int_equal(made.secret_access_key != NULL, is_good);
        assert_int_equal(made.session_token != NULL,
                         is_good && cases[i].token[0] != '\0');
        assert_true(made.expires_at == (is_good ? 5 : 0));
        aws_credentials_clear(&made);
        assert_null(made.access_key_id);
    }
}

static void test_a_copy_is_its_own(void **state)
{
    struct aws_credentials one = {.access_key_id = NULL}, two = one;

    (void)state;
    assert_int_equal(aws_credentials_set(&one, span_of("ASIA"), span_of("s"),
                                         span_of("t"), 7),
                     STATUS_OK);
    assert_int_equal(aws_credentials_copy(&two, &one), STATUS_OK);
    aws_credentials_clear(&one);
    assert_string_equal(two.access_key_id, "ASIA");
    assert_string_equal(two.secret_access_key, "s");
    assert_string_equal(two.session_token, "t");
    assert_true(two.expires_at == 7);
    assert_int_equal(aws_credentials_copy(&two, &one), STATUS_INVALID);
    assert_null(two.access_key_id); /* a failure leaves nothing */
}

/* What free(3) is given in place of the secret shows what was left in it. */
static char freed[16];

void __real_free(void *block);
void __wrap_free(void *block);

void __wrap_free(void *block)
{
    if (block != NULL && freed[0] == '?')
        memcpy(freed, block, 6);
    __real_free(block);
}

static void test_a_secret_is_wiped(void **state)
{
    char *secret = strdup("secret");

    (void)state;
    freed[0] = '?';
    aws_credentials_free_secret(secret);
    assert_memory_equal(freed, "\0\0\0\0\0\0", 6);
    aws_credentials_free_secret(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_can_be_sent),
        cmocka_unit_test(test_a_copy_is_its_own),
        cmocka_unit_test(test_a_secret_is_wiped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
