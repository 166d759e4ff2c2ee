#include "server/table/rrset_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { HOSTS = 3, HOST = 1, SENT_AT = 1000, MAX_AGE = 300 };

static struct in_transit_counts in_transit;
static struct rrset_cache *known;

static int set_up(void **state)
{
    (void)state;
    memset(&in_transit, 0, sizeof in_transit);
    known = rrset_cache_new(HOSTS);
    return known == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    rrset_cache_free(known);
    return 0;
}

static const struct span name = SPAN_LITERAL("home.example.org");

static struct address address(const char *text)
{
    struct address parsed;

    if (!address_parse(span_from_string(text), &parsed))
        fail_msg("the test's own address is none: %s", text);
    return parsed;
}

static void set(const char *text, uint32_t sent_at)
{
    struct address a = address(text);

    rrset_cache_set(known, HOST, &a, sent_at);
}

/* Asks one second after SENT_AT. */
static bool says(const char *text)
{
    struct address a = address(text);

    return rrset_cache_confirms(known, &in_transit, HOST, name, &a, SENT_AT + 1,
                                MAX_AGE);
}

static void assert_last(enum rrset_type type, const char *expected)
{
    struct address last = rrset_cache_last(known, HOST, type);
    char text[ADDRESS_TEXT_MAX];

    address_format(&last, text);
    assert_string_equal(text, expected);
}

/* --- one record ------------------------------------------------------------ */

static const struct {
    const char *label, *set, *in_transit;
    bool says;
} matches[] = {
    {"nothing is known at first", NULL, "192.0.2.1", false},
    {"not even of the address that is all zeros", NULL, "0.0.0.0", false},
    {"nor of the IPv6 one", NULL, "::", false},
    {"the same address", "192.0.2.1", "192.0.2.1", true},
    {"another address", "192.0.2.1", "192.0.2.2", false},
    {"an address that differs in its first byte", "192.0.2.1", "193.0.2.1",
     false},
    {"0.0.0.0 is an address too", "0.0.0.0", "0.0.0.0", true},
    {"255.255.255.255 is", "255.255.255.255", "255.255.255.255", true},
    {"the same IPv6 address", "2001:db8::1", "2001:db8::1", true},
    {"another last byte", "2001:db8::1", "2001:db8::2", false},
    {"another first byte", "2001:db8::1", "3001:db8::1", false},
    {"the halves exchanged", "2001:db8::1", "0:0:0:1:2001:db8::", false},
    {"A says nothing of AAAA", "192.0.2.1", "2001:db8::1", false},
    {"AAAA says nothing of A", "2001:db8::1", "192.0.2.1", false},
    {"not even where the bits are those of an A slot", "8000::c000:201",
     "192.0.2.1", false},
};

static void test_what_a_slot_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(matches); i++) {
        set_up(NULL);
        if (matches[i].set != NULL)
            set(matches[i].set, SENT_AT);
        if (says(matches[i].in_transit) != matches[i].says)
            fail_msg("%s", matches[i].label);
        tear_down(NULL);
    }
}

static const struct {
    const char *label;
    uint32_t sent_at, now, max_age;
    bool says;
} ages[] = {
    {"in the second of its batch", 1000, 1000, 300, true},
    {"one second short of the age", 1000, 1299, 300, true},
    {"at the age", 1000, 1300, 300, false},
    {"past the age", 1000, 1301, 300, false},
    {"an age of one second is this second only", 1000, 1000, 1, true},
    {"and no more", 1000, 1001, 1, false},
    {"an age of nothing is never", 1000, 1000, 0, false},
    {"dated by the second that the reader's clock has yet to reach", 1000, 999,
     300, true},
    {"the longest age", 1, UINT32_MAX, UINT32_MAX, true},
    {"remembered for the log alone", 0, 1000, UINT32_MAX, false},
};

static void test_for_how_long(void **state)
{
    struct address a = address("192.0.2.1");

    (void)state;
    for (size_t i = 0; i < COUNT(ages); i++) {
        rrset_cache_set(known, HOST, &a, ages[i].sent_at);
        if (rrset_cache_confirms(known, &in_transit, HOST, name, &a,
                                 ages[i].now, ages[i].max_age) != ages[i].says)
            fail_msg("%s", ages[i].label);
    }
}

static void test_the_newest_word_counts(void **state)
{
    (void)state;
    set("192.0.2.1", SENT_AT - 10);
    set("192.0.2.2", SENT_AT);
    assert_false(says("192.0.2.1"));
    assert_true(says("192.0.2.2"));
    set("192.0.2.1", SENT_AT);
    assert_true(says("192.0.2.1"));
}

