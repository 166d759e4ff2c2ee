#include "aws/container_url.h"

#include <stdbool.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static const struct {
    const char *label, *url;
    bool good;
} urls[] = {
    {"the agent of ECS", "http://169.254.170.2/v2/credentials", true},
    {"that of EKS Pod Identity", "http://169.254.170.23/v1/credentials", true},
    {"that of EKS over IPv6", "http://[fd00:ec2::23]/v1/credentials", true},
    {"in upper case", "http://[FD00:EC2::23]/", true},
    {"this machine, with a port", "http://127.0.0.1:8080/x", true},
    {"this machine by name", "http://localhost:51678/x", true},
    {"this machine by IPv6", "http://[::1]:80/x", true},
    {"any host, by https", "https://vault.example.org/creds?role=a", true},
    {"an agent with a port", "http://169.254.170.2:80/x", true},
    {"any host in plain text", "http://vault.example.org/creds", false},
    {"the instance's metadata", "http://169.254.169.254/x", false},
    {"a name that begins like an agent", "http://169.254.170.2.example.org/",
     false},
    {"an address that begins like an agent", "http://169.254.170.231/", false},
    {"a user before the host", "http://169.254.170.2@example.org/", false},
    {"a user named like this machine", "http://localhost:x@example.org/",
     false},
    {"another scheme", "ftp://169.254.170.2/", false},
    {"no scheme", "169.254.170.2/v2", false},
    {"no host", "http:///v2", false},
    {"a line break", "http://169.254.170.2/x\r\nX: y", false},
    {"a blank", "http://169.254.170.2/x y", false},
    {"a fragment", "http://169.254.170.2/x#y", false},
};

static void test_full(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(urls); i++) {
        print_message("  %s\n", urls[i].label);
        assert_int_equal(container_url_full_fault(urls[i].url) == NULL,
                         urls[i].good);
    }
}

static void test_a_long_host(void **state)
{
    char url[400] = "https://";

    (void)state;
    memset(url + 8, 'a', 300);
    assert_non_null(container_url_full_fault(url));
}

static void test_relative(void **state)
{
    (void)state;
    assert_null(container_url_relative_fault("/v2/credentials/uuid?x=y"));
    assert_non_null(container_url_relative_fault("v2/credentials"));
    assert_non_null(container_url_relative_fault("@example.org/"));
    assert_non_null(container_url_relative_fault("/a b"));
    assert_non_null(container_url_relative_fault("/a\r\nX: y"));
    assert_non_null(container_url_relative_fault("/a#b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_a_long_host),
        cmocka_unit_test(test_relative),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
