#include "server/http/authority.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct {
    const char *label, *text;
    const char *host; /* NULL: refused */
    uint32_t port;
} cases[] = {
    {"a name alone", "dyn.example.org", "dyn.example.org", 0},
    {"a name with a port", "dyn.example.org:8080", "dyn.example.org", 8080},
    {"letter case stays", "DYN.Example.org", "DYN.Example.org", 0},
    {"an IPv4 address", "192.0.2.1:80", "192.0.2.1", 80},
    {"an IPv6 address keeps its brackets", "[2001:db8::1]", "[2001:db8::1]", 0},
    {"an IPv6 address with a port", "[::1]:443", "[::1]", 443},
    {"an IPv6 address with a zone", "[fe80::1%25eth0]:1", "[fe80::1%25eth0]",
     1},
    {"an underscore, which people use", "my_host", "my_host", 0},
    {"escapes and sub-delims are grammatical", "a%20b!$&'()*+,;=~",
     "a%20b!$&'()*+,;=~", 0},
    {"a colon without a port", "dyn.example.org:", "dyn.example.org", 0},
    {"nothing is no host", "", "", 0},
    {"the highest port", "a:65535", "a", 65535},
    {"leading zeros are digits", "a:00080", "a", 80},
    {"a port past the highest", "a:65536", NULL, 0},
    {"a port of six digits", "a:000080", NULL, 0},
    {"port 0 is none", "a:0", NULL, 0},
    {"a port is digits", "a:8x", NULL, 0},
    {"a port has no sign", "a:+80", NULL, 0},
    {"two ports", "a:80:80", NULL, 0},
    {"an IPv6 address without brackets", "2001:db8::1", NULL, 0},
    {"a port alone", ":80", NULL, 0},
    {"a bracket that is not closed", "[::1", NULL, 0},
    {"a bracket that is not opened", "::1]", NULL, 0},
    {"empty brackets", "[]", NULL, 0},
    {"something behind the bracket", "[::1]a", NULL, 0},
    {"a bracket inside", "[::[1]", NULL, 0},
    {"user information", "user@a", NULL, 0},
    {"a path", "a/b", NULL, 0},
    {"a query", "a?b", NULL, 0},
    {"a fragment", "a#b", NULL, 0},
    {"a backslash", "a\\b", NULL, 0},
    {"a blank", "a b", NULL, 0},
    {"a blank in front", " a", NULL, 0},
    {"a control character", "a\x7f", NULL, 0},
    {"what is not ASCII", "\xc3\xa4", NULL, 0},
    {"a quotation mark", "a\"b", NULL, 0},
};

static void test_authority(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct authority out;
        bool parsed = authority_parse(span_from_string(cases[i].text), &out);

        if (parsed != (cases[i].host != NULL))
            fail_msg("%s: %s", cases[i].label, parsed ? "taken" : "refused");
        if (parsed &&
            (!span_is(out.host, cases[i].host) || out.port != cases[i].port))
            fail_msg("%s: got %.*s, %u", cases[i].label, (int)out.host.len,
                     out.host.ptr, (unsigned)out.port);
    }
}

static void test_every_byte_as_a_name(void **state)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        "-._~!$&'()*+,;=%";

    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        char text[1] = {(char)byte};
        struct authority out;
        bool is_allowed = memchr(allowed, byte, sizeof allowed - 1) != NULL;

        if (authority_parse(span_from(text, 1), &out) != is_allowed)
            fail_msg("byte %d", byte);
    }
}

static void test_a_nul_is_no_character_of_a_name(void **state)
{
    struct authority out;

    (void)state;
    assert_false(authority_parse(span_from("a\0b", 3), &out));
    assert_false(authority_parse(span_from("[:\0:]", 5), &out));
    assert_false(authority_parse(span_from("a:\0", 3), &out));
}

static void test_no_text_at_all(void **state)
{
    struct authority out;

    (void)state;
    assert_true(authority_parse(span_from(NULL, 0), &out));
    assert_int_equal(out.host.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_authority),
        cmocka_unit_test(test_every_byte_as_a_name),
        cmocka_unit_test(test_a_nul_is_no_character_of_a_name),
        cmocka_unit_test(test_no_text_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