static void test_forgetting_silences_but_remembers_for_the_log(void **state)
{
    (void)state;
    set("192.0.2.1", SENT_AT);
    set("2001:db8::1", SENT_AT);
    rrset_cache_invalidate(known, HOST, RRSET_A);
    assert_false(says("192.0.2.1"));
    assert_true(says("2001:db8::1"));
    assert_last(RRSET_A, "192.0.2.1");
    rrset_cache_invalidate(known, HOST, RRSET_AAAA);
    assert_false(says("2001:db8::1"));
    assert_last(RRSET_AAAA, "2001:db8::1");
    set("192.0.2.2", SENT_AT);
    assert_true(says("192.0.2.2"));
}

static void test_forgetting_what_was_never_known(void **state)
{
    (void)state;
    rrset_cache_invalidate(known, HOST, RRSET_A);
    assert_false(says("0.0.0.0"));
    assert_last(RRSET_A, "-");
}

static void test_an_accepted_change_with_a_newer_one_under_way(void **state)
{
    (void)state;
    set("192.0.2.1", SENT_AT);
    set("192.0.2.2", 0);
    assert_false(says("192.0.2.1"));
    assert_false(says("192.0.2.2"));
    assert_last(RRSET_A, "192.0.2.2");
}

static const struct {
    const char *label, *set, *a, *aaaa;
} lasts[] = {
    {"never known", NULL, "-", "-"},
    {"an A", "192.0.2.1", "192.0.2.1", "-"},
    {"an AAAA", "2001:db8::1", "-", "2001:db8::1"},
    {"the A that is all zeros", "0.0.0.0", "0.0.0.0", "-"},
};

static void test_last(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lasts); i++) {
        print_message("%s\n", lasts[i].label);
        set_up(NULL);
        if (lasts[i].set != NULL)
            set(lasts[i].set, SENT_AT);
        assert_last(RRSET_A, lasts[i].a);
        assert_last(RRSET_AAAA, lasts[i].aaaa);
        for (uint32_t host = 0; host < HOSTS; host++)
            assert_int_equal(rrset_cache_knows(known, host),
                             host == HOST && lasts[i].set != NULL);
        tear_down(NULL);
    }
}

static void test_what_is_forgotten_was_never_known(void **state)
{
    struct address a = address("192.0.2.1");

    (void)state;
    set("192.0.2.1", SENT_AT);
    set("2001:db8::1", SENT_AT);
    assert_int_equal(rrset_cache_sent_at(known, HOST, RRSET_A), SENT_AT);
    rrset_cache_forget(known, HOST, RRSET_A);
    assert_last(RRSET_A, "-");
    assert_last(RRSET_AAAA, "2001:db8::1");
    assert_false(rrset_cache_confirms(known, &in_transit, HOST, name, &a,
                                      SENT_AT, MAX_AGE));
    assert_int_equal(rrset_cache_sent_at(known, HOST, RRSET_A), 0);
    assert_int_equal(rrset_cache_sent_at(known, HOST, RRSET_AAAA), SENT_AT);
    assert_true(rrset_cache_knows(known, HOST));
    rrset_cache_forget(known, HOST, RRSET_AAAA);
    assert_false(rrset_cache_knows(known, HOST));
}

static void test_hosts_do_not_speak_for_each_other(void **state)
{
    struct address a = address("192.0.2.1"), aaaa = address("2001:db8::1");

    (void)state;
    set("192.0.2.1", SENT_AT);
    set("2001:db8::1", SENT_AT);
    for (uint32_t host = 0; host < HOSTS; host++) {
        assert_int_equal(rrset_cache_confirms(known, &in_transit, host, name,
                                              &a, SENT_AT, MAX_AGE),
                         host == HOST);
        assert_int_equal(rrset_cache_confirms(known, &in_transit, host, name,
                                              &aaaa, SENT_AT, MAX_AGE),
                         host == HOST);
    }
}

/* --- changes on their way ---------------------------------------------------- */

static void test_nothing_is_said_while_a_change_is_on_its_way(void **state)
{
    (void)state;
    set("192.0.2.1", SENT_AT);
    in_transit_begin(&in_transit, name);
    assert_false(says("192.0.2.1"));
    in_transit_begin(&in_transit, name);
    in_transit_end(&in_transit, name);
    assert_false(says("192.0.2.1"));
    in_transit_end(&in_transit, name);
    assert_true(says("192.0.2.1"));
}

static void test_a_change_of_one_family_silences_both(void **state)
{
    (void)state;
    set("192.0.2.1", SENT_AT);
    set("2001:db8::1", SENT_AT);
    in_transit_begin(&in_transit, name);
    assert_false(says("192.0.2.1"));
    assert_false(says("2001:db8::1"));
    in_transit_end(&in_transit, name);
}

