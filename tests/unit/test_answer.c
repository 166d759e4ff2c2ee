#include "server/http/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *label;
    int status;
    const char *name;
} cases[] = {
    {"what was asked for", 200, "ok"},
    {"a record made, by the hash protocol", 201, "ok"},
    {"not understood", 400, "bad_request"},
    {"wrong credentials", 401, "badauth"},
    {"another site's page", 403, "forbidden"},
    {"no such URL", 404, "not_found"},
    {"not by this method", 405, "not_allowed"},
    {"too often", 429, "abuse"},
    {"not now", 503, "unavailable"},
    {"all else", 505, "other"},
    {"also what is no status", -1, "other"},
};

static void test_a_status_has_its_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("  %s\n", cases[i].label);
        assert_string_equal(answer_name(answer_of_status(cases[i].status)),
                            cases[i].name);
    }
}

static void test_each_answer_has_a_word_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < ANSWERS; i++)
        for (int j = 0; j < i; j++)
            assert_string_not_equal(answer_name((enum answer)i),
                                    answer_name((enum answer)j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_status_has_its_word),
        cmocka_unit_test(test_each_answer_has_a_word_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
