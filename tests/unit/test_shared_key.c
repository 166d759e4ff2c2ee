#include "server/http/shared_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *label, *key, *given;
    bool matches;
} cases[] = {
    {"the key", "s3cret", "s3cret", true},
    {"another one of its length", "s3cret", "s3cres", false},
    {"its beginning", "s3cret", "s3cre", false},
    {"more than it", "s3cret", "s3crets", false},
    {"letter case counts", "s3cret", "S3cret", false},
    {"none", "s3cret", "", false},
    {"none where none is asked for", NULL, "", true},
    {"any where none is asked for", NULL, "s3cret", true},
};

static void test_what_is_the_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (shared_key_matches(cases[i].key,
                               span_from_string(cases[i].given)) !=
            cases[i].matches)
            fail_msg("%s", cases[i].label);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_the_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
