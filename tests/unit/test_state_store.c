#include "cli/state_store.h"
#include "cli/command.h"

#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The store of the floor below, as often as it fails. */
static struct {
    enum status statuses[8];
    size_t made;
    char after[32]; /* of the last listing */
} script;

static bool is_scripted;

enum status __real_object_store_get(struct object_store *, const char *,
                                    struct object_tag *, struct strbuf *);
enum status __wrap_object_store_get(struct object_store *, const char *,
                                    struct object_tag *, struct strbuf *);
enum status __real_object_store_put(struct object_store *, const char *,
                                    struct span, const char *,
                                    enum object_condition, struct object_tag *);
enum status __wrap_object_store_put(struct object_store *, const char *,
                                    struct span, const char *,
                                    enum object_condition, struct object_tag *);
enum status __real_object_store_list(struct object_store *, const char *,
                                     const char *, object_store_key_fn *,
                                     void *);
enum status __wrap_object_store_list(struct object_store *, const char *,
                                     const char *, object_store_key_fn *,
                                     void *);
void __wrap_stop_pause_ms(int64_t ms);

enum status __wrap_object_store_get(struct object_store *store, const char *key,
                                    struct object_tag *tag, struct strbuf *out)
{
    return is_scripted ? script.statuses[script.made++]
                       : __real_object_store_get(store, key, tag, out);
}

enum status __wrap_object_store_put(struct object_store *store, const char *key,
                                    struct span body, const char *content_type,
                                    enum object_condition condition,
                                    struct object_tag *tag)
{
    assert_int_equal(condition, OBJECT_IF_ABSENT);
    return is_scripted ? script.statuses[script.made++]
                       : __real_object_store_put(store, key, body, content_type,
                                                 condition, tag);
}

enum status __wrap_object_store_list(struct object_store *store,
                                     const char *prefix, const char *after,
                                     object_store_key_fn *each, void *arg)
{
    if (!is_scripted)
        return __real_object_store_list(store, prefix, after, each, arg);
    strcpy(script.after, after);
    each(arg, script.made == 0 ? "k/1" : "k/2");
    return script.statuses[script.made++];
}

void __wrap_stop_pause_ms(int64_t ms)
{
    assert_in_range(ms, 0, 20000);
}

/* ---- in S3: patience ---- */

static struct state_store *open_s3(void)
{
    struct state_store *store;
    int result;

    setenv("AWS_ACCESS_KEY_ID", "id", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    setenv("AWS_MAX_ATTEMPTS", "3", 1);
    store = state_store_open("s3://bucket/state", &result);
    assert_non_null(store);
    return store;
}

static const struct {
    const char *label;
    enum status statuses[4], status;
    size_t made;
} reads[] = {
    {"what succeeds is not repeated", {STATUS_OK}, STATUS_OK, 1},
    {"what is not there does not come by waiting",
     {STATUS_NOT_FOUND},
     STATUS_NOT_FOUND,
     1},
    {"nor is what is denied", {STATUS_DENIED}, STATUS_DENIED, 1},
    {"no answer, and then one", {STATUS_UNAVAILABLE, STATUS_OK}, STATUS_OK, 2},
    {"too many requests, and then an answer",
     {STATUS_THROTTLED, STATUS_THROTTLED, STATUS_OK},
     STATUS_OK,
     3},
    {"as often as AWS_MAX_ATTEMPTS says",
     {STATUS_UNAVAILABLE, STATUS_UNAVAILABLE, STATUS_UNAVAILABLE, STATUS_OK},
     STATUS_UNAVAILABLE,
     3},
};

static void test_reads(void **state)
{
    struct state_store *store = open_s3();
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 64);
    is_scripted = true;
    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++) {
        memset(&script, 0, sizeof script);
        memcpy(script.statuses, reads[i].statuses, sizeof reads[i].statuses);
        if (state_store_get(store, "k", &out) != reads[i].status ||
            script.made != reads[i].made)
            fail_msg("%s: %zu", reads[i].label, script.made);
    }
    is_scripted = false;
    strbuf_clear(&out);
    state_store_close(store);
}

