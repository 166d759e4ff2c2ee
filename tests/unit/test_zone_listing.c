#include "server/dns/zone_listing.h"

#include "tests/unit/fake_route53.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum {
    REREAD_INTERVAL_MS = 5000,
    RETRY_FIRST_MS = 500,
    RETRY_CAP_MS = 15000,
    ENDLESS_PAUSE_MS = 60000,
    ZONES_A_PAGE = 100,
};

static struct dns_settings settings;
static struct zone_listing *listing;
static struct {
    unsigned calls, completions;
    int64_t sent_at;
    enum status status;
} told;

static void on_call_done(void *arg, int64_t sent_at,
                         const struct aws_reply *reply)
{
    assert_ptr_equal(arg, &told);
    told.calls++;
    told.sent_at = sent_at;
    told.status = reply->status;
}

/* What was read is in force by now: whoever waits is placed from here. */
static void on_complete(void *arg)
{
    assert_ptr_equal(arg, &told);
    assert_true(zone_listing_is_fresh(listing, fake_now));
    told.completions++;
}

static const struct zone_listing_hooks hooks = {
    .arg = &told, .call_done = on_call_done, .complete = on_complete};

static int set_up(void **state)
{
    (void)state;
    fake_reset();
    memset(&settings, 0, sizeof settings);
    memset(&told, 0, sizeof told);
    listing = zone_listing_new(NULL, &settings, &hooks, 7);
    return listing == NULL ? -1 : 0;
}

static int set_up_with_retries(void **state)
{
    int failed = set_up(state);

    settings.max_attempts = 3;
    zone_listing_free(listing);
    listing = zone_listing_new(NULL, &settings, &hooks, 7);
    return listing == NULL ? -1 : failed;
}

static int tear_down(void **state)
{
    (void)state;
    zone_listing_free(listing);
    return 0;
}

static void send_now(const char *expected)
{
    assert_int_equal(zone_listing_wait_ms(listing, fake_now), 0);
    zone_listing_send(listing, fake_now);
    assert_string_equal(fake_oldest(), expected);
}

/* Sends as soon as the listing wants to; returns how long that took. */
static int64_t send_soon(const char *expected)
{
    int64_t wait = zone_listing_wait_ms(listing, fake_now);

    assert_true(wait >= 0);
    fake_now += wait;
    send_now(expected);
    return wait;
}

static const char *find(const char *name)
{
    static char text[ROUTE53_ID_MAX + 1];
    struct span id;

    if (!zone_lookup_find(zone_listing_lookup(listing), span_from_string(name),
                          &id))
        return "";
    snprintf(text, sizeof text, "%.*s", (int)id.len, id.ptr);
    return text;
}

static const struct fake_zone org[] = {{"Z1", "example.org", false},
                                       {NULL, NULL, false}};
static const struct fake_zone net[] = {{"Z2", "example.net", false},
                                       {NULL, NULL, false}};
static const struct fake_zone none[] = {{NULL, NULL, false}};

/* --- listing ---------------------------------------------------------------- */

static void test_the_zones_are_read_at_the_start(void **state)
{
    (void)state;
    assert_false(zone_listing_is_fresh(listing, fake_now));
    send_now("list ");
    assert_true(zone_listing_is_reading(listing));
    assert_int_equal(zone_listing_wait_ms(listing, fake_now), -1);
    fake_now += 100;
    fake_answer_zones(org, "");
    assert_false(zone_listing_is_reading(listing));
    assert_int_equal(told.calls, 1);
    assert_int_equal(told.sent_at, fake_now - 100);
    assert_int_equal(told.completions, 1);
    assert_string_equal(find("home.example.org"), "Z1");
    assert_int_equal(zone_listing_wait_ms(listing, fake_now), -1);
    assert_string_equal(fake_log(), "info event=hosted_zones_read usable=1\n");
}

static void test_pages_follow_each_other_and_show_when_all_are_read(
    void **state)
{
    (void)state;
    send_now("list ");
    fake_answer_zones(org, "Z2");
    assert_int_equal(told.completions, 0);
    assert_string_equal(find("home.example.org"), "");
    assert_false(zone_listing_is_fresh(listing, fake_now));
    send_now("list Z2");
    fake_answer_zones(none, "Z3");
    send_now("list Z3");
    fake_answer_zones(net, "");
    assert_int_equal(told.calls, 3);
    assert_int_equal(told.completions, 1);
    assert_string_equal(find("home.example.org"), "Z1");
    assert_string_equal(find("home.example.net"), "Z2");
}

