#include "journal/object_store.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

static const struct {
    const char *label, *where;
    bool is_allowed;
} places[] = {
    {"a bucket and a prefix", "s3://example-bucket/dyndns53/state", true},
    {"a slash at the end changes nothing", "s3://example-bucket/state/", true},
    {"a bucket alone", "s3://example-bucket", true},
    {"a bucket alone, with its slash", "s3://example-bucket/", true},
    {"an absolute path", "/var/lib/dyndns53/state", true},
    {"a relative path", "./state", true},
    {"a name is a relative path", "state", true},
    {"nothing", "", false},
    {"S3 without a bucket", "s3://", false},
    {"S3 without a bucket, but with a prefix", "s3:///state", false},
    {"an access point's ARN", "s3://arn:aws:s3:eu-west-1:1:x/state", false},
    {"two slashes make a key that nobody expects", "s3://bucket/a//b", false},
    {"a prefix begins behind one slash", "s3://bucket//b", false},
    {"another scheme", "gs://bucket/state", false},
    {"a URL", "https://bucket.s3.amazonaws.com/state", false},
    {"a line break at the end", "s3://bucket/state\n", false},
    {"a line break in a path", "/var/lib/state\n", false},
};

static void test_a_place_is_a_bucket_or_a_directory(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        print_message("  %s\n", places[i].label);
        assert_true((object_store_fault(places[i].where) == NULL) ==
                    places[i].is_allowed);
    }
}

static void test_a_prefix_is_not_longer_than_half_a_key(void **state)
{
    char where[600] = "s3://bucket/";

    (void)state;
    memset(where + strlen(where), 'a', 500);
    assert_null(object_store_fault(where));
    where[strlen(where)] = 'a';
    assert_non_null(object_store_fault(where));
}

static struct object_store *store;

static int set_up(void **state)
{
    if (scratch_folder_set_up(state) != 0)
        return -1;
    store = object_store_new(scratch_folder(), NULL);
    return store == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    object_store_free(store);
    return scratch_folder_tear_down(state);
}

static void test_a_store_knows_its_name(void **state)
{
    (void)state;
    assert_string_equal(object_store_where(store), scratch_folder());
    assert_string_equal(object_store_reason(store), "");
}

static const struct {
    const char *label, *key;
    bool is_allowed;
} keys[] = {
    {"a name", "alerts.json", true},
    {"a partition", "events/dt=2026-11-21/x-1.jsonl.gz", true},
    {"dots within", "a..b/c.", true},
    {"eight segments", "1/2/3/4/5/6/7/8", true},
    {"nine segments", "1/2/3/4/5/6/7/8/9", false},
    {"nothing", "", false},
    {"the folder above", "../x", false},
    {"the folder above, later", "a/../../x", false},
    {"the folder above at the end", "a/..", false},
    {"the same folder", "./x", false},
    {"an absolute path", "/etc/passwd", false},
    {"an empty segment", "a//b", false},
    {"an empty segment at the end", "a/", false},
    {"the directory's own files", ".lock", false},
    {"a hidden file in a folder", "a/.new", false},
    {"a control character", "a\nb", false},
};

static void test_no_key_leaves_the_directory(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 1000);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        bool is_allowed = keys[i].is_allowed;

        print_message("  %s\n", keys[i].label);
        assert_int_equal(object_store_put(store, keys[i].key,
                                          span_from_string("x"), "text/plain",
                                          OBJECT_IF_ABSENT, NULL),
                         is_allowed ? STATUS_OK : STATUS_INVALID);
        assert_true((object_store_reason(store)[0] == '\0') == is_allowed);
        assert_int_equal(object_store_get(store, keys[i].key, NULL, &out),
                         is_allowed ? STATUS_OK : STATUS_INVALID);
    }
    strbuf_clear(&out);
}

static void test_a_segment_is_a_file_name_and_a_key_not_too_long(void **state)
{
    char key[520] = "";

    (void)state;
    memset(key, 'a', 200);
    assert_int_equal(object_store_put(store, key, span_from("", 0), "a/b",
                                      OBJECT_ALWAYS, NULL),
                     STATUS_OK);
    key[200] = 'a';
    assert_int_equal(object_store_put(store, key, span_from("", 0), "a/b",
                                      OBJECT_ALWAYS, NULL),
                     STATUS_INVALID);
    memset(key, 'b', 512);
    key[150] = key[300] = key[450] = '/';
    assert_int_equal(object_store_put(store, key, span_from("", 0), "a/b",
                                      OBJECT_ALWAYS, NULL),
                     STATUS_OK);
    key[512] = 'b';
    assert_int_equal(object_store_put(store, key, span_from("", 0), "a/b",
                                      OBJECT_ALWAYS, NULL),
                     STATUS_INVALID);
}

static void test_a_failed_reading_leaves_the_buffer_as_it_was(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 10);
    strbuf_append_string(&out, "kept");
    assert_int_equal(object_store_put(store, "a", span_from_string("0123456"),
                                      "text/plain", OBJECT_ALWAYS, NULL),
                     STATUS_OK);
    assert_int_equal(object_store_get(store, "a", NULL, &out), STATUS_FULL);
    assert_string_equal(strbuf_string(&out), "kept");
    assert_true(strbuf_ok(&out));
    out.max_bytes = 11;
    assert_int_equal(object_store_get(store, "a", NULL, &out), STATUS_OK);
    assert_string_equal(strbuf_string(&out), "kept0123456");
    strbuf_clear(&out);
}

static void test_after_an_interruption_nothing_is_done(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 10);
    object_store_interrupt(store);
    assert_int_equal(object_store_put(store, "a", span_from("", 0), "a/b",
                                      OBJECT_ALWAYS, NULL),
                     STATUS_UNAVAILABLE);
    assert_string_equal(object_store_reason(store), "interrupted");
    assert_int_equal(object_store_get(store, "a", NULL, &out),
                     STATUS_UNAVAILABLE);
    assert_int_equal(object_store_list(store, "", "", NULL, NULL),
                     STATUS_UNAVAILABLE);
    assert_true(scratch_folder_is_empty());
}

int main(void)
{
#define STORE_TEST(test)                                                       \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_place_is_a_bucket_or_a_directory),
        cmocka_unit_test(test_a_prefix_is_not_longer_than_half_a_key),
        STORE_TEST(test_a_store_knows_its_name),
        STORE_TEST(test_no_key_leaves_the_directory),
        STORE_TEST(test_a_segment_is_a_file_name_and_a_key_not_too_long),
        STORE_TEST(test_a_failed_reading_leaves_the_buffer_as_it_was),
        STORE_TEST(test_after_an_interruption_nothing_is_done),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
