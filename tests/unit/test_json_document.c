#include "cli/json_document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
    const char *label;
    struct span text;
    const char *json;
} cases[] = {
    {"a text", SPAN_LITERAL("a b"), "\"a b\""},
    {"an empty text is none", SPAN_LITERAL(""), "null"},
    {"UTF-8", SPAN_LITERAL("h\xc3\xb6me"), "\"h\xc3\xb6me\""},
    {"what is not UTF-8", SPAN_LITERAL("z\xff\xc3\xb6"), "\"z???\""},
    {"quotes and control characters", SPAN_LITERAL("\"\n\x01"),
     "\"\\\"\\n\\u0001\""},
    {"a NUL", SPAN_LITERAL("a\0b"), "\"a\\u0000b\""},
};

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *made = json_document_text(cases[i].text);
        char *dumped = json_dumps(made, JSON_ENCODE_ANY);

        if (dumped == NULL || strcmp(dumped, cases[i].json) != 0)
            fail_msg("%s: %s", cases[i].label, dumped);
        free(dumped);
        json_decref(made);
    }
}

static void test_without_memory_nothing_is_printed(void **state)
{
    (void)state;
    assert_false(json_document_print(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_without_memory_nothing_is_printed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
