#include "cli/edit_record.h"

#include "base/dns_name.h"
#include "journal/event.h"
#include "journal/gzip.h"
#include "journal/object_name.h"

#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct state_store *store;

static int set_up(void **state)
{
    int result;

    if (scratch_folder_set_up(state) != 0)
        return -1;
    store = state_store_open(scratch_path("state"), &result);
    return store == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    state_store_close(store);
    return scratch_folder_tear_down(state);
}

static bool append_key(void *arg, const char *key)
{
    struct object_name name;

    assert_true(object_name_read(span_from_string(key), &name));
    assert_int_equal(name.number, 1);
    strbuf_rewind(arg);
    strbuf_append_string(arg, key);
    return true;
}

/* The lines of the only object. */
static void read_lines(struct strbuf *lines)
{
    struct strbuf key, packed;

    strbuf_init(&key, OBJECT_KEY_MAX_BYTES);
    strbuf_init(&packed, 1 << 20);
    assert_int_equal(state_store_list(store, "", "", append_key, &key),
                     STATUS_OK);
    assert_int_equal(state_store_get(store, strbuf_string(&key), &packed),
                     STATUS_OK);
    assert_int_equal(gzip_unpack(strbuf_span(&packed), lines), STATUS_OK);
    strbuf_clear(&key);
    strbuf_clear(&packed);
}

/* "effect count: hosts" of each line; what all of them have is checked. */
static void describe(struct span lines, struct strbuf *out)
{
    struct strbuf keep;
    struct span line;

    strbuf_init(&keep, EVENT_LINE_MAX_BYTES);
    while (span_split(&lines, '\n', &line)) {
        struct event event;

        assert_int_equal(event_read(line, &keep, &event), STATUS_OK);
        assert_int_equal(event.kind, EVENT_EDIT);
        assert_true(span_is(event.edit.action, "add-host"));
        assert_true(span_is(event.edit.table_version, "\"e1\""));
        assert_non_null(memchr(event.edit.by.ptr, '@', event.edit.by.len));
        strbuf_printf(out, "%.*s %d:", (int)event.edit.effect.len,
                      event.edit.effect.len == 0 ? "" : event.edit.effect.ptr,
                      (int)event.edit.hosts_in_all);
        if (event.edit.hosts_before > 0)
            strbuf_printf(out, " %d before,", (int)event.edit.hosts_before);
        for (size_t i = 0; i < event.edit.named && i < 3; i++)
            strbuf_printf(out, " %.*s", (int)event.edit.hosts[i].len,
                          event.edit.hosts[i].ptr);
        strbuf_printf(out, " of %d\n", (int)event.edit.named);
    }
    strbuf_clear(&keep);
}

static void check(const char *expected)
{
    struct strbuf lines, out;

    strbuf_init(&lines, 1 << 20);
    strbuf_init(&out, 4096);
    read_lines(&lines);
    describe(strbuf_span(&lines), &out);
    assert_string_equal(strbuf_string(&out), expected);
    strbuf_clear(&lines);
    strbuf_clear(&out);
}

static void fill(struct host_diff_group *group, size_t count, const char *name)
{
    group->count = count;
    group->named = count < HOST_DIFF_NAMES_MAX ? count : HOST_DIFF_NAMES_MAX;
    group->names = calloc(group->named, sizeof *group->names);
    for (size_t i = 0; i < group->named; i++)
        group->names[i] = span_from_string(name);
}

static void test_each_effect_is_an_event(void **state)
{
    struct edit_record *record = edit_record_new(store, "add-host");
    struct host_diff diff = {.hosts_before = 9};

    (void)state;
    fill(&diff.added, 2, "a.b");
    fill(&diff.removed, 1, "c.d");
    edit_record_put(record, &diff, "\"e1\"");
    assert_false(edit_record_failed(record));
    edit_record_free(record);
    host_diff_clear(&diff);
    check("added 2: a.b a.b of 2\nremoved 1: c.d of 1\n");
}

