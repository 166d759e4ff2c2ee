#include "server/http/request_target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct {
    const char *label, *method, *text;
    enum request_target_form form;
    const char *authority, *path;
} cases[] = {
    {"a path", "GET", "/check_ip", REQUEST_TARGET_ORIGIN, "", "/check_ip"},
    {"a path and a query", "GET", "/register_ip?myip=192.0.2.1",
     REQUEST_TARGET_ORIGIN, "", "/register_ip?myip=192.0.2.1"},
    {"a path that looks like an authority", "GET", "//a/b",
     REQUEST_TARGET_ORIGIN, "", "//a/b"},
    {"a URL", "GET", "http://a.example.org/check_ip", REQUEST_TARGET_ABSOLUTE,
     "a.example.org", "/check_ip"},
    {"a URL with a port", "GET", "http://a:8080/x?y=/z",
     REQUEST_TARGET_ABSOLUTE, "a:8080", "/x?y=/z"},
    {"a URL of IPv6", "GET", "http://[::1]:80/", REQUEST_TARGET_ABSOLUTE,
     "[::1]:80", "/"},
    {"a scheme has no letter case", "GET", "HtTp://a/x",
     REQUEST_TARGET_ABSOLUTE, "a", "/x"},
    {"TLS ended before us", "GET", "HTTPS://a/x", REQUEST_TARGET_ABSOLUTE, "a",
     "/x"},
    {"a URL without a path", "GET", "http://a", REQUEST_TARGET_ABSOLUTE, "a",
     ""},
    {"a URL with a query alone", "GET", "http://a?x=/y",
     REQUEST_TARGET_ABSOLUTE, "a", "?x=/y"},
    {"a URL without a host", "GET", "http:///x", REQUEST_TARGET_INVALID, "",
     ""},
    {"a URL with a port alone", "GET", "http://:80/x", REQUEST_TARGET_INVALID,
     "", ""},
    {"a URL with user information", "GET", "http://a:b@c/x",
     REQUEST_TARGET_INVALID, "", ""},
    {"a URL with a bad port", "GET", "http://a:99999/x", REQUEST_TARGET_INVALID,
     "", ""},
    {"a URL of something else", "GET", "ftp://a/x", REQUEST_TARGET_INVALID, "",
     ""},
    {"half a scheme", "GET", "http:/", REQUEST_TARGET_INVALID, "", ""},
    {"a scheme alone", "GET", "http://", REQUEST_TARGET_INVALID, "", ""},
    {"a path without its slash", "GET", "check_ip", REQUEST_TARGET_INVALID, "",
     ""},
    {"a query alone", "GET", "?x", REQUEST_TARGET_INVALID, "", ""},
    {"nothing", "GET", "", REQUEST_TARGET_INVALID, "", ""},
    {"the server as a whole", "OPTIONS", "*", REQUEST_TARGET_ASTERISK, "", ""},
    {"only OPTIONS asks it", "GET", "*", REQUEST_TARGET_INVALID, "", ""},
    {"an asterisk with more", "OPTIONS", "*x", REQUEST_TARGET_INVALID, "", ""},
    {"OPTIONS of a path", "OPTIONS", "/x", REQUEST_TARGET_ORIGIN, "", "/x"},
    {"a tunnel", "CONNECT", "a.example.org:443", REQUEST_TARGET_AUTHORITY, "",
     ""},
    {"a tunnel wants a port", "CONNECT", "a.example.org",
     REQUEST_TARGET_INVALID, "", ""},
    {"a tunnel wants a host", "CONNECT", ":443", REQUEST_TARGET_INVALID, "",
     ""},
    {"a tunnel has no path", "CONNECT", "/register_ip", REQUEST_TARGET_INVALID,
     "", ""},
    {"a tunnel has no URL", "CONNECT", "http://a/register_ip",
     REQUEST_TARGET_INVALID, "", ""},
    {"methods have letter case", "connect", "a:443", REQUEST_TARGET_INVALID, "",
     ""},
};

static void test_request_target(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct request_target target;

        request_target_read(span_from_string(cases[i].method),
                            span_from_string(cases[i].text), &target);
        if (target.form != cases[i].form)
            fail_msg("%s: form %d", cases[i].label, (int)target.form);
        if (target.form == REQUEST_TARGET_INVALID)
            continue;
        if (!span_is(target.authority, cases[i].authority) ||
            !span_is(target.path, cases[i].path))
            fail_msg("%s: got '%.*s' and '%.*s'", cases[i].label,
                     (int)target.authority.len, target.authority.ptr,
                     (int)target.path.len, target.path.ptr);
    }
}

static void test_the_length_bounds_the_text(void **state)
{
    struct request_target target;

    (void)state;
    request_target_read(span_from_string("GET"), span_from("http://ab/", 8),
                        &target);
    assert_int_equal(target.form, REQUEST_TARGET_ABSOLUTE);
    assert_true(span_is(target.authority, "a"));
    assert_int_equal(target.path.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_target),
        cmocka_unit_test(test_the_length_bounds_the_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
