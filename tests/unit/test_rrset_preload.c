#include "server/dns/rrset_preload.h"

#include "tests/unit/fake_route53.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct zone_lookup *zones;
static struct rrset_preload *preload;
static struct strbuf told; /* what the hooks were told */

static void on_ambiguous(void *arg, struct span name, struct span id,
                         struct span other_id)
{
    (void)arg;
    (void)name;
    (void)id;
    (void)other_id;
}

static void on_call_done(void *arg, int64_t sent_at,
                         const struct aws_reply *reply)
{
    (void)arg;
    strbuf_printf(&told, "%s@%d;", status_name(reply->status),
                  (int)(sent_at - fake_now));
}

static void on_found(void *arg, const struct rrset *rrset, int64_t sent_at)
{
    (void)arg;
    strbuf_printf(&told, "%.*s=%.*s@%d;", (int)rrset->name.len, rrset->name.ptr,
                  (int)rrset->value.len, rrset->value.ptr,
                  (int)(sent_at - fake_now));
}

static void read_zones(size_t count)
{
    char id[ROUTE53_ID_MAX], name[32];

    zone_lookup_begin(zones);
    for (size_t i = 0; i < count; i++) {
        struct hosted_zone zone;

        snprintf(id, sizeof id, "Z%zu", i);
        snprintf(name, sizeof name, "z%02zu.example.org", i);
        zone = (struct hosted_zone){span_from_string(id),
                                    span_from_string(name), false};
        assert_int_equal(zone_lookup_add(zones, &zone), STATUS_OK);
    }
    zone_lookup_commit(zones);
}

static int set_up(void **state)
{
    static const struct rrset_preload_hooks hooks = {.call_done = on_call_done,
                                                     .found = on_found};

    (void)state;
    fake_reset();
    fake_lists_records = true;
    strbuf_init(&told, 4096);
    zones = zone_lookup_new(on_ambiguous, NULL);
    preload = rrset_preload_new(NULL, &hooks);
    assert_non_null(zones);
    assert_non_null(preload);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rrset_preload_free(preload);
    zone_lookup_free(zones);
    strbuf_clear(&told);
    return 0;
}

/* Sends the next call, as its owner does; false when there is none to send. */
static bool send_next(void)
{
    if (rrset_preload_is_over(preload) || rrset_preload_is_reading(preload))
        return false;
    if (!rrset_preload_has_more(preload, zones)) {
        rrset_preload_end(preload);
        return false;
    }
    rrset_preload_send(preload, zones, fake_now);
    return true;
}

static void test_every_page_of_every_zone_is_read(void **state)
{
    static const struct rrset rrsets[] = {
        {SPAN_LITERAL("a.z00.example.org"), RRSET_A, 60,
         SPAN_LITERAL("192.0.2.1")},
        {SPAN_LITERAL("alias.z00.example.org"), RRSET_A, 0, SPAN_LITERAL("")}};

    (void)state;
    read_zones(2);
    assert_true(send_next());
    assert_string_equal(fake_oldest(), "records Z0 ");
    fake_now += 7;
    fake_answer_rrsets(rrsets, 2, "m.z00.example.org");
    assert_string_equal(strbuf_string(&told),
                        "ok@-7;a.z00.example.org=192.0.2.1@-7;");
    assert_true(send_next());
    assert_string_equal(fake_oldest(), "records Z0 m.z00.example.org");
    fake_answer_rrsets(NULL, 0, "");
    assert_true(send_next());
    assert_string_equal(fake_oldest(), "records Z1 ");
    fake_answer_rrsets(NULL, 0, "");
    assert_false(send_next());
    assert_true(rrset_preload_is_over(preload));
    assert_true(fake_logged("info event=records_surveyed records=1 calls=3 "
                            "end=complete"));
}

static void test_one_call_at_a_time(void **state)
{
    (void)state;
    read_zones(2);
    assert_false(rrset_preload_is_reading(preload));
    assert_true(send_next());
    assert_true(rrset_preload_is_reading(preload));
    assert_false(send_next());
    fake_answer_rrsets(NULL, 0, "");
    assert_false(rrset_preload_is_reading(preload));
}

static void test_without_zones_it_is_over_at_once(void **state)
{
    (void)state;
    assert_false(send_next());
    assert_true(rrset_preload_is_over(preload));
}

static void test_it_ends_when_enough_calls_are_spent(void **state)
{
    (void)state;
    read_zones(RRSET_PRELOAD_MAX_CALLS + 1);
    for (int i = 0; i < RRSET_PRELOAD_MAX_CALLS; i++) {
        assert_true(send_next());
        fake_answer_rrsets(NULL, 0, "");
    }
    assert_false(send_next());
    assert_true(fake_logged("calls=20 end=\"enough calls spent\""));
}

static void test_a_listing_that_never_ends_ends_it(void **state)
{
    char name[32];

    (void)state;
    read_zones(1);
    for (int i = 0; i < RRSET_PRELOAD_MAX_CALLS; i++) {
        assert_true(send_next());
        snprintf(name, sizeof name, "m%d.z00.example.org", i);
        fake_answer_rrsets(NULL, 0, name);
    }
    assert_false(send_next());
    assert_true(fake_logged("calls=20 end=\"enough calls spent\""));
}

static void test_a_listing_that_does_not_move_on_ends_it(void **state)
{
    static const struct rrset a = {SPAN_LITERAL("a.z00.example.org"), RRSET_A,
                                   60, SPAN_LITERAL("192.0.2.1")};
    static char name[3000];

    (void)state;
    read_zones(1);
    assert_true(send_next());
    fake_answer_rrsets(&a, 1, "m.z00.example.org");
    assert_true(send_next());
    fake_answer_rrsets(&a, 1, "m.z00.example.org");
    assert_false(send_next());
    assert_true(fake_logged("error event=records_surveyed records=2 calls=2 "
                            "end=\"the listing does not move on"));
    tear_down(state);
    set_up(state);
    memset(name, 'm', sizeof name - 1);
    read_zones(1);
    assert_true(send_next());
    fake_answer_rrsets(&a, 1, name);
    assert_false(send_next());
    assert_true(fake_logged("error event=records_surveyed records=1 calls=1"));
}

static void test_a_failure_ends_it(void **state)
{
    static const struct {
        const char *label, *expected_log;
        enum status status;
    } cases[] = {
        {"a call that fails", "end=\"a call failed\"", STATUS_UNAVAILABLE},
        {"a missing permission is named", "route53:ListResourceRecordSets",
         STATUS_DENIED},
        {"throttling: others need the calls more", "end=\"a call failed\"",
         STATUS_THROTTLED},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("  %s\n", cases[i].label);
        read_zones(2);
        assert_true(send_next());
        fake_answer(cases[i].status, "");
        assert_true(rrset_preload_is_over(preload));
        assert_false(send_next());
        assert_true(fake_logged(cases[i].expected_log));
        tear_down(state);
        set_up(state);
    }
}

static void test_a_call_that_cannot_be_made_ends_it(void **state)
{
    (void)state;
    fake_lists_records = false;
    read_zones(1);
    assert_true(send_next());
    assert_string_equal(strbuf_string(&told), "nomem@0;");
    assert_true(rrset_preload_is_over(preload));
    assert_false(rrset_preload_is_reading(preload));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_page_of_every_zone_is_read,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_call_at_a_time, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_without_zones_it_is_over_at_once,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_it_ends_when_enough_calls_are_spent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_listing_that_never_ends_ends_it,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_a_listing_that_does_not_move_on_ends_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_failure_ends_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_call_that_cannot_be_made_ends_it,
                                        set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
