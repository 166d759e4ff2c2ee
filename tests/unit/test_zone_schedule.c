#include "server/dns/zone_schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { ZONES = 100, NOW = 100000 };

static struct zone_queue *zones[ZONES];
static struct rrset_table table;
static struct zone_schedule schedule;

static int set_up(void **state)
{
    char id[16];

    (void)state;
    zone_schedule_init(&schedule, LANE_SHARED);
    for (int i = 0; i < ZONES; i++) {
        snprintf(id, sizeof id, "Z%d", i);
        zones[i] = zone_queue_new(span_from_string(id));
        if (zones[i] == NULL ||
            zone_schedule_reserve(&schedule, (size_t)i + 1) != STATUS_OK)
            return -1;
    }
    return rrset_table_init(&table) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < ZONES; i++) {
        for (int lane = 0; lane < LANE_COUNT; lane++) {
            struct rrset_state *record;

            while ((record = zone_queue_head(zones[i], (enum lane)lane)) !=
                   NULL) {
                zone_queue_remove(record);
                rrset_table_remove(&table, record);
            }
        }
        zone_schedule_remove(&schedule, zones[i]);
        zone_queue_free(zones[i]);
    }
    assert_int_equal(schedule.changes, 0);
    zone_schedule_clear(&schedule);
    rrset_table_clear(&table);
    return 0;
}

static struct rrset_state *ask(int zone, int64_t asked_at)
{
    static int number;
    char name[32];
    struct rrset_state *record;

    snprintf(name, sizeof name, "h%d.example.org", number++);
    record = rrset_table_add(&table, span_from_string(name), RRSET_A);
    assert_non_null(record);
    record->pending.wanted = true;
    record->pending.asked_at = record->pending.renewed_at = asked_at;
    zone_queue_append(zones[zone], record);
    zone_schedule_place(&schedule, zones[zone]);
    return record;
}

static void end(int zone, struct rrset_state *record)
{
    zone_queue_remove(record);
    rrset_table_remove(&table, record);
    zone_schedule_place(&schedule, zones[zone]);
}

static void test_nothing_to_send(void **state)
{
    (void)state;
    assert_null(zone_schedule_first(&schedule, NOW));
    assert_int_equal(zone_schedule_wait_ms(&schedule, NOW), INT64_MAX);
}

static void test_whose_change_waited_longest_goes_first(void **state)
{
    struct rrset_state *records[ZONES];

    (void)state;
    for (int i = 0; i < ZONES; i++)
        records[i] = ask(i, NOW - i * 37 % ZONES);
    for (int left = ZONES; left > 0; left--) {
        struct zone_queue *first = zone_schedule_first(&schedule, NOW);
        int oldest = -1;

        for (int i = 0; i < ZONES; i++)
            if (records[i] != NULL &&
                (oldest < 0 || records[i]->pending.asked_at <
                                   records[oldest]->pending.asked_at))
                oldest = i;
        assert_ptr_equal(first, zones[oldest]);
        end(oldest, records[oldest]);
        records[oldest] = NULL;
    }
    assert_null(zone_schedule_first(&schedule, NOW));
}

static void test_it_is_the_first_change_of_a_zone_that_counts(void **state)
{
    struct rrset_state *old;

    (void)state;
    old = ask(0, NOW - 50);
    ask(0, NOW - 10);
    ask(1, NOW - 20);
    assert_ptr_equal(zone_schedule_first(&schedule, NOW), zones[0]);
    end(0, old);
    assert_ptr_equal(zone_schedule_first(&schedule, NOW), zones[1]);
}

static void test_a_zone_in_flight_is_passed_over(void **state)
{
    struct batch flight;

    (void)state;
    ask(0, NOW);
    zones[0]->in_flight = &flight;
    zone_schedule_place(&schedule, zones[0]);
    assert_null(zone_schedule_first(&schedule, NOW));
    assert_int_equal(zone_schedule_wait_ms(&schedule, NOW), INT64_MAX);
    zones[0]->in_flight = NULL;
    zone_schedule_place(&schedule, zones[0]);
    assert_ptr_equal(zone_schedule_first(&schedule, NOW), zones[0]);
}

static void test_a_zone_rests_after_a_failure(void **state)
{
    (void)state;
    assert_null(zone_schedule_first(&schedule, NOW));
    zones[0]->retry_at = NOW + 500;
    zones[1]->retry_at = NOW + 300;
    ask(0, NOW - 50);
    ask(1, NOW);
    assert_null(zone_schedule_first(&schedule, NOW));
    assert_int_equal(zone_schedule_wait_ms(&schedule, NOW), 300);
    assert_null(zone_schedule_first(&schedule, NOW + 299));
    assert_ptr_equal(zone_schedule_first(&schedule, NOW + 300), zones[1]);
    assert_int_equal(zone_schedule_wait_ms(&schedule, NOW + 300), 0);
    assert_ptr_equal(zone_schedule_first(&schedule, NOW + 500), zones[0]);
}

static void test_each_lane_has_a_schedule_of_its_own(void **state)
{
    struct zone_schedule alone;
    struct rrset_state *record;

    (void)state;
    zone_schedule_init(&alone, LANE_ALONE);
    assert_int_equal(zone_schedule_reserve(&alone, ZONES), STATUS_OK);
    ask(0, NOW);
    record = ask(1, NOW);
    zone_queue_remove(record);
    record->refusals = 1;
    zone_queue_append(zones[1], record);
    zone_schedule_place(&schedule, zones[1]);
    zone_schedule_place(&alone, zones[1]);
    assert_ptr_equal(zone_schedule_first(&alone, NOW), zones[1]);
    assert_int_equal(alone.changes, 1);
    assert_ptr_equal(zone_schedule_first(&schedule, NOW), zones[0]);
    assert_int_equal(schedule.changes, 1);
    zone_schedule_remove(&alone, zones[1]);
    assert_int_equal(alone.changes, 0);
    zone_schedule_clear(&alone);
}

static void test_the_changes_of_all_zones_are_counted(void **state)
{
    struct rrset_state *record;

    (void)state;
    ask(0, NOW);
    ask(0, NOW);
    record = ask(7, NOW);
    assert_int_equal(schedule.changes, 3);
    end(7, record);
    assert_int_equal(schedule.changes, 2);
}

int main(void)
{
#define SCHEDULE_TEST(test)                                                    \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        SCHEDULE_TEST(test_nothing_to_send),
        SCHEDULE_TEST(test_whose_change_waited_longest_goes_first),
        SCHEDULE_TEST(test_it_is_the_first_change_of_a_zone_that_counts),
        SCHEDULE_TEST(test_a_zone_in_flight_is_passed_over),
        SCHEDULE_TEST(test_a_zone_rests_after_a_failure),
        SCHEDULE_TEST(test_each_lane_has_a_schedule_of_its_own),
        SCHEDULE_TEST(test_the_changes_of_all_zones_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
