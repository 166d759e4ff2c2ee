#include "aws/zone_lookup.h"

#include "base/dns_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { TEXT_MAX = 512, ZONES_MAX = 6 };

struct zone_row {
    const char *id, *name;
    bool is_private;
};

/* What was told of ambiguous names: "name id id;" each. */
static char told[TEXT_MAX];

static void on_ambiguous(void *arg, struct span name, struct span id,
                         struct span other_id)
{
    size_t len = strlen(told);

    assert_ptr_equal(arg, told);
    snprintf(told + len, sizeof told - len, "%.*s %.*s %.*s;", (int)name.len,
             name.ptr, (int)id.len, id.ptr, (int)other_id.len, other_id.ptr);
}

static struct zone_lookup *new_directory(void)
{
    struct zone_lookup *dir = zone_lookup_new(on_ambiguous, told);

    assert_non_null(dir);
    told[0] = '\0';
    return dir;
}

static enum status add(struct zone_lookup *dir, const char *id,
                       const char *name, bool is_private)
{
    struct hosted_zone zone = {span_from_string(id), span_from_string(name),
                               is_private};

    return zone_lookup_add(dir, &zone);
}

static void list_zones(struct zone_lookup *dir, const struct zone_row *rows)
{
    zone_lookup_begin(dir);
    for (; rows->id != NULL; rows++)
        assert_int_equal(add(dir, rows->id, rows->name, rows->is_private),
                         STATUS_OK);
    zone_lookup_commit(dir);
}

/* The id that a name finds, or "". */
static const char *find(const struct zone_lookup *dir, const char *name)
{
    static char text[ROUTE53_ID_MAX + 1];
    struct span id;

    if (!zone_lookup_find(dir, span_from_string(name), &id))
        return "";
    snprintf(text, sizeof text, "%.*s", (int)id.len, id.ptr);
    return text;
}

/* --- which zone ------------------------------------------------------------ */

static const struct {
    const char *label;
    struct zone_row zones[ZONES_MAX + 1];
    const char *name, *id; /* "": none */
    const char *told;
    size_t usable;
} cases[] = {
    {"without zones there is none",
     {{NULL, NULL, false}},
     "home.example.org",
     "",
     "",
     0},
    {"the zone that holds it",
     {{"Z1", "example.org", false}},
     "home.example.org",
     "Z1",
     "",
     1},
    {"the apex", {{"Z1", "example.org", false}}, "example.org", "Z1", "", 1},
    {"many labels below",
     {{"Z1", "example.org", false}},
     "a.b.c.d.example.org",
     "Z1",
     "",
     1},
    {"a wildcard",
     {{"Z1", "example.org", false}},
     "*.example.org",
     "Z1",
     "",
     1},
    {"a zone of another name",
     {{"Z1", "example.org", false}},
     "home.example.net",
     "",
     "",
     1},
    {"a name that only ends like it",
     {{"Z1", "example.org", false}},
     "badexample.org",
     "",
     "",
     1},
    {"a zone below the name",
     {{"Z1", "dyn.example.org", false}},
     "example.org",
     "",
     "",
     1},
    {"the longest suffix wins",
     {{"Z1", "example.org", false},
      {"Z2", "dyn.example.org", false},
      {"Z3", "org", false}},
     "home.dyn.example.org",
     "Z2",
     "",
     3},
    {"wherever it stands in the listing",
     {{"Z2", "dyn.example.org", false},
      {"Z3", "org", false},
      {"Z1", "example.org", false}},
     "home.example.org",
     "Z1",
     "",
     3},
    {"a private zone is never chosen",
     {{"Z1", "example.org", true}},
     "home.example.org",
     "",
     "",
     0},
    {"a private zone does not hide the public one above it",
     {{"Z1", "example.org", false}, {"Z2", "dyn.example.org", true}},
     "home.dyn.example.org",
     "Z1",
     "",
     1},
    {"a private zone of the same name makes nothing ambiguous",
     {{"Z1", "example.org", false}, {"Z2", "example.org", true}},
     "home.example.org",
     "Z1",
     "",
     1},
    {"two public zones of one name: neither, and it is told",
     {{"Z1", "example.org", false}, {"Z2", "example.org", false}},
     "home.example.org",
     "",
     "example.org Z1 Z2;",
     0},
    {"nor the zone above them",
     {{"Z0", "org", false},
      {"Z1", "example.org", false},
      {"Z2", "example.org", false}},
     "home.example.org",
     "",
     "example.org Z1 Z2;",
     1},
    {"a zone below ambiguous ones is chosen",
     {{"Z1", "example.org", false},
      {"Z2", "example.org", false},
      {"Z3", "dyn.example.org", false}},
     "home.dyn.example.org",
     "Z3",
     "example.org Z1 Z2;",
     1},
    {"three public zones of one name",
     {{"Z2", "example.org", false},
      {"Z3", "example.org", false},
      {"Z1", "example.org", false}},
     "home.example.org",
     "",
     "example.org Z1 Z2;example.org Z2 Z3;",
     0},
    {"a zone that is listed twice is one zone",
     {{"Z1", "example.org", false}, {"Z1", "example.org", false}},
     "home.example.org",
     "Z1",
     "",
     1},
    {"ambiguous, the first listed twice",
     {{"Z1", "example.org", false},
      {"Z1", "example.org", false},
      {"Z2", "example.org", false}},
     "home.example.org",
     "",
     "example.org Z1 Z2;",
     0},
    {"ambiguous, the second listed twice",
     {{"Z1", "example.org", false},
      {"Z2", "example.org", false},
      {"Z2", "example.org", false}},
     "home.example.org",
     "",
     "example.org Z1 Z2;",
     0},
    {"ambiguous, both listed twice",
     {{"Z2", "example.org", false},
      {"Z1", "example.org", false},
      {"Z1", "example.org", false},
      {"Z2", "example.org", false}},
     "home.example.org",
     "",
     "example.org Z1 Z2;",
     0},
    {"the root zone is nobody's",
     {{"Z1", "", false}},
     "home.example.org",
     "",
     "",
     0},
    {"the empty name is in no zone",
     {{"Z1", "example.org", false}},
     "",
     "",
     "",
     1},
};