static void test_no_usable_zone_is_an_error_in_the_log(void **state)
{
    (void)state;
    send_now("list ");
    fake_answer_zones(none, "");
    assert_int_equal(told.completions, 1);
    assert_string_equal(fake_log(), "error event=hosted_zones_read usable=0\n");
}

static void test_two_zones_of_one_name_are_an_error_in_the_log(void **state)
{
    static const struct fake_zone twins[] = {{"Z1", "example.org", false},
                                             {"Z2", "example.org", false},
                                             {NULL, NULL, false}};

    (void)state;
    send_now("list ");
    fake_answer_zones(twins, "");
    assert_true(fake_logged("error event=hosted_zone_ambiguous "
                            "zone_name=example.org zone=Z1 other_zone=Z2"));
    assert_true(fake_logged("DYNDNS_HOSTED_ZONES"));
    assert_string_equal(find("home.example.org"), "");
}

static void test_a_private_zone_in_a_listing_is_nothing_to_tell(void **state)
{
    static const struct fake_zone zones[] = {{"Z1", "example.org", false},
                                             {"Z2", "corp.example.org", true},
                                             {NULL, NULL, false}};

    (void)state;
    send_now("list ");
    fake_answer_zones(zones, "");
    assert_string_equal(find("home.corp.example.org"), "Z1");
    assert_string_equal(fake_log(), "info event=hosted_zones_read usable=1\n");
}

/* --- reading again ------------------------------------------------------------- */

static void test_a_reading_is_fresh_for_a_while(void **state)
{
    (void)state;
    send_now("list ");
    fake_answer_zones(org, "");
    assert_true(zone_listing_is_fresh(listing, fake_now));
    assert_true(
        zone_listing_is_fresh(listing, fake_now + REREAD_INTERVAL_MS - 1));
    assert_false(zone_listing_is_fresh(listing, fake_now + REREAD_INTERVAL_MS));
}

static void test_requests_do_not_make_a_storm(void **state)
{
    (void)state;
    send_now("list ");
    fake_answer_zones(org, "");
    for (int i = 0; i < 10; i++)
        zone_listing_request(listing);
    assert_int_equal(zone_listing_wait_ms(listing, fake_now),
                     REREAD_INTERVAL_MS);
    fake_now += 3000;
    zone_listing_request(listing);
    assert_int_equal(send_soon("list "), REREAD_INTERVAL_MS - 3000);
    zone_listing_request(listing); /* one is under way */
    fake_answer_zones(net, "");
    assert_int_equal(zone_listing_wait_ms(listing, fake_now), -1);
    assert_string_equal(find("home.example.net"), "Z2");
}

static void test_a_request_long_after_is_served_at_once(void **state)
{
    (void)state;
    send_now("list ");
    fake_answer_zones(org, "");
    fake_now += 3600000;
    assert_int_equal(zone_listing_wait_ms(listing, fake_now), -1);
    zone_listing_request(listing);
    assert_int_equal(zone_listing_wait_ms(listing, fake_now), 0);
}

static void test_a_zone_that_is_gone_holds_nobody_and_is_looked_for(
    void **state)
{
    (void)state;
    send_now("list ");
    fake_answer_zones(org, "");
    zone_listing_zone_gone(listing, span_from_string("Z1"));
    assert_string_equal(find("home.example.org"), "");
    assert_false(zone_listing_is_fresh(listing, fake_now));
    assert_true(fake_logged("warn event=hosted_zone_gone zone=Z1"));
    send_soon("list ");
    fake_answer_zones(org, "");
    assert_string_equal(find("home.example.org"), "Z1");
    assert_true(zone_listing_is_fresh(listing, fake_now));
}

/* --- readings that fail ---------------------------------------------------------- */

