#include "journal/object_name.h"

#include "journal/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const char copy_name[] = "0123456789abcdef";

static struct object_name made(const char *at, uint32_t number)
{
    struct object_name name = {.number = number};

    memcpy(name.copy, copy_name, sizeof copy_name);
    assert_true(moment_parse(span_from_string(at), &name.made_at));
    return name;
}

static const struct {
    const char *label, *at;
    uint32_t number;
    const char *key;
} names[] = {
    {"a moment, a copy, a number", "2026-11-21T10:15:00Z", 1,
     "events/dt=2026-11-21/20261121T101500Z-0123456789abcdef-000001.jsonl.gz"},
    {"the last moment of a day", "2026-11-21T23:59:59.999Z", 999999,
     "events/dt=2026-11-21/20261121T235959Z-0123456789abcdef-999999.jsonl.gz"},
    {"a number that needs more digits", "2026-11-22T00:00:00Z", 1000000,
     "events/dt=2026-11-22/20261122T000000Z-0123456789abcdef-1000000.jsonl.gz"},
    {"the greatest", "2026-11-22T00:00:00Z", OBJECT_NUMBER_MAX,
     "events/dt=2026-11-22/20261122T000000Z-0123456789abcdef-999999999.jsonl."
     "gz"},
};

static void test_a_name_is_written_and_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct object_name name = made(names[i].at, names[i].number), again;
        char key[OBJECT_NAME_MAX];

        assert_int_equal(object_name_write(&name, key), strlen(names[i].key));
        assert_string_equal(key, names[i].key);
        if (!object_name_read(span_from_string(key), &again))
            fail_msg("%s", names[i].label);
        assert_int_equal(again.made_at, name.made_at - name.made_at % 1000);
        assert_string_equal(again.copy, name.copy);
        assert_int_equal(again.number, name.number);
    }
}

#define DAY "events/dt=2026-11-21/"
#define TIME "20261121T101500Z-"
#define COPY "0123456789abcdef-"

static const struct {
    const char *label, *key;
    bool is_read;
} keys[] = {
    {"a name", DAY TIME COPY "000001.jsonl.gz", true},
    {"nothing", "", false},
    {"the day alone", DAY, false},
    {"the snapshot", "snapshot.jsonl.gz", false},
    {"another folder", "old/dt=2026-11-21/" TIME COPY "000001.jsonl.gz", false},
    {"no day", "events/" TIME COPY "000001.jsonl.gz", false},
    {"a day that is none", "events/dt=2026-11-31/" TIME COPY "000001.jsonl.gz",
     false},
    {"a day that is not the moment's",
     "events/dt=2026-11-22/" TIME COPY "000001.jsonl.gz", false},
    {"a moment that is none", DAY "20261121T251500Z-" COPY "000001.jsonl.gz",
     false},
    {"no copy", DAY TIME "000001.jsonl.gz", false},
    {"a copy in upper case", DAY TIME "0123456789ABCDEF-000001.jsonl.gz",
     false},
    {"a copy with a digit too few", DAY TIME "0123456789abcde-000001.jsonl.gz",
     false},
    {"a copy with a digit too many",
     DAY TIME "0123456789abcdef0-000001.jsonl.gz", false},
    {"no number", DAY TIME COPY ".jsonl.gz", false},
    {"number 0", DAY TIME COPY "000000.jsonl.gz", false},
    {"a number with a digit too few", DAY TIME COPY "00001.jsonl.gz", false},
    {"a number with a zero too many", DAY TIME COPY "0000001.jsonl.gz", false},
    {"a number that is too great", DAY TIME COPY "1000000000.jsonl.gz", false},
    {"a number with a sign", DAY TIME COPY "+00001.jsonl.gz", false},
    {"not packed", DAY TIME COPY "000001.jsonl", false},
    {"something behind it", DAY TIME COPY "000001.jsonl.gz.bak", false},
    {"a folder of that name", DAY TIME COPY "000001.jsonl.gz/", false},
    {"cut short", DAY TIME COPY "000001.json", false},
};

static void test_nothing_else_is_a_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++) {
        struct object_name name = {.number = 77};

        if (object_name_read(span_from_string(keys[i].key), &name) !=
                keys[i].is_read ||
            (name.number == 77) == keys[i].is_read)
            fail_msg("%s", keys[i].label);
    }
}

static void test_no_front_of_a_name_is_one(void **state)
{
    static const char whole[] = DAY TIME COPY "000001.jsonl.gz";
    struct object_name name;

    (void)state;
    for (size_t len = 0; len < sizeof whole - 1; len++)
        assert_false(object_name_read(span_from(whole, len), &name));
}

static void test_names_sort_by_time_and_a_second_has_its_place(void **state)
{
    struct object_name earlier = made("2026-11-21T10:14:59.999Z", 7);
    struct object_name at = made("2026-11-21T10:15:00Z", 1);
    struct object_name later = made("2026-11-21T10:15:00.500Z", 2);
    char keys_of[3][OBJECT_NAME_MAX], before[OBJECT_NAME_MAX];
    char day[OBJECT_NAME_MAX];

    (void)state;
    object_name_write(&earlier, keys_of[0]);
    object_name_write(&at, keys_of[1]);
    object_name_write(&later, keys_of[2]);
    object_name_before(later.made_at, before);
    assert_true(strcmp(keys_of[0], before) < 0);
    assert_true(strcmp(before, keys_of[1]) < 0);
    assert_true(strcmp(keys_of[1], keys_of[2]) < 0);
    assert_int_equal(object_name_day(at.made_at, day), strlen(DAY));
    assert_string_equal(day, DAY);
    assert_int_equal(strncmp(before, day, strlen(day)), 0);
}

static void test_no_two_copies_have_one_name(void **state)
{
    char one[COPY_NAME_MAX], other[COPY_NAME_MAX];

    (void)state;
    assert_true(copy_name_draw(one) && copy_name_draw(other));
    assert_true(copy_name_is_one(span_from_string(one)));
    assert_true(copy_name_is_one(span_from_string(other)));
    assert_string_not_equal(one, other);
    assert_false(copy_name_is_one(span_from_string("")));
    assert_false(copy_name_is_one(span_from_string("0123456789abcdeg")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_is_written_and_read),
        cmocka_unit_test(test_nothing_else_is_a_name),
        cmocka_unit_test(test_no_front_of_a_name_is_one),
        cmocka_unit_test(test_names_sort_by_time_and_a_second_has_its_place),
        cmocka_unit_test(test_no_two_copies_have_one_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