static void test_which_zone(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct zone_lookup *dir = new_directory();

        list_zones(dir, cases[i].zones);
        if (strcmp(find(dir, cases[i].name), cases[i].id) != 0)
            fail_msg("%s: found '%s'", cases[i].label,
                     find(dir, cases[i].name));
        if (strcmp(told, cases[i].told) != 0)
            fail_msg("%s: told '%s'", cases[i].label, told);
        if (zone_lookup_count(dir) != cases[i].usable)
            fail_msg("%s: %zu are usable", cases[i].label,
                     zone_lookup_count(dir));
        zone_lookup_free(dir);
    }
}

static void test_many_zones_are_all_found(void **state)
{
    enum { MANY = 1000 };
    struct zone_lookup *dir = new_directory();
    char id[TEXT_MAX], name[TEXT_MAX];

    (void)state;
    zone_lookup_begin(dir);
    for (int i = MANY; i-- > 0;) {
        snprintf(id, sizeof id, "Z%d", i);
        snprintf(name, sizeof name, "z%d.example.org", i);
        assert_int_equal(add(dir, id, name, false), STATUS_OK);
    }
    zone_lookup_commit(dir);
    assert_int_equal(zone_lookup_count(dir), MANY);
    for (int i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "Z%d", i);
        snprintf(name, sizeof name, "home.z%d.example.org", i);
        assert_string_equal(find(dir, name), id);
    }
    zone_lookup_free(dir);
}

/* --- listings -------------------------------------------------------------- */

static void test_a_listing_shows_when_it_is_complete(void **state)
{
    static const struct zone_row first[] = {{"Z1", "example.org", false},
                                            {NULL, NULL, false}};
    struct zone_lookup *dir = new_directory();

    (void)state;
    list_zones(dir, first);
    zone_lookup_begin(dir);
    assert_int_equal(add(dir, "Z2", "example.net", false), STATUS_OK);
    assert_string_equal(find(dir, "home.example.org"), "Z1");
    assert_string_equal(find(dir, "home.example.net"), "");
    zone_lookup_commit(dir);
    assert_string_equal(find(dir, "home.example.org"), "");
    assert_string_equal(find(dir, "home.example.net"), "Z2");
    zone_lookup_free(dir);
}

