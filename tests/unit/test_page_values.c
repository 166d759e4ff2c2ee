#include "server/http/page_values.h"

#include "server/http/page_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *label, *text, *repaired;
} texts[] = {
    {"ASCII", "curl/8", "curl/8"},
    {"other letters", "\xc3\xa4\xf0\x9f\x98\x80", "\xc3\xa4\xf0\x9f\x98\x80"},
    {"half a character, which was cut", "a\xc3", "a\xef\xbf\xbd"},
    {"one that goes on as another", "\xe2\x82x", "\xef\xbf\xbd\xef\xbf\xbdx"},
    {"what no character is", "\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd"},
    {"one that is written too long", "\xc0\xbc", "\xef\xbf\xbd\xef\xbf\xbd"},
};

static void test_any_bytes_become_a_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        json_t *object = json_object();
        const char *made;

        page_set_text(object, "a", span_from_string(texts[i].text));
        made = json_string_value(json_object_get(object, "a"));
        if (made == NULL || strcmp(made, texts[i].repaired) != 0)
            fail_msg("%s: %s", texts[i].label, made == NULL ? "none" : made);
        json_decref(object);
    }
}

static void test_a_moment_is_a_section(void **state)
{
    json_t *object = json_object(), *when;

    (void)state;
    page_set_when(object, "never", 0, 1000);
    assert_null(json_object_get(object, "never"));
    page_set_when(object, "when", 940, 1000);
    when = json_object_get(object, "when");
    assert_string_equal(json_string_value(json_object_get(when, "utc")),
                        "1970-01-01T00:15:40Z");
    assert_string_equal(json_string_value(json_object_get(when, "words")),
                        "1 minute ago");
    json_decref(object);
}

static void test_no_address_is_nothing(void **state)
{
    struct address address = {.family = ADDRESS_NONE};
    json_t *object = json_object();

    (void)state;
    page_set_address(object, "none", &address);
    assert_true(address_parse(span_from_string("2001:db8::1"), &address));
    page_set_address(object, "one", &address);
    assert_string_equal(json_string_value(json_object_get(object, "none")), "");
    assert_string_equal(json_string_value(json_object_get(object, "one")),
                        "2001:db8::1");
    json_decref(object);
}

static void test_without_memory_nothing_breaks(void **state)
{
    (void)state;
    page_set_text(NULL, "a", span_from_string("b"));
    page_set_words(NULL, "a", "%d", 1);
    page_set_number(NULL, "a", 1);
    page_set_flag(NULL, "a", true);
    page_set_when(NULL, "a", 1, 2);
    assert_null(page_set_list(NULL, "a"));
    assert_null(page_list_add(NULL));
}

static void test_a_page_is_made_of_its_file(void **state)
{
    struct strbuf out;
    json_t *page = json_object();

    (void)state;
    page_set_string(page, "title", "A & B");
    page_set_string(page, "words", "c");
    page_set_string(page, "advice", "");
    strbuf_init(&out, 8192);
    assert_int_equal(page_fill("message", page, &out), STATUS_OK);
    assert_non_null(strstr(strbuf_string(&out), "<h1>A &amp; B</h1>"));
    strbuf_rewind(&out);
    assert_int_equal(page_fill("message", json_object(), &out), STATUS_INVALID);
    assert_int_equal(page_fill("message", NULL, &out), STATUS_INVALID);
    assert_int_equal(page_fill("no-such-page", json_object(), &out),
                     STATUS_INVALID);
    strbuf_clear(&out);
}

static void test_files_have_tags_of_their_own(void **state)
{
    (void)state;
    assert_null(page_files_find("../status.html"));
    for (size_t i = 0; i < page_files_count; i++) {
        const struct page_file *file = &page_files[i];

        assert_int_equal(strlen(file->etag), 64 + 2);
        assert_ptr_equal(page_files_find(file->name), file);
        for (size_t other = 0; other < i; other++)
            assert_string_not_equal(file->etag, page_files[other].etag);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_bytes_become_a_text),
        cmocka_unit_test(test_a_moment_is_a_section),
        cmocka_unit_test(test_no_address_is_nothing),
        cmocka_unit_test(test_without_memory_nothing_breaks),
        cmocka_unit_test(test_a_page_is_made_of_its_file),
        cmocka_unit_test(test_files_have_tags_of_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