static void test_names_spread_over_the_stripes(void **state)
{
    unsigned most = 0, used = 0;

    (void)state;
    for (unsigned i = 0; i < 4 * IN_TRANSIT_STRIPES; i++) {
        char text[32];

        snprintf(text, sizeof text, "h%u.example.org", i);
        in_transit_begin(&in_transit, span_from_string(text));
    }
    for (size_t i = 0; i < IN_TRANSIT_STRIPES; i++) {
        unsigned count = atomic_load(&in_transit.counts[i]);

        most = count > most ? count : most;
        used += count > 0;
    }
    assert_true(used > IN_TRANSIT_STRIPES * 9 / 10);
    assert_true(most < 32);
}

static void test_begin_and_end_meet_on_one_stripe(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2 * IN_TRANSIT_STRIPES; i++) {
        char text[32];

        snprintf(text, sizeof text, "h%u.example.org", i);
        in_transit_begin(&in_transit, span_from_string(text));
        in_transit_end(&in_transit, span_from_string(text));
    }
    for (size_t i = 0; i < IN_TRANSIT_STRIPES; i++)
        assert_int_equal(atomic_load(&in_transit.counts[i]), 0);
}

/* --- tables that follow each other ------------------------------------------- */

static void test_a_retired_table_is_silent_for_good(void **state)
{
    (void)state;
    set("192.0.2.1", SENT_AT);
    rrset_cache_retire(known);
    assert_false(says("192.0.2.1"));
    set("192.0.2.2", SENT_AT);
    assert_false(says("192.0.2.2"));
    assert_last(RRSET_A, "192.0.2.2");
}

static void test_what_is_known_is_carried_over(void **state)
{
    struct rrset_cache *old = known;
    struct address a = address("192.0.2.1"), aaaa = address("2001:db8::1");

    (void)state;
    rrset_cache_set(old, 0, &a, SENT_AT);
    rrset_cache_set(old, 0, &aaaa, SENT_AT - 100);
    rrset_cache_retire(old);
    known = rrset_cache_new(HOSTS);
    assert_non_null(known);
    rrset_cache_carry(known, HOST, old, 0, RRSET_AAAA);
    assert_last(RRSET_A, "-"); /* each record alone */
    rrset_cache_carry(known, HOST, old, 0, RRSET_A);
    assert_true(says("192.0.2.1"));
    assert_true(says("2001:db8::1"));
    /* With its age: being carried does not make it younger. */
    assert_false(rrset_cache_confirms(known, &in_transit, HOST, name, &aaaa,
                                      SENT_AT + 1, 101));
    assert_true(rrset_cache_confirms(known, &in_transit, HOST, name, &aaaa,
                                     SENT_AT + 1, 102));
    rrset_cache_free(old);
}

static void test_what_is_forgotten_is_carried_as_forgotten(void **state)
{
    struct rrset_cache *old = known;
    struct address a = address("192.0.2.1");

    (void)state;
    rrset_cache_set(old, 0, &a, SENT_AT);
    rrset_cache_invalidate(old, 0, RRSET_A);
    assert_true(rrset_cache_knows(old, 0));
    known = rrset_cache_new(HOSTS);
    assert_non_null(known);
    rrset_cache_carry(known, HOST, old, 0, RRSET_A);
    rrset_cache_carry(known, HOST, old, 0, RRSET_AAAA);
    assert_false(says("192.0.2.1"));
    assert_last(RRSET_A, "192.0.2.1");
    assert_last(RRSET_AAAA, "-");
    rrset_cache_free(old);
}

static void test_a_table_without_hosts(void **state)
{
    struct rrset_cache *none = rrset_cache_new(0);

    (void)state;
    assert_non_null(none);
    rrset_cache_retire(none);
    rrset_cache_free(none);
    rrset_cache_free(NULL);
}

int main(void)
{
#define KNOWN_TEST(test)                                                       \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_slot_says),
        KNOWN_TEST(test_for_how_long),
        KNOWN_TEST(test_the_newest_word_counts),
        KNOWN_TEST(test_forgetting_silences_but_remembers_for_the_log),
        KNOWN_TEST(test_forgetting_what_was_never_known),
        KNOWN_TEST(test_an_accepted_change_with_a_newer_one_under_way),
        cmocka_unit_test(test_last),
        KNOWN_TEST(test_what_is_forgotten_was_never_known),
        KNOWN_TEST(test_hosts_do_not_speak_for_each_other),
        KNOWN_TEST(test_nothing_is_said_while_a_change_is_on_its_way),
        KNOWN_TEST(test_a_change_of_one_family_silences_both),
        KNOWN_TEST(test_names_spread_over_the_stripes),
        KNOWN_TEST(test_begin_and_end_meet_on_one_stripe),
        KNOWN_TEST(test_a_retired_table_is_silent_for_good),
        KNOWN_TEST(test_what_is_known_is_carried_over),
        KNOWN_TEST(test_what_is_forgotten_is_carried_as_forgotten),
        cmocka_unit_test(test_a_table_without_hosts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
