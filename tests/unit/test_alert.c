#include "server/alerts/alert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *label;
    enum alert_kind kind;
    enum alert_phase phase;
    const char *subject;
    size_t count;
    const char *title;
} titles[] = {
    {"one host is named", ALERT_HOST_SILENT, ALERT_BEGUN, "a.example.org", 1,
     "a.example.org is silent"},
    {"and when it calls again", ALERT_HOST_SILENT, ALERT_ENDED, "a.example.org",
     1, "a.example.org is no longer silent"},
    {"several are counted", ALERT_HOST_SILENT, ALERT_BEGUN, "a.example.org", 3,
     "3 hosts are silent"},
    {"those that are too many are not named", ALERT_HOST_REFUSED, ALERT_BEGUN,
     ALERT_MANY, 1, "more hosts are refused than are named"},
    {"of what there is one, nothing is named", ALERT_ROUTE53_UNREACHABLE,
     ALERT_BEGUN, "", 1, "Route 53 cannot be used"},
    {"a certificate has its date", ALERT_CERTIFICATE_EXPIRES, ALERT_BEGUN,
     "2026-12-01", 1, "the certificate expires on 2026-12-01"},
    {"a guesser may be after nobody in particular", ALERT_LOGIN_ATTACKED,
     ALERT_ENDED, ALERT_MANY, 1, "nobody guesses at tokens any more"},
};

static void test_titles(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 1000);
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        print_message("  %s\n", titles[i].label);
        strbuf_rewind(&out);
        alert_append_title(&out, titles[i].kind, titles[i].phase,
                           span_from_string(titles[i].subject),
                           titles[i].count);
        assert_string_equal(strbuf_string(&out), titles[i].title);
    }
    strbuf_clear(&out);
}

/* The words that are told, and those that the ledger is written in. */
static void test_each_kind_has_all_its_words(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 1000);
    for (size_t i = 0; i < ALERT_KINDS; i++) {
        enum alert_kind kind = (enum alert_kind)i, found = ALERT_KINDS;
        const char *word = alert_kind_word(kind);

        assert_true(alert_kind_of(span_from_string(word), &found));
        assert_int_equal(found, kind);
        assert_true(strlen(alert_advice(kind)) > 0);
        assert_string_equal(alert_chapter(kind) + 1, word);
        for (size_t count = 1; count <= 2; count++) {
            strbuf_rewind(&out);
            alert_append_title(&out, kind, ALERT_BEGUN, span_from("*", 1),
                               count);
            alert_append_title(&out, kind, ALERT_ENDED, span_from("x", 1),
                               count);
            assert_true(out.len > 20);
        }
    }
    strbuf_clear(&out);
}

static void test_words_of_a_newer_version_are_none(void **state)
{
    enum alert_kind kind = ALERT_ROWS_LEFT_OUT;

    (void)state;
    assert_false(alert_kind_of(span_from_string("disk_full"), &kind));
    assert_false(alert_kind_of(span_from_string(""), &kind));
    assert_false(alert_kind_of(span_from_string("host_silent "), &kind));
    assert_int_equal(kind, ALERT_ROWS_LEFT_OUT);
}

static void test_what_all_copies_know_is_told_from_what_one_sees(void **state)
{
    (void)state;
    assert_true(alert_is_of_host(ALERT_HOST_SILENT));
    assert_true(alert_is_of_host(ALERT_HOST_REFUSED));
    assert_false(alert_is_of_host(ALERT_TABLE_NOT_LOADED));
    assert_false(alert_is_of_host(ALERT_LOGIN_ATTACKED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_titles),
        cmocka_unit_test(test_each_kind_has_all_its_words),
        cmocka_unit_test(test_words_of_a_newer_version_are_none),
        cmocka_unit_test(test_what_all_copies_know_is_told_from_what_one_sees),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
