#include "server/table/table_refresh.h"

#include "tests/unit/fake_route53.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define ONE "a.example.org,s3cret1\n"
#define TWO ONE "b.example.org,s3cret2\n"
#define THREE TWO "c.example.org,s3cret3\n"
#define TORN TWO "d.example.org,\"s3cret4\n"

enum { REFRESH_SECONDS = 60, RETRY_FIRST_MS = 500, RETRY_CAP_MS = 15000 };

static char *path;
static struct table_settings settings;
static struct health health;
static struct table_refresh *loader;
static struct {
    unsigned tables;
    size_t hosts;
    struct table_origin origin;
} told;

static void on_loaded(void *arg, struct hostdb *hosts,
                      const struct table_origin *origin)
{
    assert_ptr_equal(arg, &told);
    told.tables++;
    told.hosts = hostdb_count(hosts);
    told.origin = *origin;
    health_note_table(&health, told.hosts); /* as the updater does */
    hostdb_release(hosts);
}

static void write_file(const char *text)
{
    scratch_write("hosts.csv", span_from_string(text));
}

static int set_up(void **state)
{
    fake_reset();
    memset(&told, 0, sizeof told);
    if (scratch_folder_set_up(state) != 0)
        return -1;
    path = scratch_path("hosts.csv");
    settings = (struct table_settings){.database = path,
                                       .refresh_seconds = REFRESH_SECONDS};
    health_init(&health, false, time(NULL));
    loader = table_refresh_new(NULL, &settings, &health, 7, on_loaded, &told);
    return loader == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    table_refresh_free(loader);
    return scratch_folder_tear_down(state);
}

/* A load that is due, to its end. */
static void load(void)
{
    assert_int_equal(table_refresh_wait_ms(loader, fake_now), 0);
    do
        table_refresh_run(loader, fake_now);
    while (table_refresh_wait_ms(loader, fake_now) == 0);
}

static void wait_and_load(int64_t ms)
{
    assert_int_equal(table_refresh_wait_ms(loader, fake_now), ms);
    fake_now += ms;
    load();
}

/* The health page's word about the table. */
static void assert_table(const char *word)
{
    struct strbuf page;
    char wanted[64];

    snprintf(wanted, sizeof wanted, "\"table\":\"%s\"", word);
    strbuf_init(&page, 1024);
    health_write_json(&health, &page);
    assert_non_null(strstr(strbuf_string(&page), wanted));
    strbuf_clear(&page);
}

/* --- the first table -------------------------------------------------------- */

static void test_the_table_is_read_at_the_start(void **state)
{
    (void)state;
    write_file(TWO);
    load();
    assert_int_equal(told.tables, 1);
    assert_int_equal(told.hosts, 2);
    assert_table("current");
    assert_true(fake_logged("info event=table_loaded"));
    assert_true(fake_logged("hosts=2 rows_left_out=0"));
    assert_int_equal(table_refresh_wait_ms(loader, fake_now),
                     REFRESH_SECONDS * 1000);
}

static void test_until_there_is_one_it_is_tried_with_growing_waits(void **state)
{
    int64_t first = 0, late = 0;

    (void)state;
    load();
    for (int i = 0; i < 30; i++) {
        int64_t wait = table_refresh_wait_ms(loader, fake_now);

        assert_in_range(wait, 0, i == 0 ? RETRY_FIRST_MS : RETRY_CAP_MS);
        first += i < 3 ? wait : 0;
        late += i >= 27 ? wait : 0;
        fake_now += wait;
        table_refresh_run(loader, fake_now);
    }
    assert_true(late > first);
    assert_int_equal(told.tables, 0);
    assert_table("none");
    assert_true(fake_logged("error event=table_load_failed"));
    assert_true(fake_logged("in_service=none"));
    write_file(ONE);
    wait_and_load(table_refresh_wait_ms(loader, fake_now));
    assert_int_equal(told.tables, 1);
    assert_int_equal(table_refresh_wait_ms(loader, fake_now),
                     REFRESH_SECONDS * 1000);
}

/* --- the next ones ------------------------------------------------------------- */

static void test_an_unchanged_table_is_not_read_again(void **state)
{
    (void)state;
    write_file(TWO);
    load();
    (void)fake_log();
    wait_and_load(REFRESH_SECONDS * 1000);
    assert_int_equal(told.tables, 1);
    assert_true(fake_logged("debug event=table_unchanged"));
    assert_table("current");
}

