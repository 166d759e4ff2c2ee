#include "server/http/cross_site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct {
    const char *label, *value;
    bool is_foreign;
} fetches[] = {
    {"typed in, or a bookmark", "none", false},
    {"a page of this server", "same-origin", false},
    {"blanks around it", " none\t", false},
    {"a page of somebody else", "cross-site", true},
    {"a page of a neighbour", "same-site", true},
    {"a value to come", "same-planet", true},
    {"nothing", "", true},
    {"values have letter case", "None", true},
    {"a list", "none, cross-site", true},
    {"two of the good ones are none", "none, none", true},
    {"the beginning of one", "same-orig", true},
    {"more than one", "none-at-all", true},
};

static void test_sec_fetch_site(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(fetches); i++)
        if (cross_site_fetch_is_foreign(span_from_string(fetches[i].value)) !=
            fetches[i].is_foreign)
            fail_msg("%s", fetches[i].label);
}

static const struct {
    const char *label, *origin, *authority;
    bool is_foreign;
} origins[] = {
    {"the same name", "http://dyn.example.org", "dyn.example.org", false},
    {"TLS ended at a proxy", "https://dyn.example.org", "dyn.example.org",
     false},
    {"the same port", "http://a:8080", "a:8080", false},
    {"an address", "http://192.0.2.1:8080", "192.0.2.1:8080", false},
    {"an address of IPv6", "http://[::1]:8080", "[::1]:8080", false},
    {"names have no letter case", "https://DYN.example.org", "dyn.Example.ORG",
     false},
    {"nor have schemes", "HTTPS://a", "a", false},
    {"the port of HTTP need not be written", "http://a", "a:80", false},
    {"in either", "http://a:80", "a", false},
    {"the port of HTTPS need not be written", "https://a", "a:443", false},
    {"in either", "https://a:443", "a", false},
    {"blanks around it", " http://a\t", "a", false},
    {"another name", "https://evil.example.com", "dyn.example.org", true},
    {"a name that begins like it", "https://dyn.example.org.evil.example.com",
     "dyn.example.org", true},
    {"a name that ends like it", "https://evil-dyn.example.org",
     "dyn.example.org", true},
    {"a name below it", "https://x.dyn.example.org", "dyn.example.org", true},
    {"a name above it", "https://example.org", "dyn.example.org", true},
    {"another port", "http://a:8081", "a:8080", true},
    {"another port than the usual one", "https://a:8443", "a", true},
    {"the usual port, and another one is called", "https://a", "a:8443", true},
    {"HTTP's port is not HTTPS's", "https://a", "a:80", true},
    {"nor the other way round", "http://a", "a:443", true},
    {"a page that must not say", "null", "a", true},
    {"not even to a host of this name", "null", "null", true},
    {"nothing", "", "a", true},
    {"an extension", "moz-extension://a", "a", true},
    {"a file", "file://", "a", true},
    {"no scheme", "a", "a", true},
    {"a scheme alone", "http://", "a", true},
    {"a list", "http://a http://a", "a", true},
    {"a path", "http://a/", "a", true},
    {"user information", "http://a@a", "a", true},
    {"nobody was called", "http://a", "", true},
    {"nobody by nobody", "http://", "", true},
    {"rubbish was called", "http://a", "a/b", true},
};

static void test_origin(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(origins); i++)
        if (cross_site_origin_is_foreign(
                span_from_string(origins[i].origin),
                span_from_string(origins[i].authority)) !=
            origins[i].is_foreign)
            fail_msg("%s: %s to %s", origins[i].label, origins[i].origin,
                     origins[i].authority);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sec_fetch_site),
        cmocka_unit_test(test_origin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
