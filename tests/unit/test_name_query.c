#include "server/http/name_query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define BYTES(text) text, sizeof(text) - 1

enum { ID = 0x1234 };

/* a.example.org */
#define NAME "\1a\7example\3org\0"
#define QUESTION NAME "\0\1\0\1"
#define POINTER "\xc0\x0c"
#define ONE_DAY "\0\1\x51\x80"

static const char query[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0" QUESTION;

static void test_a_question_is_written(void **state)
{
    unsigned char out[NAME_QUERY_MAX_BYTES];
    struct span name = span_from_string("a.example.org");

    (void)state;
    assert_int_equal(name_query_write(name, ADDRESS_IPV4, ID, out),
                     sizeof query - 1);
    assert_memory_equal(out, query, sizeof query - 1);
    assert_int_equal(name_query_write(name, ADDRESS_IPV6, ID, out),
                     sizeof query - 1);
    assert_int_equal(out[sizeof query - 1 - 3], 28);
}

static const struct {
    const char *label, *name;
} no_names[] = {
    {"nothing", ""},
    {"an empty label", "a..b"},
    {"an empty one in front", ".a"},
    {"an end that is not normalised", "a.b."},
    {"a label of 64",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b"},
};

static void test_what_is_no_name_is_not_asked_for(void **state)
{
    unsigned char out[NAME_QUERY_MAX_BYTES];
    char longest[255];

    (void)state;
    for (size_t i = 0; i < COUNT(no_names); i++)
        if (name_query_write(span_from_string(no_names[i].name), ADDRESS_IPV4,
                             ID, out) != 0)
            fail_msg("%s", no_names[i].label);
    for (size_t i = 0; i < sizeof longest; i++)
        longest[i] = i % 2 == 0 ? 'a' : '.';
    assert_int_equal(
        name_query_write(span_from(longest, 253), ADDRESS_IPV4, ID, out),
        NAME_QUERY_MAX_BYTES);
    assert_int_equal(
        name_query_write(span_from(longest, 255), ADDRESS_IPV4, ID, out), 0);
}

static const struct {
    const char *label;
    const char *packet;
    size_t len;
    bool is_answer;
    enum name_result result;
    size_t count;
} answers[] = {
    {"an address",
     BYTES("\x12\x34\x81\x80\0\1\0\1\0\0\0\0" QUESTION POINTER
           "\0\1\0\1" ONE_DAY "\0\4\xc0\0\2\1"),
     true, NAME_FOUND, 1},
    {"letter case is the server's",
     BYTES("\x12\x34\x81\x80\0\1\0\1\0\0\0\0\1A\7eXample\3ORG\0\0\1\0\1" POINTER
           "\0\1\0\1" ONE_DAY "\0\4\xc0\0\2\1"),
     true, NAME_FOUND, 1},
    {"an address by way of another name",
     BYTES("\x12\x34\x81\x80\0\1\0\2\0\0\0\0" QUESTION POINTER
           "\0\5\0\1" ONE_DAY "\0\4\1b" POINTER "\1b" POINTER "\0\1\0\1" ONE_DAY
           "\0\4\xc0\0\2\1"),
     true, NAME_FOUND, 1},
    {"more than are kept",
     BYTES("\x12\x34\x81\x80\0\1\0\5\0\0\0\0" QUESTION POINTER
           "\0\1\0\1" ONE_DAY "\0\4\xc0\0\2\1" POINTER "\0\1\0\1" ONE_DAY
           "\0\4\xc0\0\2\2" POINTER "\0\1\0\1" ONE_DAY "\0\4\xc0\0\2\3" POINTER
           "\0\1\0\1" ONE_DAY "\0\4\xc0\0\2\4" POINTER "\0\1\0\1" ONE_DAY
           "\0\4\xc0\0\2\5"),
     true, NAME_FOUND, NAME_ADDRESSES_MAX},
    {"cut short, with an address",
     BYTES("\x12\x34\x83\x80\0\1\0\1\0\0\0\0" QUESTION POINTER
           "\0\1\0\1" ONE_DAY "\0\4\xc0\0\2\1"),
     true, NAME_FOUND, 1},
    {"cut short, without one",
     BYTES("\x12\x34\x83\x80\0\1\0\0\0\0\0\0" QUESTION), true, NAME_FAILED, 0},
    {"no such name", BYTES("\x12\x34\x81\x83\0\1\0\0\0\0\0\0" QUESTION), true,
     NAME_ABSENT, 0},
    {"no such record", BYTES("\x12\x34\x81\x80\0\1\0\0\0\0\0\0" QUESTION), true,
     NAME_ABSENT, 0},
    {"a record of another class",
     BYTES("\x12\x34\x81\x80\0\1\0\1\0\0\0\0" QUESTION POINTER
           "\0\1\0\3" ONE_DAY "\0\4\xc0\0\2\1"),
     true, NAME_ABSENT, 0},
    {"the server failed", BYTES("\x12\x34\x81\x82\0\1\0\0\0\0\0\0" QUESTION),
     true, NAME_FAILED, 0},
    {"it refuses", BYTES("\x12\x34\x81\x85\0\1\0\0\0\0\0\0" QUESTION), true,
     NAME_FAILED, 0},
    {"an address of the wrong length",
     BYTES("\x12\x34\x81\x80\0\1\0\1\0\0\0\0" QUESTION POINTER
           "\0\1\0\1" ONE_DAY "\0\5\xc0\0\2\1\1"),
     true, NAME_FAILED, 0},
    {"fewer records than are announced",
     BYTES("\x12\x34\x81\x80\0\1\0\2\0\0\0\0" QUESTION POINTER
           "\0\1\0\1" ONE_DAY "\0\4\xc0\0\2\1"),
     true, NAME_FAILED, 1},
    {"data that goes past the end",
     BYTES("\x12\x34\x81\x80\0\1\0\1\0\0\0\0" QUESTION POINTER
           "\0\1\0\1" ONE_DAY "\xff\xff\xc0\0\2\1"),
     true, NAME_FAILED, 0},
    {"a name that goes past the end",
     BYTES("\x12\x34\x81\x80\0\1\0\1\0\0\0\0" QUESTION "\x3f"), true,
     NAME_FAILED, 0},
    {"a label of no kind",
     BYTES("\x12\x34\x81\x80\0\1\0\1\0\0\0\0" QUESTION "\x80"), true,
     NAME_FAILED, 0},

    {"nothing", "", 0, false, NAME_UNANSWERED, 0},
    {"half a header", BYTES("\x12\x34\x81\x80"), false, NAME_UNANSWERED, 0},
    {"of another question's id",
     BYTES("\x12\x35\x81\x80\0\1\0\0\0\0\0\0" QUESTION), false, NAME_UNANSWERED,
     0},
    {"of another name",
     BYTES("\x12\x34\x81\x80\0\1\0\0\0\0\0\0\1b\7example\3org\0\0\1\0\1"),
     false, NAME_UNANSWERED, 0},
    {"of another type",
     BYTES("\x12\x34\x81\x80\0\1\0\0\0\0\0\0" NAME "\0\x1c\0\1"), false,
     NAME_UNANSWERED, 0},
    {"a question", BYTES("\x12\x34\x01\0\0\1\0\0\0\0\0\0" QUESTION), false,
     NAME_UNANSWERED, 0},
    {"without the question", BYTES("\x12\x34\x81\x80\0\0\0\0\0\0\0\0" QUESTION),
     false, NAME_UNANSWERED, 0},
};

static void test_an_answer_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct name_answer answer = {.result = NAME_UNANSWERED};
        bool is_answer = name_query_read(
            (const unsigned char *)query, sizeof query - 1,
            (const unsigned char *)answers[i].packet, answers[i].len, &answer);

        if (is_answer != answers[i].is_answer ||
            answer.result != answers[i].result ||
            answer.count != answers[i].count)
            fail_msg("%s: %d, result %d, %zu addresses", answers[i].label,
                     is_answer, (int)answer.result, answer.count);
    }
}

static void test_the_address_is_that_of_the_record(void **state)
{
    static const char packet[] =
        "\x12\x34\x81\x80\0\1\0\1\0\0\0\0" NAME "\0\x1c\0\1" POINTER
        "\0\x1c\0\1" ONE_DAY "\0\x10\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\7";
    unsigned char asked[NAME_QUERY_MAX_BYTES];
    size_t len = name_query_write(span_from_string("a.example.org"),
                                  ADDRESS_IPV6, ID, asked);
    struct name_answer answer;
    struct address expected;

    (void)state;
    assert_true(address_parse(span_from_string("2001:db8::7"), &expected));
    assert_true(name_query_read(asked, len, (const unsigned char *)packet,
                                sizeof packet - 1, &answer));
    assert_int_equal(answer.result, NAME_FOUND);
    assert_true(address_equal(&answer.addresses[0], &expected));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_question_is_written),
        cmocka_unit_test(test_what_is_no_name_is_not_asked_for),
        cmocka_unit_test(test_an_answer_is_read),
        cmocka_unit_test(test_the_address_is_that_of_the_record),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