static void test_a_listing_begun_anew_forgets_the_unfinished_one(void **state)
{
    struct zone_lookup *dir = new_directory();

    (void)state;
    zone_lookup_begin(dir);
    assert_int_equal(add(dir, "Z1", "example.org", false), STATUS_OK);
    zone_lookup_begin(dir);
    assert_int_equal(add(dir, "Z2", "example.net", false), STATUS_OK);
    zone_lookup_commit(dir);
    assert_string_equal(find(dir, "home.example.org"), "");
    assert_string_equal(find(dir, "home.example.net"), "Z2");
    assert_string_equal(told, "");
    zone_lookup_free(dir);
}

static void test_the_ceiling(void **state)
{
    struct zone_lookup *dir = new_directory();
    char id[TEXT_MAX], name[TEXT_MAX];

    (void)state;
    zone_lookup_begin(dir);
    for (int i = 0; i < ZONE_LOOKUP_MAX; i++) {
        snprintf(id, sizeof id, "Z%d", i);
        snprintf(name, sizeof name, "z%d.example.org", i);
        assert_int_equal(add(dir, id, name, false), STATUS_OK);
    }
    assert_int_equal(add(dir, "ZX", "x.example.org", false), STATUS_FULL);
    /* What is passed over needs no room. */
    assert_int_equal(add(dir, "ZP", "p.example.org", true), STATUS_OK);
    zone_lookup_free(dir);
}

static void test_names_and_ids_at_their_limits(void **state)
{
    struct zone_lookup *dir = new_directory();
    char id[ROUTE53_ID_MAX + 2], name[DNS_NAME_MAX + 2];

    (void)state;
    memset(id, 'Z', sizeof id);
    memset(name, 'x', sizeof name);
    id[ROUTE53_ID_MAX] = name[DNS_NAME_MAX] = '\0';
    zone_lookup_begin(dir);
    assert_int_equal(add(dir, id, name, false), STATUS_OK);
    zone_lookup_commit(dir);
    assert_string_equal(find(dir, name), id);
    id[ROUTE53_ID_MAX] = 'Z';
    id[ROUTE53_ID_MAX + 1] = '\0';
    assert_int_equal(add(dir, id, "example.org", false), STATUS_FULL);
    name[DNS_NAME_MAX] = 'x';
    name[DNS_NAME_MAX + 1] = '\0';
    assert_int_equal(add(dir, "Z1", name, false), STATUS_FULL);
    zone_lookup_free(dir);
}

/* --- zones that are gone ---------------------------------------------------- */

static const struct zone_row nested[] = {{"Z1", "example.org", false},
                                         {"Z2", "dyn.example.org", false},
                                         {NULL, NULL, false}};

static void test_a_forgotten_zone_holds_nobody(void **state)
{
    struct zone_lookup *dir = new_directory();

    (void)state;
    list_zones(dir, nested);
    zone_lookup_forget(dir, span_from_string("Z1"));
    assert_string_equal(find(dir, "home.example.org"), "");
    assert_string_equal(find(dir, "home.dyn.example.org"), "Z2");
    assert_int_equal(zone_lookup_count(dir), 1);
    /* Twice, or of a zone that nobody knows, does no harm. */
    zone_lookup_forget(dir, span_from_string("Z1"));
    zone_lookup_forget(dir, span_from_string("Z9"));
    assert_int_equal(zone_lookup_count(dir), 1);
    zone_lookup_free(dir);
}

/* The record would be written where nobody looks: until the zones have been
 * read again nobody knows whether the delegation is gone too. */
static void test_the_zone_above_a_forgotten_one_does_not_inherit(void **state)
{
    struct zone_lookup *dir = new_directory();

    (void)state;
    list_zones(dir, nested);
    zone_lookup_forget(dir, span_from_string("Z2"));
    assert_string_equal(find(dir, "home.dyn.example.org"), "");
    assert_string_equal(find(dir, "home.example.org"), "Z1");
    zone_lookup_free(dir);
}

static void test_the_next_listing_may_bring_it_back(void **state)
{
    struct zone_lookup *dir = new_directory();

    (void)state;
    list_zones(dir, nested);
    zone_lookup_forget(dir, span_from_string("Z2"));
    list_zones(dir, nested);
    assert_string_equal(find(dir, "home.dyn.example.org"), "Z2");
    zone_lookup_free(dir);
    zone_lookup_free(NULL);
}

