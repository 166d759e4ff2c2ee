#include "server/alerts/alert_store.h"

#include "tests/unit/failing_memory.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* Two copies of the server. */
static struct object_store *stores[2];
static struct alert_store kept[2];

static int set_up(void **state)
{
    scratch_folder_set_up(state);
    for (size_t i = 0; i < 2; i++) {
        stores[i] = object_store_new(scratch_path("state"), NULL);
        assert_non_null(stores[i]);
        assert_int_equal(alert_store_init(&kept[i], stores[i]), STATUS_OK);
    }
    return 0;
}

static int tear_down(void **state)
{
    for (size_t i = 0; i < 2; i++) {
        alert_store_clear(&kept[i]);
        object_store_free(stores[i]);
    }
    return scratch_folder_tear_down(state);
}

static void begin(struct alert_store *who, const char *host)
{
    const struct alert_sight sight = {.kind = ALERT_HOST_SILENT,
                                      .subject = span_from_string(host),
                                      .detail = span_from("", 0),
                                      .since = 100};

    assert_non_null(alert_ledger_begin(&who->ledger, &sight));
}

static void test_what_one_saves_the_other_loads(void **state)
{
    (void)state;
    assert_int_equal(alert_store_load(&kept[0]), STATUS_OK); /* there is none */
    begin(&kept[0], "a");
    assert_int_equal(alert_store_save(&kept[0]), STATUS_OK);
    assert_false(kept[0].ledger.is_changed);
    assert_int_equal(alert_store_load(&kept[1]), STATUS_OK);
    assert_int_equal(kept[1].ledger.count, 1);
    begin(&kept[1], "b");
    assert_int_equal(alert_store_save(&kept[1]), STATUS_OK);
    assert_int_equal(alert_store_load(&kept[0]), STATUS_OK);
    assert_int_equal(kept[0].ledger.count, 2);
}

static void test_what_has_not_changed_is_not_read_again(void **state)
{
    struct alert_entry *entry;

    (void)state;
    begin(&kept[0], "a");
    assert_int_equal(alert_store_save(&kept[0]), STATUS_OK);
    entry = kept[0].ledger.entries[0];
    assert_int_equal(alert_store_load(&kept[0]), STATUS_OK);
    assert_ptr_equal(kept[0].ledger.entries[0], entry);
}

static void test_who_comes_second_must_read_again(void **state)
{
    (void)state;
    assert_int_equal(alert_store_load(&kept[0]), STATUS_OK);
    assert_int_equal(alert_store_load(&kept[1]), STATUS_OK);
    begin(&kept[0], "a");
    begin(&kept[1], "b");
    assert_int_equal(alert_store_save(&kept[0]), STATUS_OK);
    assert_int_equal(alert_store_save(&kept[1]), STATUS_CONFLICT);
    assert_int_equal(alert_store_load(&kept[1]), STATUS_OK);
    assert_int_equal(kept[1].ledger.count, 1); /* what he changed is gone */
    assert_string_equal(kept[1].ledger.entries[0]->subject, "a");
    begin(&kept[1], "b");
    assert_int_equal(alert_store_save(&kept[1]), STATUS_OK);
}

static void test_what_is_no_ledger_is_replaced(void **state)
{
    struct object_tag tag = {""};

    (void)state;
    assert_int_equal(object_store_put(stores[1], ALERT_STORE_KEY,
                                      span_from_string("no JSON"), "text/plain",
                                      OBJECT_ALWAYS, &tag),
                     STATUS_OK);
    assert_int_equal(alert_store_load(&kept[0]), STATUS_INVALID);
    assert_int_equal(kept[0].ledger.count, 0);
    begin(&kept[0], "a");
    assert_int_equal(alert_store_save(&kept[0]), STATUS_OK);
    assert_int_equal(alert_store_load(&kept[1]), STATUS_OK);
    assert_int_equal(kept[1].ledger.count, 1);
}

static void test_one_that_was_removed_is_empty(void **state)
{
    (void)state;
    begin(&kept[0], "a");
    assert_int_equal(alert_store_save(&kept[0]), STATUS_OK);
    assert_int_equal(remove(scratch_path("state/" ALERT_STORE_KEY)), 0);
    assert_int_equal(alert_store_load(&kept[0]), STATUS_OK);
    assert_int_equal(kept[0].ledger.count, 0);
    begin(&kept[0], "b");
    assert_int_equal(alert_store_save(&kept[0]), STATUS_OK);
}

static void test_a_store_that_is_out_of_reach(void **state)
{
    (void)state;
    object_store_interrupt(stores[0]);
    assert_int_equal(alert_store_load(&kept[0]), STATUS_UNAVAILABLE);
    begin(&kept[0], "a");
    assert_int_equal(alert_store_save(&kept[0]), STATUS_UNAVAILABLE);
    assert_true(kept[0].ledger.is_changed); /* to be read whole next time */
}

/* Reads the ledger anew while an allocation fails, unless all succeed; then again.
 * Returns whether one failed. */
static bool load_while_memory_is_short(size_t count)
{
    enum status status;
    bool failed;

    alert_store_clear(&kept[1]);
    assert_int_equal(alert_store_init(&kept[1], stores[1]), STATUS_OK);
    failing_memory_after(count);
    status = alert_store_load(&kept[1]);
    failed = failing_memory_stop();
    if (status != STATUS_OK)
        assert_int_equal(status, STATUS_NOMEM);
    else
        assert_int_equal(kept[1].ledger.count, 3);
    assert_int_equal(alert_store_load(&kept[1]), STATUS_OK);
    assert_int_equal(kept[1].ledger.count, 3);
    assert_int_equal(kept[1].ledger.entries[0]->witness_count, 1);
    return failed;
}

static void test_what_was_read_by_half_is_read_again(void **state)
{
    size_t count = 0;

    (void)state;
    begin(&kept[0], "a");
    alert_ledger_witness(&kept[0].ledger, kept[0].ledger.entries[0],
                         "aaaaaaaaaaaaaaaa", 100, 0);
    begin(&kept[0], "b");
    begin(&kept[0], "c");
    assert_int_equal(alert_store_save(&kept[0]), STATUS_OK);
    while (load_while_memory_is_short(count))
        count++;
    assert_true(count > 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_what_one_saves_the_other_loads),
        TEST(test_what_has_not_changed_is_not_read_again),
        TEST(test_who_comes_second_must_read_again),
        TEST(test_what_is_no_ledger_is_replaced),
        TEST(test_one_that_was_removed_is_empty),
        TEST(test_a_store_that_is_out_of_reach),
        TEST(test_what_was_read_by_half_is_read_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