static void test_half_a_listing_is_worth_nothing(void **state)
{
    (void)state;
    send_now("list ");
    fake_answer_zones(org, "");
    fake_now += 3600000;
    zone_listing_request(listing);
    send_now("list ");
    fake_answer_zones(net, "Z9");
    send_now("list Z9");
    fake_answer(STATUS_UNAVAILABLE, "connection reset");
    assert_int_equal(told.status, STATUS_UNAVAILABLE);
    assert_int_equal(told.completions, 1);
    assert_string_equal(find("home.example.org"), "Z1");
    assert_string_equal(find("home.example.net"), "");
    send_soon("list "); /* from the first page */
    fake_answer_zones(net, "");
    assert_string_equal(find("home.example.org"), "");
    assert_string_equal(find("home.example.net"), "Z2");
}

static void test_waits_between_failures_grow_and_a_success_ends_them(
    void **state)
{
    int64_t first = 0, late = 0;

    (void)state;
    send_now("list ");
    for (int i = 0; i < 30; i++) {
        int64_t wait;

        fake_answer(STATUS_UNAVAILABLE, "connection refused");
        wait = send_soon("list ");
        assert_in_range(wait, 0, i == 0 ? RETRY_FIRST_MS : RETRY_CAP_MS);
        if (i < 3)
            first += wait;
        if (i >= 27)
            late += wait;
    }
    assert_true(late > first);
    fake_answer_zones(org, "");
    zone_listing_request(listing);
    send_soon("list ");
    fake_answer(STATUS_UNAVAILABLE, "connection refused");
    assert_in_range(send_soon("list "), 0, RETRY_FIRST_MS);
}

static void test_a_page_that_is_lost_is_asked_for_again(void **state)
{
    (void)state;
    send_now("list ");
    fake_answer_zones(org, "Z2");
    send_now("list Z2");
    fake_log();
    fake_answer(STATUS_UNAVAILABLE, "connection reset");
    assert_in_range(send_soon("list Z2"), 0, 1000);
    fake_answer(STATUS_THROTTLED, "rate exceeded");
    assert_in_range(send_soon("list Z2"), 0, 2000);
    assert_string_equal(fake_log(), "");
    assert_int_equal(told.calls, 3); /* whose owner hears of each */
    assert_int_equal(told.status, STATUS_THROTTLED);
    fake_answer_zones(net, "");
    assert_int_equal(told.completions, 1);
    assert_string_equal(find("home.example.org"), "Z1");
    assert_string_equal(find("home.example.net"), "Z2");
}

static void test_so_often_as_is_set_and_each_page_anew(void **state)
{
    (void)state;
    send_now("list ");
    fake_answer(STATUS_UNAVAILABLE, "connection reset");
    send_soon("list ");
    fake_answer(STATUS_UNAVAILABLE, "connection reset");
    send_soon("list ");
    fake_answer_zones(org, "Z2");
    for (int i = 0; i < 3; i++) {
        assert_false(fake_logged("hosted_zones_unread"));
        send_soon("list Z2");
        fake_answer(STATUS_UNAVAILABLE, "connection reset");
    }
    assert_true(fake_logged("error event=hosted_zones_unread"));
    assert_in_range(send_soon("list "), 0, RETRY_FIRST_MS);
}

static void test_what_is_denied_is_not_asked_for_again(void **state)
{
    (void)state;
    send_now("list ");
    fake_answer(STATUS_DENIED, "not authorized");
    assert_true(fake_logged("error event=hosted_zones_unread status=denied"));
}

static void test_a_failure_is_told_with_what_to_do(void **state)
{
    (void)state;
    send_now("list ");
    fake_answer(STATUS_DENIED, "not authorized");
    assert_true(fake_logged("error event=hosted_zones_unread status=denied"));
    assert_true(fake_logged("message=\"not authorized\""));
    assert_true(fake_logged("request_id=r3qu3st"));
    assert_true(fake_logged("route53:ListHostedZones"));
}

static void test_a_call_that_cannot_be_made_has_failed(void **state)
{
    (void)state;
    fake_refuse = STATUS_NOMEM;
    zone_listing_send(listing, fake_now);
    assert_int_equal(told.calls, 1);
    assert_int_equal(told.status, STATUS_UNAVAILABLE);
    assert_false(zone_listing_is_reading(listing));
    fake_refuse = STATUS_OK;
    send_soon("list ");
    fake_answer_zones(org, "");
    assert_int_equal(told.completions, 1);
}