static void test_a_changed_table_is(void **state)
{
    (void)state;
    write_file(TWO);
    load();
    write_file(THREE);
    wait_and_load(REFRESH_SECONDS * 1000);
    assert_int_equal(told.tables, 2);
    assert_int_equal(told.hosts, 3);
}

static const struct {
    const char *label, *text; /* NULL: the file is gone */
} failures[] = {
    {"a torn file", TORN},
    {"a file without a host", "\n"},
    {"an empty file", ""},
    {"no file", NULL},
};

static void test_a_load_that_fails_leaves_the_table_before(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        print_message("%s\n", failures[i].label);
        set_up(NULL);
        write_file(TWO);
        load();
        (void)fake_log();
        if (failures[i].text != NULL)
            write_file(failures[i].text);
        else
            unlink(path);
        wait_and_load(REFRESH_SECONDS * 1000);
        assert_int_equal(told.tables, 1);
        assert_table("stale");
        assert_true(fake_logged("warn event=table_load_failed"));
        assert_true(fake_logged("in_service=\"the table before\""));
        assert_false(fake_logged("s3cret"));
        /* It is mended. */
        write_file(THREE);
        wait_and_load(REFRESH_SECONDS * 1000);
        assert_int_equal(told.tables, 2);
        assert_table("current");
        tear_down(NULL);
    }
}

static void test_a_broken_version_is_told_once_and_to_whoever_asks(void **state)
{
    (void)state;
    write_file(TWO);
    load();
    write_file(TORN);
    wait_and_load(REFRESH_SECONDS * 1000);
    assert_true(fake_logged("warn event=table_load_failed"));
    (void)fake_log();
    wait_and_load(REFRESH_SECONDS * 1000);
    assert_false(fake_logged("warn "));
    table_refresh_request(loader);
    load();
    assert_true(fake_logged("warn event=table_load_failed"));
}

static void test_rows_that_are_left_out_are_told_without_their_tokens(
    void **state)
{
    (void)state;
    write_file(TWO "a.example.org,s3cret9\nno name,s3cret8\n");
    load();
    assert_int_equal(told.hosts, 2);
    assert_true(
        fake_logged("warn event=row_left_out line=3 host=a.example.org"));
    assert_true(fake_logged("warn event=row_left_out line=4"));
    assert_true(fake_logged("warn event=table_loaded"));
    assert_true(fake_logged("rows_left_out=2"));
    assert_int_equal(told.origin.rows_left_out, 2);
    assert_int_equal(told.origin.rows[0].line, 3);
    assert_int_equal(told.origin.rows[1].line, 4);
    assert_string_equal(told.origin.where, path);
    assert_false(fake_logged("s3cret"));
}

static void test_columns_that_are_ignored_are_told_once_for_each_table(
    void **state)
{
    (void)state;
    write_file(
        "\nhostname,token,colour,ttl,Owner,ttl\na.example.org,t,red,5\n");
    load();
    assert_int_equal(told.hosts, 1);
    assert_true(fake_logged("info event=table_loaded"));
    assert_true(fake_logged("info event=columns_ignored"));
    assert_true(fake_logged("line=2 unknown=\"colour, Owner\" repeated=ttl"));
    (void)fake_log();
    wait_and_load(REFRESH_SECONDS * 1000);
    assert_false(fake_logged("columns_ignored"));
    write_file("hostname,token,colour\na.example.org,t,red\n");
    wait_and_load(REFRESH_SECONDS * 1000);
    assert_true(fake_logged("line=1 unknown=colour repeated="));
}

static void test_known_columns_are_not_told_of(void **state)
{
    (void)state;
    write_file("hostname,token,comment,ttl,\na.example.org,t,red,5\n");
    load();
    assert_true(fake_logged("info event=table_loaded"));
    assert_false(fake_logged("columns_ignored"));
}

/* --- SIGHUP --------------------------------------------------------------------- */

static void test_a_request_is_served_at_once(void **state)
{
    (void)state;
    write_file(TWO);
    load();
    write_file(THREE);
    table_refresh_request(loader);
    load();
    assert_int_equal(told.hosts, 3);
    assert_int_equal(table_refresh_wait_ms(loader, fake_now),
                     REFRESH_SECONDS * 1000);
}

