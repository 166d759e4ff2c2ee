#include "aws/credentials_settings.h"
#include "tests/unit/home_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

enum { VARIABLES_MAX = 4 };

static struct credentials_settings settings;

static void set_up(const struct home_variable *variables)
{
    home_folder_set_variables(variables);
    assert_int_equal(credentials_settings_init(&settings, home_folder_getenv),
                     STATUS_OK);
}

static const struct {
    const char *label;
    struct home_variable variables[VARIABLES_MAX];
    const char *fault; /* how its one line begins; NULL: none */
} cases[] = {
    {"nothing", {{NULL, NULL}}, NULL},
    {"the agent of ECS",
     {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x"}},
     NULL},
    {"a path that is none",
     {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "v2/x"}},
     "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be a path"},
    {"a host that may not be asked in plain text",
     {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.org/"}},
     "AWS_CONTAINER_CREDENTIALS_FULL_URI must begin with https"},
    {"what is not used does no harm",
     {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x"},
      {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.org/"}},
     NULL},
    {"a header injected by the token",
     {{"AWS_CONTAINER_AUTHORIZATION_TOKEN", "hush-hush\r\nX: y"}},
     "AWS_CONTAINER_AUTHORIZATION_TOKEN holds a line break"},
    {"a token of two words",
     {{"AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic hush-hush"}},
     NULL},
    {"the metadata elsewhere",
     {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1338/"}},
     NULL},
    {"the metadata nowhere",
     {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "127.0.0.1"}},
     "AWS_EC2_METADATA_SERVICE_ENDPOINT must begin with http"},
    {"IPv6", {{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ipv6"}}, NULL},
    {"IPv5",
     {{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv5"}},
     "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE must be IPv4 or IPv6"},
    {"patience",
     {{"AWS_METADATA_SERVICE_TIMEOUT", "60"},
      {"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "10"}},
     NULL},
    {"too much of it",
     {{"AWS_METADATA_SERVICE_TIMEOUT", "61"}},
     "AWS_METADATA_SERVICE_TIMEOUT must be a number from 1 to 60"},
    {"none",
     {{"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "0"}},
     "AWS_METADATA_SERVICE_NUM_ATTEMPTS must be a number from 1 to 10"},
};

static void test_check(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf faults;

        print_message("  %s\n", cases[i].label);
        set_up(cases[i].variables);
        strbuf_init(&faults, 1000);
        credentials_settings_check(&settings, &faults);
        if (cases[i].fault == NULL)
            assert_int_equal(faults.len, 0);
        else
            assert_memory_equal(strbuf_string(&faults), cases[i].fault,
                                strlen(cases[i].fault));
        assert_null(strstr(strbuf_string(&faults), "hush-hush"));
        strbuf_clear(&faults);
        credentials_settings_clear(&settings);
    }
}

static void test_empty_is_unset(void **state)
{
    static const struct home_variable empty[] = {
        {"AWS_PROFILE", ""}, {"AWS_DEFAULT_PROFILE", "b"}, {NULL, NULL}};
    const char *variable;

    (void)state;
    set_up(empty);
    assert_null(settings.values[CREDENTIALS_PROFILE]);
    assert_string_equal(credentials_settings_profile(&settings, &variable),
                        "b");
    assert_string_equal(variable, "AWS_DEFAULT_PROFILE");
    credentials_settings_clear(&settings);
    assert_null(settings.values[CREDENTIALS_DEFAULT_PROFILE]);
}

static void test_the_profile_that_is_asked_for(void **state)
{
    static const struct home_variable both[] = {
        {"AWS_PROFILE", "a"}, {"AWS_DEFAULT_PROFILE", "b"}, {NULL, NULL}};
    const char *variable;

    (void)state;
    set_up(both);
    assert_string_equal(credentials_settings_profile(&settings, &variable),
                        "a");
    assert_string_equal(variable, "AWS_PROFILE");
    credentials_settings_clear(&settings);
    set_up(NULL);
    assert_null(credentials_settings_profile(&settings, &variable));
    credentials_settings_clear(&settings);
}

static void test_the_metadata(void **state)
{
    static const struct home_variable some[] = {
        {"AWS_EC2_METADATA_DISABLED", "True"},
        {"AWS_METADATA_SERVICE_TIMEOUT", "5"},
        {"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "3"},
        {NULL, NULL}};
    static const struct home_variable others[] = {
        {"AWS_EC2_METADATA_DISABLED", "1"},
        {"AWS_METADATA_SERVICE_TIMEOUT", "x"},
        {NULL, NULL}};

    (void)state;
    set_up(some);
    assert_true(credentials_settings_metadata_is_disabled(&settings));
    assert_int_equal(credentials_settings_metadata_timeout_ms(&settings), 5000);
    assert_int_equal(credentials_settings_metadata_attempts(&settings), 3);
    credentials_settings_clear(&settings);
    set_up(others); /* as with AWS's SDKs, only "true" disables it */
    assert_false(credentials_settings_metadata_is_disabled(&settings));
    assert_int_equal(credentials_settings_metadata_timeout_ms(&settings), 1000);
    assert_int_equal(credentials_settings_metadata_attempts(&settings), 1);
    credentials_settings_clear(&settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_empty_is_unset),
        cmocka_unit_test(test_the_profile_that_is_asked_for),
        cmocka_unit_test(test_the_metadata),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