static void test_of_many_hosts_each_event_names_some(void **state)
{
    struct edit_record *record = edit_record_new(store, "add-host");
    struct host_diff diff = {.hosts_before = 0};

    (void)state;
    fill(&diff.changed, 250, "a.b");
    fill(&diff.removed, 100, "c.d");
    edit_record_put(record, &diff, "\"e1\"");
    edit_record_free(record);
    host_diff_clear(&diff);
    check("changed 250: a.b a.b a.b of 100\n"
          "changed 250: 100 before, a.b a.b a.b of 100\n"
          "changed 250: 200 before, a.b a.b a.b of 50\n"
          "removed 100: c.d c.d c.d of 100\n");
}

/* As many as are told of, each name as long as can be. */
static void test_the_largest_edit_finds_room(void **state)
{
    struct edit_record *record = edit_record_new(store, "upload-database");
    struct host_diff diff = {.hosts_before = 0};
    struct strbuf lines;
    char name[DNS_NAME_MAX + 1];
    size_t count = 0;

    (void)state;
    memset(name, 'a', DNS_NAME_MAX);
    name[DNS_NAME_MAX] = 0;
    for (size_t i = 63; i < DNS_NAME_MAX; i += 64)
        name[i] = '.';
    fill(&diff.added, SIZE_MAX, name);
    fill(&diff.changed, SIZE_MAX, name);
    fill(&diff.removed, SIZE_MAX, name);
    edit_record_put(record, &diff, "\"e1\"");
    assert_false(edit_record_failed(record));
    edit_record_free(record);
    host_diff_clear(&diff);
    strbuf_init(&lines, 16 << 20);
    read_lines(&lines);
    for (size_t i = 0; i + DNS_NAME_MAX < lines.len; i++)
        if (memcmp(lines.ptr + i, name, DNS_NAME_MAX) == 0)
            count++;
    assert_int_equal(count, 3 * HOST_DIFF_NAMES_MAX);
    strbuf_clear(&lines);
}

static void test_an_edit_of_no_host_is_one_too(void **state)
{
    struct edit_record *record = edit_record_new(store, "add-host");
    struct host_diff diff = {.hosts_before = 9};

    (void)state;
    edit_record_put(record, &diff, "\"e1\"");
    edit_record_free(record);
    check(" 0: of 0\n");
}

static void test_what_changed_may_not_be_known(void **state)
{
    struct edit_record *record = edit_record_new(store, "add-host");

    (void)state;
    edit_record_put(record, NULL, "\"e1\"");
    edit_record_free(record);
    check(" 0: of 0\n");
}

static void test_one_host(void **state)
{
    struct edit_record *record = edit_record_new(store, "add-host");

    (void)state;
    edit_record_put_host(record, "added", span_from_string("a.b"), "\"e1\"");
    edit_record_free(record);
    check("added 1: a.b of 1\n");
}

static void test_a_failure_is_kept(void **state)
{
    struct edit_record *record = edit_record_new(store, "add-host");

    (void)state;
    scratch_write("state", span_from_string("no folder"));
    edit_record_put_host(record, "added", span_from_string("a.b"), "");
    assert_true(edit_record_failed(record));
    edit_record_free(record);
}

static void test_without_a_record_nobody_is_told(void **state)
{
    struct host_diff diff = {.hosts_before = 9};

    (void)state;
    edit_record_put(NULL, &diff, "");
    edit_record_put_host(NULL, "added", span_from_string("a.b"), "");
    assert_true(scratch_folder_is_empty());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_effect_is_an_event, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            test_of_many_hosts_each_event_names_some, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_largest_edit_finds_room,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_edit_of_no_host_is_one_too,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_changed_may_not_be_known,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_host, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_failure_is_kept, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_without_a_record_nobody_is_told,
                                        set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
