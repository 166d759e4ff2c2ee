#include "cli/ip_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static const struct {
    const char *label, *text;
    bool insecure;
    enum ip_source_kind kind;
    const char *name; /* and if it is refused a part of the fault */
    bool refused;
} rows[] = {
    {"a page", "https://r.example.org/check_ip", false, IP_SOURCE_URL,
     "https://r.example.org/check_ip", false},
    {"what may be a key is not part of its name",
     "https://r.example.org/r?apikey=hush", false, IP_SOURCE_URL,
     "https://r.example.org/r", false},
    {"http on this machine", "http://127.0.0.1:8080/check_ip", false,
     IP_SOURCE_URL, "http://127.0.0.1:8080/check_ip", false},
    {"http to elsewhere", "http://r.example.org/", false, IP_SOURCE_URL,
     "http://r.example.org/ is not https", true},
    {"http to elsewhere, as it is wished", "http://r.example.org/", true,
     IP_SOURCE_URL, "http://r.example.org/", false},
    {"no wish makes ftp of use", "ftp://r.example.org/", true, IP_SOURCE_URL,
     "must begin with https://", true},
    {"an interface", "interface:eth0", false, IP_SOURCE_INTERFACE,
     "interface:eth0", false},
    {"letter case means nothing", "Interface:eth0.7", false,
     IP_SOURCE_INTERFACE, "interface:eth0.7", false},
    {"no interface", "interface:", false, IP_SOURCE_INTERFACE,
     "must be followed", true},
    {"a name that is too long", "interface:abcdefghijklmnop", false,
     IP_SOURCE_INTERFACE, "must be followed", true},
    {"a name of 15 characters", "interface:abcdefghijklmno", false,
     IP_SOURCE_INTERFACE, "interface:abcdefghijklmno", false},
    {"a slash", "interface:../x", false, IP_SOURCE_INTERFACE,
     "must be followed", true},
    {"an address", "192.0.2.1", false, IP_SOURCE_ADDRESS, "what was given",
     false},
    {"an address of IPv6", "2001:db8::1", false, IP_SOURCE_ADDRESS,
     "what was given", false},
    {"an interface's name alone", "eth0", false, IP_SOURCE_ADDRESS,
     "'eth0' is no source", true},
    {"nothing", "", false, IP_SOURCE_ADDRESS, "'' is no source", true},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ip_source source;
        struct strbuf words;

        print_message("  %s\n", rows[i].label);
        strbuf_init(&words, 4096);
        assert_int_equal(
            ip_source_parse(&source, rows[i].text, rows[i].insecure, &words),
            !rows[i].refused);
        assert_int_equal(source.kind, rows[i].kind);
        if (!rows[i].refused) {
            assert_int_equal(words.len, 0);
            ip_source_append_name(&words, &source);
            assert_string_equal(strbuf_string(&words), rows[i].name);
        } else {
            assert_non_null(strstr(strbuf_string(&words), rows[i].name));
        }
        strbuf_clear(&words);
    }
}

static void test_who_is_asked_usually_may_be_asked(void **state)
{
    struct ip_source source;
    struct strbuf words;

    (void)state;
    strbuf_init(&words, 4096);
    assert_true(ip_source_parse(&source, IP_SOURCE_USUAL, false, &words));
    strbuf_clear(&words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_who_is_asked_usually_may_be_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