static const char *id_at(const struct zone_lookup *dir, size_t place)
{
    static char text[ROUTE53_ID_MAX + 1];
    struct span id;

    if (!zone_lookup_at(dir, place, &id))
        return "";
    snprintf(text, sizeof text, "%.*s", (int)id.len, id.ptr);
    return text;
}

static void test_places_are_of_usable_zones(void **state)
{
    struct zone_lookup *dir = new_directory();

    (void)state;
    assert_string_equal(id_at(dir, 0), "");
    list_zones(dir, nested); /* dyn.example.org stands before example.org */
    assert_string_equal(id_at(dir, 0), "Z2");
    assert_string_equal(id_at(dir, 1), "Z1");
    assert_string_equal(id_at(dir, 2), "");
    zone_lookup_forget(dir, span_from_string("Z2"));
    assert_string_equal(id_at(dir, 0), "Z1");
    assert_string_equal(id_at(dir, 1), "");
    zone_lookup_free(dir);
}

/* --- zones themselves ------------------------------------------------------ */

static const struct zone_row shared[] = {{"Z3", "example.org", false},
                                         {"Z2", "dyn.example.org", false},
                                         {"Z1", "dyn.example.org", false},
                                         {"Z9", "example.com", true},
                                         {NULL, NULL, false}};

static const struct {
    const char *label, *name, *zone; /* "": none */
    bool is_usable;
} nearest[] = {
    {"a zone that is usable", "a.example.org", "example.org", true},
    {"of two the longer, though its name is shared", "a.dyn.example.org",
     "dyn.example.org", false},
    {"a private zone is none", "a.example.com", "", false},
    {"another domain", "a.example.net", "", false},
    {"the empty name", "", "", false},
};

/* Who asks for the zone itself need not be told what is ambiguous. */
static struct zone_lookup *shared_directory(void)
{
    struct zone_lookup *dir = zone_lookup_new(NULL, NULL);

    assert_non_null(dir);
    list_zones(dir, shared);
    return dir;
}

static void test_the_nearest_zone_may_be_unusable(void **state)
{
    struct zone_lookup *dir = shared_directory();

    (void)state;
    for (size_t i = 0; i < COUNT(nearest); i++) {
        struct listed_zone zone = {.is_usable = false}, same;
        bool found =
            zone_lookup_nearest(dir, span_from_string(nearest[i].name), &zone);

        if (found != (nearest[i].zone[0] != '\0') ||
            !span_is(zone.name, nearest[i].zone) ||
            zone.is_usable != nearest[i].is_usable)
            fail_msg("%s", nearest[i].label);
        if (found && (!zone_lookup_listed(dir, zone.place, &same) ||
                      same.id.ptr != zone.id.ptr))
            fail_msg("%s: it is not at its place", nearest[i].label);
    }
    zone_lookup_free(dir);
}

static void test_all_public_zones_are_listed(void **state)
{
    static const char *const ids[] = {"Z1", "Z2", "Z3"};
    struct zone_lookup *dir = shared_directory();
    struct listed_zone zone;

    (void)state;
    zone_lookup_forget(dir, span_from_string("Z3"));
    for (size_t i = 0; i < COUNT(ids); i++) {
        assert_true(zone_lookup_listed(dir, i, &zone));
        assert_true(span_is(zone.id, ids[i]));
        assert_int_equal(zone.place, i);
        assert_false(zone.is_usable);
    }
    assert_false(zone_lookup_listed(dir, COUNT(ids), &zone));
    zone_lookup_free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_zone),
        cmocka_unit_test(test_many_zones_are_all_found),
        cmocka_unit_test(test_a_listing_shows_when_it_is_complete),
        cmocka_unit_test(test_a_listing_begun_anew_forgets_the_unfinished_one),
        cmocka_unit_test(test_the_ceiling),
        cmocka_unit_test(test_names_and_ids_at_their_limits),
        cmocka_unit_test(test_a_forgotten_zone_holds_nobody),
        cmocka_unit_test(test_the_zone_above_a_forgotten_one_does_not_inherit),
        cmocka_unit_test(test_the_next_listing_may_bring_it_back),
        cmocka_unit_test(test_places_are_of_usable_zones),
        cmocka_unit_test(test_the_nearest_zone_may_be_unusable),
        cmocka_unit_test(test_all_public_zones_are_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
