#include "journal/gzip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PLENTY_BYTES = 16 * 1024 * 1024, LONG_BYTES = 300000 };

/* What gzip(1) makes of "hello\n". */
static const char hello[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\xe7\x02\x00"
    "\x20\x30\x3a\x36\x06\x00\x00\x00";
static const size_t hello_len = sizeof hello - 1;

static struct strbuf packed, text;

static int set_up(void **state)
{
    (void)state;
    strbuf_init(&packed, PLENTY_BYTES);
    strbuf_init(&text, PLENTY_BYTES);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    strbuf_clear(&packed);
    strbuf_clear(&text);
    return 0;
}

/* A text that no packer makes much shorter: bytes of a linear congruence. */
static char *make_noise(size_t len)
{
    char *noise = malloc(len);
    uint32_t seed = 53;

    assert_non_null(noise);
    for (size_t i = 0; i < len; i++) {
        seed = seed * 1664525 + 1013904223;
        noise[i] = (char)(seed >> 24);
    }
    return noise;
}

static void test_what_gzip_packs_is_unpacked(void **state)
{
    (void)state;
    assert_int_equal(gzip_unpack(span_from(hello, hello_len), &text),
                     STATUS_OK);
    assert_string_equal(strbuf_string(&text), "hello\n");
}

static void test_what_is_packed_is_as_gzip_packs_it(void **state)
{
    (void)state;
    assert_int_equal(gzip_pack(span_from_string("hello\n"), &packed),
                     STATUS_OK);
    assert_int_equal(packed.len, hello_len);
    assert_memory_equal(packed.ptr, hello, hello_len);
}

static void test_nothing_is_a_text_too(void **state)
{
    (void)state;
    assert_int_equal(gzip_pack(span_from_string(""), &packed), STATUS_OK);
    assert_true(packed.len > 0);
    assert_int_equal(gzip_unpack(strbuf_span(&packed), &text), STATUS_OK);
    assert_int_equal(text.len, 0);
}

static void test_both_append_to_what_is_there(void **state)
{
    (void)state;
    strbuf_append_string(&packed, "before");
    strbuf_append_string(&text, "first, ");
    assert_int_equal(gzip_pack(span_from_string("hello\n"), &packed),
                     STATUS_OK);
    assert_int_equal(packed.len, strlen("before") + hello_len);
    assert_int_equal(gzip_unpack(span_from(packed.ptr + 6, hello_len), &text),
                     STATUS_OK);
    assert_string_equal(strbuf_string(&text), "first, hello\n");
}

static void assert_comes_back(struct span whole, size_t piece)
{
    struct gzip_packer *packer = gzip_packer_new(&packed);
    struct span rest = whole;

    assert_non_null(packer);
    while (rest.len > 0) {
        size_t len = rest.len < piece ? rest.len : piece;

        gzip_packer_add(packer, span_from(rest.ptr, len));
        rest = span_from(rest.ptr + len, rest.len - len);
    }
    assert_int_equal(gzip_packer_finish(packer), STATUS_OK);
    assert_int_equal(gzip_unpack(strbuf_span(&packed), &text), STATUS_OK);
    assert_true(span_equal(strbuf_span(&text), whole));
    strbuf_clear(&packed);
    strbuf_clear(&text);
}

static void test_a_long_text_comes_back_however_it_was_added(void **state)
{
    char *noise = make_noise(LONG_BYTES), *dull = calloc(1, LONG_BYTES);

    (void)state;
    assert_non_null(dull);
    assert_comes_back(span_from(noise, LONG_BYTES), LONG_BYTES);
    assert_comes_back(span_from(noise, LONG_BYTES), 1000);
    assert_comes_back(span_from(dull, LONG_BYTES), LONG_BYTES);
    assert_comes_back(span_from(dull, LONG_BYTES), 7);
    free(noise);
    free(dull);
}

static void test_members_side_by_side_are_one_text(void **state)
{
    (void)state;
    assert_int_equal(gzip_pack(span_from_string("hello "), &packed), STATUS_OK);
    assert_int_equal(gzip_pack(span_from_string(""), &packed), STATUS_OK);
    assert_int_equal(gzip_pack(span_from_string("world"), &packed), STATUS_OK);
    assert_int_equal(gzip_unpack(strbuf_span(&packed), &text), STATUS_OK);
    assert_string_equal(strbuf_string(&text), "hello world");
}

static void assert_refused(struct span bytes)
{
    strbuf_rewind(&text);
    strbuf_append_string(&text, "kept");
    assert_int_equal(gzip_unpack(bytes, &text), STATUS_INVALID);
    assert_string_equal(strbuf_string(&text), "kept");
}

static void test_a_text_cut_anywhere_is_refused(void **state)
{
    (void)state;
    for (size_t len = 0; len < hello_len; len++)
        assert_refused(span_from(hello, len));
}

static void test_a_second_member_cut_anywhere_is_refused(void **state)
{
    char twice[2 * sizeof hello];

    (void)state;
    memcpy(twice, hello, hello_len);
    memcpy(twice + hello_len, hello, hello_len);
    for (size_t len = hello_len + 1; len < 2 * hello_len; len++)
        assert_refused(span_from(twice, len));
}

/* The bytes between are what gzip(1) looks away from too: when the file was
 * written, by which system, and how hard it tried. */
static void test_a_changed_byte_is_refused(void **state)
{
    char changed[sizeof hello];

    (void)state;
    for (size_t i = 0; i < hello_len; i++) {
        if (i >= 3 && i < 10)
            continue;
        memcpy(changed, hello, hello_len);
        changed[i] ^= 1;
        assert_refused(span_from(changed, hello_len));
    }
}

static void test_what_is_not_gzips_is_refused(void **state)
{
    static const char zlibs[] = "\x78\x9c\xcb\x48\xcd\xc9\xc9\x07\x00\x06\x2c";

    (void)state;
    assert_refused(span_from_string("{\"at\": \"2026-11-21\"}\n"));
    assert_refused(span_from(zlibs, sizeof zlibs - 1));
}

static void test_garbage_behind_the_end_is_refused(void **state)
{
    char longer[sizeof hello + 3] = {0};

    (void)state;
    memcpy(longer, hello, hello_len);
    assert_refused(span_from(longer, hello_len + 1));
    assert_refused(span_from(longer, hello_len + 4));
}

static void test_what_is_longer_than_the_limit_is_refused_at_once(void **state)
{
    char *dull = calloc(1, PLENTY_BYTES);

    (void)state;
    assert_non_null(dull);
    assert_int_equal(gzip_pack(span_from(dull, PLENTY_BYTES), &packed),
                     STATUS_OK);
    assert_true(packed.len < PLENTY_BYTES / 500);
    text.max_bytes = 100000;
    strbuf_append_string(&text, "kept");
    assert_int_equal(gzip_unpack(strbuf_span(&packed), &text), STATUS_FULL);
    assert_string_equal(strbuf_string(&text), "kept");
    assert_true(strbuf_ok(&text));
    assert_true(text.capacity < 200000);
    free(dull);
}

static void test_the_limit_itself_is_allowed_and_a_byte_more_is_not(
    void **state)
{
    (void)state;
    text.max_bytes = 6;
    assert_int_equal(gzip_unpack(span_from(hello, hello_len), &text),
                     STATUS_OK);
    strbuf_rewind(&text);
    text.max_bytes = 5;
    assert_int_equal(gzip_unpack(span_from(hello, hello_len), &text),
                     STATUS_FULL);
    assert_int_equal(text.len, 0);
}

static void test_what_finds_no_room_is_not_packed_by_half(void **state)
{
    char *noise = make_noise(LONG_BYTES);

    (void)state;
    packed.max_bytes = LONG_BYTES / 2;
    strbuf_append_string(&packed, "kept");
    assert_int_equal(gzip_pack(span_from(noise, LONG_BYTES), &packed),
                     STATUS_FULL);
    assert_string_equal(strbuf_string(&packed), "kept");
    assert_true(strbuf_ok(&packed));
    free(noise);
}

static void test_a_packer_may_be_left_unfinished(void **state)
{
    struct gzip_packer *packer = gzip_packer_new(&packed);

    (void)state;
    assert_non_null(packer);
    gzip_packer_add(packer, span_from_string("hello"));
    gzip_packer_free(packer);
    gzip_packer_free(NULL);
}

static enum status refuse_piece(void *arg, struct span piece)
{
    (void)piece;
    ++*(int *)arg;
    return STATUS_CONFLICT;
}

static void test_who_takes_the_pieces_can_end_it(void **state)
{
    char *dull = calloc(1, LONG_BYTES);
    int calls = 0;

    (void)state;
    assert_non_null(dull);
    assert_int_equal(gzip_pack(span_from(dull, LONG_BYTES), &packed),
                     STATUS_OK);
    assert_int_equal(gzip_unpack_each(strbuf_span(&packed), PLENTY_BYTES,
                                      refuse_piece, &calls),
                     STATUS_CONFLICT);
    assert_int_equal(calls, 1);
    free(dull);
}

int main(void)
{
#define GZIP_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        GZIP_TEST(test_what_gzip_packs_is_unpacked),
        GZIP_TEST(test_what_is_packed_is_as_gzip_packs_it),
        GZIP_TEST(test_nothing_is_a_text_too),
        GZIP_TEST(test_both_append_to_what_is_there),
        GZIP_TEST(test_a_long_text_comes_back_however_it_was_added),
        GZIP_TEST(test_members_side_by_side_are_one_text),
        GZIP_TEST(test_a_text_cut_anywhere_is_refused),
        GZIP_TEST(test_a_second_member_cut_anywhere_is_refused),
        GZIP_TEST(test_a_changed_byte_is_refused),
        GZIP_TEST(test_what_is_not_gzips_is_refused),
        GZIP_TEST(test_garbage_behind_the_end_is_refused),
        GZIP_TEST(test_what_is_longer_than_the_limit_is_refused_at_once),
        GZIP_TEST(test_the_limit_itself_is_allowed_and_a_byte_more_is_not),
        GZIP_TEST(test_what_finds_no_room_is_not_packed_by_half),
        GZIP_TEST(test_a_packer_may_be_left_unfinished),
        GZIP_TEST(test_who_takes_the_pieces_can_end_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