/* --- listings without end ------------------------------------------------------- */

/* With example.org in service, an hour later. */
static void begin_again(void)
{
    send_now("list ");
    fake_answer_zones(org, "");
    fake_now += 3600000;
    fake_log();
    zone_listing_request(listing);
}

static void assert_given_up(const char *message, int64_t wait_least)
{
    assert_true(fake_logged("error event=hosted_zones_unread status=invalid"));
    assert_true(fake_logged(message));
    assert_true(fake_logged("DYNDNS_HOSTED_ZONES"));
    assert_int_equal(told.completions, 1);
    assert_string_equal(find("home.example.org"), "Z1");
    assert_string_equal(find("home.example.net"), "");
    assert_in_range(zone_listing_wait_ms(listing, fake_now), wait_least,
                    wait_least + RETRY_CAP_MS);
    send_soon("list "); /* from the first page */
    fake_answer_zones(net, "");
    assert_string_equal(find("home.example.net"), "Z2");
}

static void test_a_listing_that_never_ends_is_given_up(void **state)
{
    char marker[32], expected[32] = "list ";

    (void)state;
    begin_again();
    for (unsigned page = 1; page <= 200; page++) {
        send_now(expected);
        snprintf(marker, sizeof marker, "M%u", page);
        snprintf(expected, sizeof expected, "list M%u", page);
        fake_answer_zones(net, marker);
    }
    assert_given_up("does not end", ENDLESS_PAUSE_MS);
}

static void test_ten_thousand_zones_are_no_endless_listing(void **state)
{
    char marker[32];

    (void)state;
    for (unsigned page = 1; page <= 200; page++) {
        assert_int_equal(zone_listing_wait_ms(listing, fake_now), 0);
        zone_listing_send(listing, fake_now);
        snprintf(marker, sizeof marker, "M%u", page);
        fake_answer_zones(org, page < 200 ? marker : "");
    }
    assert_int_equal(told.completions, 1);
}

static void test_a_listing_that_does_not_move_on_is_given_up(void **state)
{
    (void)state;
    begin_again();
    send_now("list ");
    fake_answer_zones(net, "Z2");
    send_now("list Z2");
    fake_answer_zones(net, "Z2");
    assert_given_up("does not move on", ENDLESS_PAUSE_MS);
}

static void test_a_marker_that_cannot_be_asked_for_is_no_page_one(void **state)
{
    static char marker[2000];

    (void)state;
    begin_again();
    memset(marker, 'M', sizeof marker - 1);
    send_now("list ");
    fake_answer_zones(net, marker);
    assert_given_up("too long", ENDLESS_PAUSE_MS);
}

static void test_too_many_zones_are_told_with_what_to_do(void **state)
{
    static struct fake_zone page[ZONES_A_PAGE + 1];
    char marker[32];

    (void)state;
    begin_again();
    for (size_t i = 0; i < ZONES_A_PAGE; i++)
        page[i] = net[0];
    for (unsigned i = 0; zone_listing_wait_ms(listing, fake_now) == 0; i++) {
        assert_in_range(i, 0, 100);
        zone_listing_send(listing, fake_now);
        snprintf(marker, sizeof marker, "M%u", i);
        fake_answer_zones(page, marker);
    }
    assert_true(fake_logged("error event=hosted_zones_unread status=full"));
    assert_true(fake_logged("DYNDNS_HOSTED_ZONES"));
    assert_string_equal(find("home.example.org"), "Z1");
}

/* --- DYNDNS_HOSTED_ZONES ------------------------------------------------------------ */

static char id1[] = "Z1", id2[] = "Z2", id3[] = "Z3";
static char *ids[] = {id1, id2, id3};

static int set_up_by_id(void **state)
{
    int result = set_up(state);

    settings.hosted_zones = ids;
    settings.hosted_zone_count = sizeof ids / sizeof ids[0];
    return result;
}

static const struct fake_zone info[] = {{"Z3", "example.info", false},
                                        {NULL, NULL, false}};

