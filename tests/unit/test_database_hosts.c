#include "cli/database_hosts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *label, *text;
    size_t count; /* 0: there is no table */
} cases[] = {
    {"what the server would load", "a.x,1\nb.x,2\n", 2},
    {"what it would leave out is left out", "a.x,1\nnodot,2\na.x,3\n", 1},
    {"no host", "hostname,token\n", 0},
    {"nothing", "", 0},
    {"what is no CSV", "a.x,1\n\"b.x,2\n", 0},
};

static void test_hosts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hostdb *db = database_hosts(span_from_string(cases[i].text));

        print_message("  %s\n", cases[i].label);
        assert_int_equal(db != NULL, cases[i].count > 0);
        if (db != NULL)
            assert_int_equal(hostdb_count(db), cases[i].count);
        hostdb_release(db);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_hosts)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
