#include "s3db/host_diff.h"

#include "base/strbuf.h"
#include "s3db/hostdb_build.h"
#include "tests/unit/csv_table.h"
#include "tests/unit/failing_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define TYPED "hostname,token,record_type,ttl,comment\n"

static const struct {
    const char *label, *before, *after; /* NULL: there is no table */
    struct {
        size_t before, added, removed, changed, tokens, values;
    } is;
    bool removes_most;
} cases[] = {
    {"the same hosts",
     "a.x,1\nb.x,2\n",
     "a.x,1\nb.x,2\n",
     {.before = 2},
     false},
    {"in another order",
     "a.x,1\nb.x,2\n",
     "b.x,2\na.x,1\n",
     {.before = 2},
     false},
    {"written in another way",
     "a.x,1\n",
     "\"A.X.\" ,\"1\"\r\n",
     {.before = 1},
     false},
    {"a host more",
     "a.x,1\n",
     "a.x,1\nb.x,2\n",
     {.before = 1, .added = 1},
     false},
    {"all are more than none",
     NULL,
     "a.x,1\nb.x,2\n",
     {.before = 0, .added = 2},
     false},
    {"all are removed", "a.x,1\n", NULL, {.before = 1, .removed = 1}, true},
    {"half of them are not most",
     "a.x,1\nb.x,2\n",
     "a.x,1\n",
     {.before = 2, .removed = 1},
     false},
    {"two of three are",
     "a.x,1\nb.x,2\nc.x,3\n",
     "a.x,1\n",
     {.before = 3, .removed = 2},
     true},
    {"what is added does not count against it",
     "a.x,1\nb.x,2\nc.x,3\n",
     "a.x,1\nd.x,4\ne.x,5\nf.x,6\n",
     {.before = 3, .added = 3, .removed = 2},
     true},
    {"a new name is one host more and one less",
     "a.x,1\nb.x,2\n",
     "a.x,1\nc.x,2\n",
     {.before = 2, .added = 1, .removed = 1},
     false},
    {"a token",
     "a.x,1\n",
     "a.x,2\n",
     {.before = 1, .changed = 1, .tokens = 1},
     false},
    {"a token that begins like the old one",
     "a.x,1\n",
     "a.x,11\n",
     {.before = 1, .changed = 1, .tokens = 1},
     false},
    {"two tokens that change places",
     "a.x,1\nb.x,2\n",
     "a.x,2\nb.x,1\n",
     {.before = 2, .changed = 2, .tokens = 2},
     false},
    {"another value",
     TYPED "a.x,1,,60\n",
     TYPED "a.x,1,,61\n",
     {.before = 1, .changed = 1, .values = 1},
     false},
    {"a value that was not there",
     "a.x,1\n",
     TYPED "a.x,1,,60\n",
     {.before = 1, .changed = 1, .values = 1},
     false},
    {"a token and a value of one host",
     "a.x,1\n",
     TYPED "a.x,2,,60\n",
     {.before = 1, .changed = 1, .tokens = 1, .values = 1},
     false},
    {"what only people read is no difference",
     TYPED "a.x,1,,,attic\n",
     TYPED "a.x,1,,,cellar\n",
     {.before = 1},
     false},

    {"two rows of a name are one host",
     TYPED "a.x,1,A\na.x,2,AAAA\nb.x,3\n",
     "b.x,3\n",
     {.before = 2, .removed = 1},
     false},
    {"added, too",
     "b.x,3\n",
     TYPED "a.x,1,A\na.x,2,AAAA\nb.x,3\n",
     {.before = 1, .added = 1},
     false},
    {"their order is no difference",
     TYPED "a.x,1,A\na.x,2,AAAA\n",
     TYPED "a.x,2,AAAA\na.x,1,A\n",
     {.before = 1},
     false},
    {"the token of one record",
     TYPED "a.x,1,A\na.x,2,AAAA\n",
     TYPED "a.x,1,A\na.x,3,AAAA\n",
     {.before = 1, .changed = 1, .tokens = 1},
     false},
    {"the tokens of both change places",
     TYPED "a.x,1,A\na.x,2,AAAA\n",
     TYPED "a.x,2,A\na.x,1,AAAA\n",
     {.before = 1, .changed = 1, .tokens = 2},
     false},
    {"a row for both records is as good as two",
     "a.x,1\n",
     TYPED "a.x,1,A\na.x,1,AAAA\n",
     {.before = 1},
     false},
    {"and the other way round, but for a token",
     TYPED "a.x,1,A\na.x,2,AAAA\n",
     "a.x,1\n",
     {.before = 1, .changed = 1, .tokens = 1},
     false},
    {"a record less is a value that changed",
     TYPED "a.x,1,A\na.x,2,AAAA\n",
     TYPED "a.x,1,A\n",
     {.before = 1, .changed = 1, .values = 1},
     false},
    {"so is a record more",
     TYPED "a.x,1,AAAA\n",
     "a.x,1\n",
     {.before = 1, .changed = 1, .values = 1},
     false},
    {"so is another record",
     TYPED "a.x,1,AAAA\n",
     TYPED "a.x,1,A\n",
     {.before = 1, .changed = 1, .values = 1},
     false},
};

