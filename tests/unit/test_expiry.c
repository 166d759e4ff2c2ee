#include "server/expiry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

enum { NEWS_S = 60, MARGIN_S = 120, NOCHG_S = 300, NOW_S = 1800000000 };

/* --- after how long ----------------------------------------------------------------- */

static const struct {
    const char *label;
    const char *column; /* "": the row does not say */
    uint32_t after_s;   /* for all hosts */
    uint32_t silence_s; /* 0: never */
} silences[] = {
    {"nothing is said", "", 0, 0},
    {"for all hosts", "", 3600, 3600 + MARGIN_S},
    {"in the row", "30d", 0, 30 * 86400 + MARGIN_S},
    {"in the row, which has the last word", "30d", 3600, 30 * 86400 + MARGIN_S},
    {"never, whatever is for all hosts", "never", 3600, 0},
    {"not while nochg may be said of it", "10s", 0, NOCHG_S + MARGIN_S},
    {"nor for all hosts", "", 299, NOCHG_S + MARGIN_S},
    {"as long as that", "300s", 0, NOCHG_S + MARGIN_S},
    {"the longest", "3650d", 0, 3650 * 86400 + MARGIN_S},
};

static void test_how_long_a_host_may_be_silent(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(silences); i++) {
        struct expiry_rules rules = {silences[i].after_s, NOCHG_S, NEWS_S,
                                     MARGIN_S};
        struct host_attributes row = {.len = 0};
        struct host host = {.name = SPAN_LITERAL("a.example.org")};

        print_message("  %s\n", silences[i].label);
        assert_null(host_attributes_add(&row, HOST_ATTRIBUTE_EXPIRE_AFTER,
                                        span_from_string(silences[i].column)));
        host.attributes = span_from((const char *)row.bytes, row.len);
        assert_int_equal(expiry_silence_s(&host, &rules),
                         silences[i].silence_s);
    }
}

/* --- whether it can be believed ---------------------------------------------------------- */

static const struct {
    const char *label;
    struct history_view view; /* in seconds before now; 0: as it says */
    const char *doubt;        /* some of its words; NULL: none */
} doubts[] = {
    {"all is well", {5, 100, 0, true}, NULL},
    {"just so", {NEWS_S, 100, 0, true}, NULL},
    {"the journal has yet to be read",
     {0, 100, 0, true},
     "has not been read yet"},
    {"the store is away", {5, 0, 0, true}, "not in touch"},
    {"it was read too long ago",
     {NEWS_S + 1, 500, 0, true},
     "not been read of late"},
    {"ahead a little", {-NEWS_S, 100, 0, true}, NULL},
    {"the clock was set back", {-NEWS_S - 1, 100, 0, true}, "was set back"},
    {"another copy was killed", {5, 100, 50, true}, "fallen silent"},
};

static int64_t ago(int64_t seconds)
{
    return seconds == 0 ? 0 : ((int64_t)NOW_S - seconds) * 1000;
}

static void test_what_makes_silence_doubtful(void **state)
{
    static const struct expiry_rules rules = {0, NOCHG_S, NEWS_S, MARGIN_S};

    (void)state;
    for (size_t i = 0; i < COUNT(doubts); i++) {
        struct history_view view = {
            .as_of = ago(doubts[i].view.as_of),
            .in_touch_since = ago(doubts[i].view.in_touch_since),
            .unsure_since = ago(doubts[i].view.unsure_since)};
        const char *doubt = expiry_doubt(&view, (int64_t)NOW_S * 1000, &rules);

        print_message("  %s\n", doubts[i].label);
        assert_int_equal(doubt == NULL, doubts[i].doubt == NULL);
        if (doubt != NULL)
            assert_non_null(strstr(doubt, doubts[i].doubt));
    }
}

/* --- whether it is over -------------------------------------------------------------- */

static const struct {
    const char *label;
    int64_t as_of, in_touch_since, last_sign; /* seconds before now */
    uint32_t silence_s;
    bool is_due;
} dues[] = {
    {"silent for longer", 1, 5000, 3603, 3600, true},
    {"silent for as long", 1, 5000, 3602, 3600, false},
    {"the silence is not known to the end", 100, 5000, 3650, 3600, false},
    {"a server that has been up for less", 1, 3000, 9000, 3600, false},
    {"a server that has been up for as long", 1, 3601, 9000, 3600, false},
    {"a server that has been up for longer", 1, 3602, 9000, 3600, true},
    {"never is never", 1, 500000, 400000, 0, false},
};

static void test_silence_must_have_been_heard(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(dues); i++) {
        struct history_view view = {.as_of = ago(dues[i].as_of),
                                    .in_touch_since =
                                        ago(dues[i].in_touch_since)};

        if (expiry_is_due(&view, (uint32_t)(NOW_S - dues[i].last_sign),
                          dues[i].silence_s) != dues[i].is_due)
            fail_msg("%s", dues[i].label);
    }
}

/* --- signs of life ---------------------------------------------------------------------- */

static void test_the_newest_sign_of_life_counts(void **state)
{
    struct host_state host = {.called_at = 99, .succeeded_at = 98};

    (void)state;
    /* Somebody with a wrong token is no sign of the host. */
    assert_int_equal(expiry_last_sign(&host, RRSET_A), 0);
    host.accessed_at = 5;
    assert_int_equal(expiry_last_sign(&host, RRSET_A), 5);
    host.checked_at = 7;
    assert_int_equal(expiry_last_sign(&host, RRSET_A), 7);
    host.updated_at[1] = 9; /* its change went out when it had hung up */
    assert_int_equal(expiry_last_sign(&host, RRSET_A), 7);
    assert_int_equal(expiry_last_sign(&host, RRSET_AAAA), 9);
}

static void test_what_was_removed_is_over_until_it_is_there_again(void **state)
{
    struct host_state host = {.accessed_at = 5};

    (void)state;
    assert_false(expiry_is_over(&host, RRSET_A)); /* unknown */
    host.updated_at[0] = 9;
    assert_true(expiry_is_over(&host, RRSET_A));
    assert_false(expiry_is_over(&host, RRSET_AAAA));
    host.addresses[0].family = ADDRESS_IPV4;
    assert_false(expiry_is_over(&host, RRSET_A));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_how_long_a_host_may_be_silent),
        cmocka_unit_test(test_what_makes_silence_doubtful),
        cmocka_unit_test(test_silence_must_have_been_heard),
        cmocka_unit_test(test_the_newest_sign_of_life_counts),
        cmocka_unit_test(test_what_was_removed_is_over_until_it_is_there_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
