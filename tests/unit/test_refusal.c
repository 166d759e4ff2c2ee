#include "server/http/refusal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_every_refusal_has_words_of_its_own(void **state)
{
    (void)state;
    for (int i = REFUSAL_NONE + 1; i <= REFUSAL_TOO_OFTEN; i++) {
        assert_true(strlen(refusal_reason((enum refusal)i)) > 0);
        assert_true(strlen(refusal_advice((enum refusal)i)) > 0);
        for (int other = REFUSAL_NONE; other < i; other++)
            assert_string_not_equal(refusal_reason((enum refusal)i),
                                    refusal_reason((enum refusal)other));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_refusal_has_words_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