static struct hostdb *table(const char *text)
{
    return text == NULL ? NULL : csv_table(text);
}

static void test_differences(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hostdb *before = table(cases[i].before);
        struct hostdb *after = table(cases[i].after);
        struct host_diff diff;

        host_diff_compare(&diff, before, after);
        if (diff.hosts_before != cases[i].is.before ||
            diff.added.count != cases[i].is.added ||
            diff.removed.count != cases[i].is.removed ||
            diff.changed.count != cases[i].is.changed ||
            diff.tokens != cases[i].is.tokens ||
            diff.values != cases[i].is.values ||
            host_diff_removes_most(&diff) != cases[i].removes_most ||
            host_diff_is_empty(&diff) !=
                (cases[i].is.added + cases[i].is.removed +
                     cases[i].is.changed ==
                 0))
            fail_msg("%s: before %zu, added %zu, removed %zu, changed %zu, "
                     "tokens %zu, values %zu",
                     cases[i].label, diff.hosts_before, diff.added.count,
                     diff.removed.count, diff.changed.count, diff.tokens,
                     diff.values);
        host_diff_clear(&diff);
        hostdb_release(before);
        hostdb_release(after);
    }
}

static void test_the_first_names_are_kept_in_the_order_of_the_rows(void **state)
{
    struct hostdb *before = csv_table("g.x,1\n"), *after;
    struct host_diff diff;
    struct strbuf text;

    (void)state;
    strbuf_init(&text, 1024 * 1024);
    for (int i = HOST_DIFF_NAMES_MAX; i >= 0; i--)
        strbuf_printf(&text, "h%d.x,1\n", i);
    after = csv_table(strbuf_string(&text));
    host_diff_compare(&diff, before, after);
    assert_int_equal(diff.added.count, HOST_DIFF_NAMES_MAX + 1);
    assert_int_equal(diff.added.named, HOST_DIFF_NAMES_MAX);
    assert_true(span_is(diff.added.names[0], "h10000.x"));
    assert_true(span_is(diff.added.names[HOST_DIFF_NAMES_MAX - 1], "h1.x"));
    assert_true(span_is(diff.removed.names[0], "g.x"));
    assert_int_equal(diff.removed.named, 1);
    strbuf_clear(&text);
    host_diff_clear(&diff);
    assert_true(host_diff_is_empty(&diff));
    assert_null(diff.added.names);
    hostdb_release(before);
    hostdb_release(after);
}

static void test_without_memory_hosts_are_counted(void **state)
{
    struct hostdb *before = csv_table("a.x,1\n"),
                  *after = csv_table("b.x,1\nc.x,1\n");
    struct host_diff diff;

    (void)state;
    failing_memory_after(0);
    host_diff_compare(&diff, before, after);
    assert_true(failing_memory_stop());
    assert_int_equal(diff.added.count, 2);
    assert_int_equal(diff.added.named, 0);
    assert_int_equal(diff.removed.named, 1);
    host_diff_clear(&diff);
    hostdb_release(before);
    hostdb_release(after);
}

/* A table of hosts first, first + step, ... below a million. */
static struct hostdb *large_table(unsigned first, unsigned step)
{
    struct hostdb *db = hostdb_new();
    char name[32];

    assert_non_null(db);
    for (unsigned i = first; i < 1000000; i += step) {
        snprintf(name, sizeof name, "h%u.example.org", i);
        assert_int_equal(hostdb_add(db, span_from_string(name),
                                    span_from_string("0123456789abcdef")),
                         STATUS_OK);
    }
    hostdb_seal(db);
    return db;
}

static void test_a_million_hosts(void **state)
{
    struct hostdb *all = large_table(0, 1), *half = large_table(0, 2);
    struct host_diff diff;

    (void)state;
    host_diff_compare(&diff, all, half);
    assert_int_equal(diff.hosts_before, 1000000);
    assert_int_equal(diff.removed.count, 500000);
    assert_int_equal(diff.added.count + diff.changed.count, 0);
    assert_false(host_diff_removes_most(&diff));
    host_diff_clear(&diff);
    hostdb_release(all);
    hostdb_release(half);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_differences),
        cmocka_unit_test(
            test_the_first_names_are_kept_in_the_order_of_the_rows),
        cmocka_unit_test(test_without_memory_hosts_are_counted),
        cmocka_unit_test(test_a_million_hosts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
