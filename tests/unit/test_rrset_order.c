#include "aws/rrset_order.h"

#include "base/dns_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* In the order of a listing. */
static const char *const names[] = {
    "example.com",      "a-b.example.org", "a.example.org",
    "x.a.example.org",  "b.example.org",   "*.b.example.org",
    "_c.b.example.org", "c.b.example.org", "c.example.org",
};

enum { NAMES = sizeof names / sizeof names[0] };

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void test_names_are_compared_as_a_listing_orders_them(void **state)
{
    (void)state;
    for (int i = 0; i < NAMES; i++)
        for (int j = 0; j < NAMES; j++)
            if (sign(rrset_order_compare(span_from_string(names[i]),
                                         span_from_string(names[j]))) !=
                sign(i - j))
                fail_msg("%s and %s", names[i], names[j]);
}

static void test_the_longest_names_find_room(void **state)
{
    char a[DNS_NAME_MAX], b[DNS_NAME_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof a; i++)
        a[i] = b[i] = i % 2 == 1 ? '.' : 'x';
    a[0] = '*';
    assert_true(rrset_order_compare(span_from(a, sizeof a),
                                    span_from(b, sizeof b)) < 0);
}

static const struct {
    const char *label, *next, *name;
    bool is_behind;
} cursors[] = {
    {"nothing is left", "", "z.example.org", true},
    {"it comes before", "b.example.org.", "a.example.org", true},
    {"it is where the listing goes on", "b.example.org.", "b.example.org",
     false},
    {"it comes later", "b.example.org.", "c.example.org", false},
    {"a wildcard comes before letters", "c.b.example.org.", "*.b.example.org",
     true},
    {"the cursor is a wildcard", "\\052.b.example.org.", "b.example.org", true},
    {"it comes later than that", "\\052.b.example.org.", "c.b.example.org",
     false},
    {"in upper case", "B.EXAMPLE.ORG.", "a.example.org", true},
    {"what is no name of ours", "a\\056b.example.org.", "a.example.org", false},
};

static void test_a_listing_has_shown_what_comes_before_its_cursor(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cursors / sizeof cursors[0]; i++) {
        struct rrset_cursor next = {.name = span_from_string(cursors[i].next)};

        if (rrset_order_is_behind(&next, span_from_string(cursors[i].name)) !=
            cursors[i].is_behind)
            fail_msg("%s", cursors[i].label);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_compared_as_a_listing_orders_them),
        cmocka_unit_test(test_the_longest_names_find_room),
        cmocka_unit_test(test_a_listing_has_shown_what_comes_before_its_cursor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
