#include "server/http/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { VALUE_MAX = 16 };

static const struct {
    const char *label, *query;
    enum query_result result;
    const char *value;
} cases[] = {
    {"the only parameter", "myip=192.0.2.1", QUERY_FOUND, "192.0.2.1"},
    {"behind others", "hostname=a&myip=192.0.2.1", QUERY_FOUND, "192.0.2.1"},
    {"before others", "myip=192.0.2.1&wildcard=NOCHG", QUERY_FOUND,
     "192.0.2.1"},
    {"the first of two counts", "myip=192.0.2.1&myip=192.0.2.2", QUERY_FOUND,
     "192.0.2.1"},
    {"an empty one is the first too", "myip=&myip=192.0.2.2", QUERY_FOUND, ""},
    {"no query at all", "", QUERY_ABSENT, NULL},
    {"other parameters only", "hostname=a&system=dyndns", QUERY_ABSENT, NULL},
    {"without an equals sign the value is empty", "myip", QUERY_FOUND, ""},
    {"others without an equals sign are passed over", "offline&myip=192.0.2.1",
     QUERY_FOUND, "192.0.2.1"},
    {"empty parameters are passed over", "&&myip=192.0.2.1&", QUERY_FOUND,
     "192.0.2.1"},
    {"a parameter without a name is passed over", "=x&myip=192.0.2.1",
     QUERY_FOUND, "192.0.2.1"},
    {"the value may hold equals signs", "myip=a=b=", QUERY_FOUND, "a=b="},
    {"a longer name is another", "myip6=192.0.2.1", QUERY_ABSENT, NULL},
    {"a shorter name is another", "myi=192.0.2.1", QUERY_ABSENT, NULL},
    {"a name that ends like it is another", "xmyip=192.0.2.1", QUERY_ABSENT,
     NULL},
    {"names have letter case", "MYIP=192.0.2.1", QUERY_ABSENT, NULL},
    {"the name in another's value is no name", "x=myip=192.0.2.1", QUERY_ABSENT,
     NULL},
    {"escapes are decoded", "myip=2001%3Adb8%3a%3A1", QUERY_FOUND,
     "2001:db8::1"},
    {"a plus sign is a blank", "myip=+a+", QUERY_FOUND, " a "},
    {"an escaped plus sign is a plus sign", "myip=%2B", QUERY_FOUND, "+"},
    {"an escaped ampersand separates nothing", "myip=a%26b", QUERY_FOUND,
     "a&b"},
    {"an escape is decoded once", "myip=%2541", QUERY_FOUND, "%41"},
    {"a percent sign alone stands for itself", "myip=%", QUERY_FOUND, "%"},
    {"with one digit it does too", "myip=%4", QUERY_FOUND, "%4"},
    {"with one digit and more behind", "myip=%4g", QUERY_FOUND, "%4g"},
    {"with no digit", "myip=%zz", QUERY_FOUND, "%zz"},
    {"an escape does not reach into the next parameter", "myip=%4&1=x",
     QUERY_FOUND, "%4"},
    {"a percent sign before an escape", "myip=%%41", QUERY_FOUND, "%A"},
    {"one character short of the room", "myip=123456789012345", QUERY_FOUND,
     "123456789012345"},
    {"the room met exactly", "myip=1234567890123456", QUERY_FOUND,
     "1234567890123456"},
    {"the room met exactly once it is decoded",
     "myip=%31%32%33%34%35%36%37%38%39%30%31%32%33%34%35%36", QUERY_FOUND,
     "1234567890123456"},
    {"one character past the room", "myip=12345678901234567", QUERY_TOO_LONG,
     NULL},
    {"one escape past the room", "myip=1234567890123456%37", QUERY_TOO_LONG,
     NULL},
    {"too long is an answer: a second one does not count",
     "myip=12345678901234567&myip=192.0.2.1", QUERY_TOO_LONG, NULL},
    {"what others hold may be long", "x=12345678901234567890&myip=192.0.2.1",
     QUERY_FOUND, "192.0.2.1"},
};