static const struct {
    const char *label;
    enum status statuses[4], status;
} writes[] = {
    {"a name that somebody has already", {STATUS_CONFLICT}, STATUS_CONFLICT},
    {"after a lost answer, that is we",
     {STATUS_UNAVAILABLE, STATUS_CONFLICT},
     STATUS_OK},
    {"a request that was not even looked at leaves no doubt",
     {STATUS_THROTTLED, STATUS_CONFLICT},
     STATUS_CONFLICT},
};

static void test_writes(void **state)
{
    struct state_store *store = open_s3();

    (void)state;
    is_scripted = true;
    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
        memset(&script, 0, sizeof script);
        memcpy(script.statuses, writes[i].statuses, sizeof writes[i].statuses);
        if (state_store_put_new(store, "k", span_from_string("x"), "t/t") !=
            writes[i].status)
            fail_msg("%s", writes[i].label);
    }
    is_scripted = false;
    state_store_close(store);
}

static bool note(void *arg, const char *key)
{
    strbuf_append_string(arg, key);
    strbuf_append_char(arg, ' ');
    return true;
}

static void test_what_was_listed_is_not_listed_again(void **state)
{
    struct state_store *store = open_s3();
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 64);
    is_scripted = true;
    memset(&script, 0, sizeof script);
    script.statuses[0] = STATUS_UNAVAILABLE;
    assert_int_equal(state_store_list(store, "k/", "k/0", note, &out),
                     STATUS_OK);
    is_scripted = false;
    assert_string_equal(script.after, "k/1");
    assert_string_equal(strbuf_string(&out), "k/1 k/2 ");
    strbuf_clear(&out);
    state_store_close(store);
}

/* ---- what can be none ---- */

static void test_what_names_no_place_is_refused(void **state)
{
    int result = EXIT_OK;

    (void)state;
    assert_null(state_store_open("s3://", &result));
    assert_int_equal(result, EXIT_USAGE);
    setenv("AWS_ACCESS_KEY_ID", "id", 1);
    unsetenv("AWS_SECRET_ACCESS_KEY");
    result = EXIT_OK;
    assert_null(state_store_open("s3://bucket/state", &result));
    assert_int_equal(result, EXIT_USAGE);
}

/* ---- a directory ---- */

static void test_a_directory_needs_no_keys(void **state)
{
    struct state_store *store, *again;
    struct strbuf out;
    int result;

    (void)state;
    unsetenv("AWS_ACCESS_KEY_ID");
    store = state_store_open(scratch_path("state"), &result);
    assert_non_null(store);
    assert_int_equal(result, EXIT_OK);
    again = state_store_again(store);
    strbuf_init(&out, 64);
    assert_int_equal(
        state_store_put_new(store, "k/1", span_from_string("x"), "t/t"),
        STATUS_OK);
    assert_int_equal(state_store_get(again, "k/1", &out), STATUS_OK);
    assert_int_equal(state_store_list(again, "k/", "", note, &out), STATUS_OK);
    assert_string_equal(strbuf_string(&out), "xk/1 ");
    assert_string_equal(state_store_where(again), scratch_path("state"));
    strbuf_clear(&out);
    state_store_close(again);
    state_store_close(store);
}

static void test_each_trouble_has_its_advice(void **state)
{
    int result;
    struct state_store *here = state_store_open(scratch_path("state"), &result),
                       *there = open_s3();

    (void)state;
    assert_non_null(
        strstr(state_store_advice(there, STATUS_DENIED), "s3:ListBucket"));
    assert_null(strstr(state_store_advice(here, STATUS_DENIED), "s3:"));
    assert_non_null(
        strstr(state_store_advice(here, STATUS_NOT_FOUND), "DYNDNS_STATE"));
    assert_string_equal(state_store_advice(there, STATUS_THROTTLED), "");
    state_store_close(here);
    state_store_close(there);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads),
        cmocka_unit_test(test_writes),
        cmocka_unit_test(test_what_was_listed_is_not_listed_again),
        cmocka_unit_test(test_what_names_no_place_is_refused),
        cmocka_unit_test(test_a_directory_needs_no_keys),
        cmocka_unit_test(test_each_trouble_has_its_advice),
    };

    unsetenv("AWS_PROFILE");
    return cmocka_run_group_tests(tests, scratch_folder_set_up,
                                  scratch_folder_tear_down);
}
