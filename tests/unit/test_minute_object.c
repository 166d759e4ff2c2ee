#include "server/history/minute_object.h"

#include "journal/gzip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ROOMY_BYTES = 1024 * 1024 };

static const struct event self = {
    .kind = EVENT_COPY,
    .at = 1700000000000,
    .copy = {.copy = SPAN_LITERAL("00000000000000aa"), .calls = 2},
};

static struct tally *tally;
static struct strbuf packed;

static void add(enum happening_kind kind)
{
    struct happening happening = {
        .kind = kind,
        .at = 1700000000000,
        .host = span_from_string("a.example.org"),
        .ending = CALL_SERVED,
        .outcome = "nochg",
        .reason = "",
        .after = {ADDRESS_IPV4, {192, 0, 2, 1}},
        .family = ADDRESS_IPV4,
        .why = "call",
    };

    assert_int_equal(tally_add(tally, &happening, 0), STATUS_OK);
}

static void test_the_server_speaks_of_itself_first(void **state)
{
    struct strbuf text;
    struct span rest, line = {NULL, 0};
    static const char *const expected[] = {"copy", "change", "calls"};

    (void)state;
    add(HAPPENED_CALL);
    add(HAPPENED_CHANGE);
    assert_int_equal(minute_object_pack(&self, tally, &packed), STATUS_OK);
    strbuf_init(&text, ROOMY_BYTES);
    assert_int_equal(gzip_unpack(strbuf_span(&packed), &text), STATUS_OK);
    rest = strbuf_span(&text);
    for (size_t i = 0; i < 3; i++) {
        assert_true(span_split(&rest, '\n', &line));
        assert_non_null(
            memmem(line.ptr, line.len, expected[i], strlen(expected[i])));
    }
    assert_int_equal(rest.len, 0);
    strbuf_clear(&text);
}

static void test_it_is_not_empty_where_nothing_happened(void **state)
{
    (void)state;
    assert_int_equal(minute_object_pack(&self, tally, &packed), STATUS_OK);
    assert_true(packed.len > 0);
}

static void test_what_finds_no_room_leaves_nothing(void **state)
{
    (void)state;
    strbuf_clear(&packed);
    strbuf_init(&packed, 10);
    assert_int_equal(minute_object_pack(&self, tally, &packed), STATUS_FULL);
    assert_int_equal(packed.len, 0);
}

static int set_up(void **state)
{
    (void)state;
    strbuf_init(&packed, ROOMY_BYTES);
    tally = tally_new();
    return tally == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    strbuf_clear(&packed);
    tally_free(tally);
    return 0;
}

#define OBJECT_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OBJECT_TEST(test_the_server_speaks_of_itself_first),
        OBJECT_TEST(test_it_is_not_empty_where_nothing_happened),
        OBJECT_TEST(test_what_finds_no_room_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