static void test_named_zones_are_read_by_id(void **state)
{
    (void)state;
    send_now("get Z1");
    fake_answer_zones(org, "");
    send_now("get Z2");
    fake_answer_zones(net, "");
    assert_int_equal(told.completions, 0);
    send_now("get Z3");
    fake_answer_zones(info, "");
    assert_int_equal(told.calls, 3);
    assert_int_equal(told.completions, 1);
    assert_string_equal(find("home.example.net"), "Z2");
    assert_string_equal(find("home.example.info"), "Z3");
    /* Again means from the first. */
    fake_now += 3600000;
    zone_listing_request(listing);
    send_now("get Z1");
}

static void test_a_named_zone_that_is_missing_does_not_stop_the_others(
    void **state)
{
    (void)state;
    send_now("get Z1");
    fake_answer_zones(org, "");
    send_now("get Z2");
    fake_answer(STATUS_NOT_FOUND, "no such hosted zone");
    assert_true(fake_logged("error event=hosted_zone_missing zone=Z2"));
    send_now("get Z3");
    fake_answer(STATUS_NOT_FOUND, "no such hosted zone");
    assert_int_equal(told.completions, 1);
    assert_string_equal(find("home.example.org"), "Z1");
}

static void test_a_named_private_zone_is_told_and_not_used(void **state)
{
    static const struct fake_zone hidden[] = {{"Z1", "example.org", true},
                                              {NULL, NULL, false}};

    (void)state;
    send_now("get Z1");
    fake_answer_zones(hidden, "");
    assert_true(fake_logged("error event=hosted_zone_private zone=Z1"));
    send_now("get Z2");
    fake_answer_zones(net, "");
    send_now("get Z3");
    fake_answer_zones(info, "");
    assert_string_equal(find("home.example.org"), "");
    assert_string_equal(find("home.example.net"), "Z2");
}

static void test_a_failure_starts_over_with_the_first_id(void **state)
{
    (void)state;
    send_now("get Z1");
    fake_answer_zones(org, "");
    send_now("get Z2");
    fake_answer(STATUS_THROTTLED, "rate exceeded");
    send_soon("get Z1");
    assert_int_equal(told.completions, 0);
}

int main(void)
{
#define READER_TEST(test)                                                      \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define BY_ID_TEST(test)                                                       \
    cmocka_unit_test_setup_teardown(test, set_up_by_id, tear_down)
#define RETRY_TEST(test)                                                       \
    cmocka_unit_test_setup_teardown(test, set_up_with_retries, tear_down)
    const struct CMUnitTest tests[] = {
        RETRY_TEST(test_a_page_that_is_lost_is_asked_for_again),
        RETRY_TEST(test_so_often_as_is_set_and_each_page_anew),
        RETRY_TEST(test_what_is_denied_is_not_asked_for_again),
        READER_TEST(test_the_zones_are_read_at_the_start),
        READER_TEST(test_pages_follow_each_other_and_show_when_all_are_read),
        READER_TEST(test_no_usable_zone_is_an_error_in_the_log),
        READER_TEST(test_two_zones_of_one_name_are_an_error_in_the_log),
        READER_TEST(test_a_private_zone_in_a_listing_is_nothing_to_tell),
        READER_TEST(test_a_reading_is_fresh_for_a_while),
        READER_TEST(test_requests_do_not_make_a_storm),
        READER_TEST(test_a_request_long_after_is_served_at_once),
        READER_TEST(test_a_zone_that_is_gone_holds_nobody_and_is_looked_for),
        READER_TEST(test_half_a_listing_is_worth_nothing),
        READER_TEST(test_waits_between_failures_grow_and_a_success_ends_them),
        READER_TEST(test_a_failure_is_told_with_what_to_do),
        READER_TEST(test_a_call_that_cannot_be_made_has_failed),
        READER_TEST(test_a_listing_that_never_ends_is_given_up),
        READER_TEST(test_ten_thousand_zones_are_no_endless_listing),
        READER_TEST(test_a_listing_that_does_not_move_on_is_given_up),
        READER_TEST(test_a_marker_that_cannot_be_asked_for_is_no_page_one),
        READER_TEST(test_too_many_zones_are_told_with_what_to_do),
        BY_ID_TEST(test_named_zones_are_read_by_id),
        BY_ID_TEST(test_a_named_zone_that_is_missing_does_not_stop_the_others),
        BY_ID_TEST(test_a_named_private_zone_is_told_and_not_used),
        BY_ID_TEST(test_a_failure_starts_over_with_the_first_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
