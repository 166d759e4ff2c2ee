#include "cli/zone_map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct hosted_zone zones[] = {
    {SPAN_LITERAL("Z3"), SPAN_LITERAL("example.org"), false},
    {SPAN_LITERAL("Z1"), SPAN_LITERAL("dyn.example.org"), false},
    {SPAN_LITERAL("Z9"), SPAN_LITERAL("home.dyn.example.org"), true},
    {SPAN_LITERAL("Z2"), SPAN_LITERAL("example.net"), false},
    {SPAN_LITERAL("Z4"), SPAN_LITERAL("example.net"), false},
    {SPAN_LITERAL("Z5"), SPAN_LITERAL("exam"), false},
};

static const struct {
    const char *label, *name, *zone; /* NULL: none */
} cases[] = {
    {"a name in a zone", "a.example.org", "example.org"},
    {"the zone's own name", "example.org", "example.org"},
    {"of two the longer", "a.b.dyn.example.org", "dyn.example.org"},
    {"a private zone is none", "home.dyn.example.org", "dyn.example.org"},
    {"a label that ends in a zone's name", "xexample.org", NULL},
    {"a label that begins like one", "example.orgs", NULL},
    {"a name that a zone's begins with", "a.exam", "exam"},
    {"another domain", "a.example.com", NULL},
    {"a wildcard", "*.example.org", "example.org"},
    {"nothing", "", NULL},
};

static void test_the_zone_of_a_name(void **state)
{
    struct zone_map map = {.zones = NULL};

    (void)state;
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
        assert_int_equal(zone_map_add(&map, &zones[i]), STATUS_OK);
    zone_map_seal(&map);
    assert_int_equal(map.count, 5);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct mapped_zone *zone =
            zone_map_find(&map, span_from_string(cases[i].name));

        if ((zone == NULL) != (cases[i].zone == NULL) ||
            (zone != NULL && strcmp(zone->name, cases[i].zone) != 0))
            fail_msg("%s", cases[i].label);
        if (zone != NULL)
            assert_true(zone->is_used);
    }
    zone_map_clear(&map);
}

static void test_two_zones_of_one_name_are_ambiguous(void **state)
{
    struct zone_map map = {.zones = NULL};

    (void)state;
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
        assert_int_equal(zone_map_add(&map, &zones[i]), STATUS_OK);
    zone_map_seal(&map);
    assert_true(
        zone_map_find(&map, span_from_string("example.net"))->is_ambiguous);
    assert_false(
        zone_map_find(&map, span_from_string("example.org"))->is_ambiguous);
    zone_map_clear(&map);
}

static void test_an_account_without_zones(void **state)
{
    struct zone_map map = {.zones = NULL};

    (void)state;
    zone_map_seal(&map);
    assert_null(zone_map_find(&map, span_from_string("a.example.org")));
    zone_map_clear(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_zone_of_a_name),
        cmocka_unit_test(test_two_zones_of_one_name_are_ambiguous),
        cmocka_unit_test(test_an_account_without_zones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