static void test_query(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[VALUE_MAX + 1];
        struct span value = {NULL, 0};
        enum query_result result;

        out[VALUE_MAX] = '!'; /* nobody's */
        result = query_find(span_from_string(cases[i].query), "myip", out,
                            VALUE_MAX, &value);
        if (result != cases[i].result)
            fail_msg("%s: result %d", cases[i].label, (int)result);
        if (result == QUERY_FOUND && !span_is(value, cases[i].value))
            fail_msg("%s: got %.*s", cases[i].label, (int)value.len, value.ptr);
        if (out[VALUE_MAX] != '!')
            fail_msg("%s: wrote past the room", cases[i].label);
    }
}

static void test_an_escaped_nul_is_a_byte(void **state)
{
    char out[VALUE_MAX];
    struct span value;

    (void)state;
    assert_int_equal(query_find(span_from_string("myip=192.0.2.1%00x"), "myip",
                                out, sizeof out, &value),
                     QUERY_FOUND);
    assert_int_equal(value.len, 11);
    assert_memory_equal(value.ptr, "192.0.2.1\0x", 11);
}

static void test_the_length_bounds_the_query(void **state)
{
    static const char text[] = "myip=%41%42";
    char out[VALUE_MAX];
    struct span value;

    (void)state;
    assert_int_equal(
        query_find(span_from(text, 10), "myip", out, sizeof out, &value),
        QUERY_FOUND);
    assert_true(span_is(value, "A%4"));
    assert_int_equal(
        query_find(span_from(text, 4), "myip", out, sizeof out, &value),
        QUERY_FOUND);
    assert_int_equal(value.len, 0);
    assert_int_equal(
        query_find(span_from(text, 3), "myip", out, sizeof out, &value),
        QUERY_ABSENT);
    assert_int_equal(
        query_find(span_from(NULL, 0), "myip", out, sizeof out, &value),
        QUERY_ABSENT);
}

static void test_every_byte_survives_its_escape(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        char query[16], out[1];
        struct span value;

        snprintf(query, sizeof query, "b=%%%02x", byte);
        assert_int_equal(
            query_find(span_from_string(query), "b", out, sizeof out, &value),
            QUERY_FOUND);
        assert_int_equal(value.len, 1);
        assert_int_equal((unsigned char)out[0], byte);
    }
}

static const struct {
    const char *label, *query, *form;
    enum query_result result;
    const char *value;
} places[] = {
    {"in the query", "a=1", "", QUERY_FOUND, "1"},
    {"in the form", "b=2", "a=1", QUERY_FOUND, "1"},
    {"the query counts more", "a=1", "a=2", QUERY_FOUND, "1"},
    {"also an empty value in it", "a=", "a=2", QUERY_FOUND, ""},
    {"also one that is too long", "a=0123456789", "a=2", QUERY_TOO_LONG, NULL},
    {"in neither", "b=2", "c=3", QUERY_ABSENT, NULL},
};

static void test_query_or_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char out[8];
        struct span value;
        enum query_result result = query_find_either(
            span_from_string(places[i].query), span_from_string(places[i].form),
            "a", out, sizeof out, &value);

        if (result != places[i].result ||
            (result == QUERY_FOUND && !span_is(value, places[i].value)))
            fail_msg("%s", places[i].label);
    }
}

static void test_what_is_written_is_read_again(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 64);
    query_append(&out, "a", span_from_string("x y&z=<\"\xc3\xa4"));
    query_append(&out, "b", span_from_string(""));
    query_append(&out, "c", span_from_string("A-._9"));
    assert_string_equal(strbuf_string(&out),
                        "a=x%20y%26z%3D%3C%22%C3%A4&b=&c=A-._9");
    strbuf_clear(&out);
    for (unsigned byte = 0; byte < 256; byte++) {
        char c = (char)byte, read[1];
        struct span value;

        strbuf_init(&out, 64);
        query_append(&out, "a", span_from(&c, 1));
        assert_int_equal(
            query_find(strbuf_span(&out), "a", read, sizeof read, &value),
            QUERY_FOUND);
        assert_memory_equal(value.ptr, &c, 1);
        strbuf_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query_or_form),
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_an_escaped_nul_is_a_byte),
        cmocka_unit_test(test_the_length_bounds_the_query),
        cmocka_unit_test(test_every_byte_survives_its_escape),
        cmocka_unit_test(test_what_is_written_is_read_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