static void test_whoever_asks_hears_that_nothing_has_changed(void **state)
{
    (void)state;
    write_file(TWO);
    load();
    table_refresh_request(loader);
    load();
    assert_true(fake_logged("info event=table_unchanged"));
}

static void test_a_request_during_a_load_is_served_after_it(void **state)
{
    (void)state;
    write_file(TWO);
    table_refresh_run(loader, fake_now); /* the first piece */
    write_file(THREE);
    table_refresh_request(loader);
    load();
    assert_int_equal(told.tables, 2);
    assert_int_equal(told.hosts, 3);
}

static void test_without_a_refresh_only_requests_load(void **state)
{
    (void)state;
    settings.refresh_seconds = 0;
    write_file(TWO);
    load();
    assert_int_equal(table_refresh_wait_ms(loader, fake_now), -1);
    fake_now += 86400000;
    write_file(THREE);
    table_refresh_run(loader, fake_now);
    assert_int_equal(told.tables, 1);
    table_refresh_request(loader);
    load();
    assert_int_equal(told.tables, 2);
}

static void test_a_request_is_answered_when_a_load_after_it_ends(void **state)
{
    (void)state;
    write_file(TWO);
    assert_false(table_refresh_has_tried(loader));
    table_refresh_request(loader);
    table_refresh_request(loader);
    table_refresh_run(loader, fake_now);
    table_refresh_request(loader); /* the load may have seen the older file */
    while (!table_refresh_has_tried(loader))
        table_refresh_run(loader, fake_now);
    assert_int_equal(table_refresh_answered(loader), 2);
    load();
    assert_int_equal(table_refresh_answered(loader), 3);
    assert_int_equal(told.tables, 1); /* the same: an answer too */
}

static void test_a_failure_is_an_answer_too(void **state)
{
    (void)state;
    table_refresh_request(loader);
    load();
    assert_int_equal(told.tables, 0);
    assert_true(table_refresh_has_tried(loader));
    assert_int_equal(table_refresh_answered(loader), 1);
}

/* --- S3 ---------------------------------------------------------------------------- */

static void test_what_can_be_no_bucket_is_told_as_such(void **state)
{
    static char bucket[300];

    (void)state;
    memset(bucket, 'b', sizeof bucket - 1);
    table_refresh_free(loader);
    settings.bucket = bucket;
    loader = table_refresh_new(NULL, &settings, &health, 7, on_loaded, &told);
    assert_non_null(loader);
    table_refresh_run(loader, fake_now);
    assert_true(fake_logged("error event=table_load_failed"));
    assert_true(fake_logged("status=invalid"));
    assert_true(fake_logged("DYNDNS_BUCKET"));
    assert_false(fake_logged("memory"));
    assert_true(table_refresh_wait_ms(loader, fake_now) >= 0);
    assert_true(table_refresh_has_tried(loader));
}

int main(void)
{
#define LOADER_TEST(test)                                                      \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        LOADER_TEST(test_the_table_is_read_at_the_start),
        LOADER_TEST(test_until_there_is_one_it_is_tried_with_growing_waits),
        LOADER_TEST(test_an_unchanged_table_is_not_read_again),
        LOADER_TEST(test_a_changed_table_is),
        cmocka_unit_test(test_a_load_that_fails_leaves_the_table_before),
        LOADER_TEST(test_a_broken_version_is_told_once_and_to_whoever_asks),
        LOADER_TEST(test_rows_that_are_left_out_are_told_without_their_tokens),
        LOADER_TEST(test_columns_that_are_ignored_are_told_once_for_each_table),
        LOADER_TEST(test_known_columns_are_not_told_of),
        LOADER_TEST(test_a_request_is_served_at_once),
        LOADER_TEST(test_whoever_asks_hears_that_nothing_has_changed),
        LOADER_TEST(test_a_request_during_a_load_is_served_after_it),
        LOADER_TEST(test_without_a_refresh_only_requests_load),
        LOADER_TEST(test_a_request_is_answered_when_a_load_after_it_ends),
        LOADER_TEST(test_a_failure_is_an_answer_too),
        LOADER_TEST(test_what_can_be_no_bucket_is_told_as_such),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
