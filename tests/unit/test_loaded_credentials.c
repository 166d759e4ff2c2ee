#include "server/loaded_credentials.h"

#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static const char *const names[] = {"DYNDNS_API_KEY", "DYNDNS_REFLECT_KEY",
                                    "AWS_SECRET_ACCESS_KEY", "PORT"};
static struct strbuf faults;

static int set_up(void **state)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unsetenv(names[i]);
    strbuf_init(&faults, 64 * 1024);
    if (scratch_folder_set_up(state) != 0)
        return -1;
    return setenv("CREDENTIALS_DIRECTORY", scratch_folder(), 1);
}

static int tear_down(void **state)
{
    strbuf_clear(&faults);
    return scratch_folder_tear_down(state);
}

static void load_well(void)
{
    assert_int_equal(loaded_credentials_set(&faults), STATUS_OK);
    assert_string_equal(strbuf_string(&faults), "");
}

static void assert_set(const char *name, const char *value)
{
    assert_non_null(getenv(name));
    assert_string_equal(getenv(name), value);
}

static void test_a_file_stands_for_the_variable_of_its_name(void **state)
{
    (void)state;
    scratch_write("DYNDNS_API_KEY", span_from_string("s3cret\n"));
    scratch_write("AWS_SECRET_ACCESS_KEY", span_from_string("wJalr/EXAMPLE"));
    load_well();
    assert_set("DYNDNS_API_KEY", "s3cret");
    assert_set("AWS_SECRET_ACCESS_KEY", "wJalr/EXAMPLE");
    assert_null(getenv("DYNDNS_REFLECT_KEY"));
}

/* All but the one line feed that an editor puts there. */
static void test_the_value_is_the_file(void **state)
{
    static const struct {
        const char *content, *value;
    } cases[] = {{"", ""}, {"\n", ""}, {"a\n\n", "a\n"}, {" a ", " a "}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsetenv("DYNDNS_API_KEY");
        scratch_write("DYNDNS_API_KEY", span_from_string(cases[i].content));
        load_well();
        assert_set("DYNDNS_API_KEY", cases[i].value);
    }
}

static void test_the_environment_is_stronger_unless_it_is_empty(void **state)
{
    (void)state;
    scratch_write("DYNDNS_API_KEY", span_from_string("of the file"));
    scratch_write("PORT", span_from_string("8080"));
    setenv("DYNDNS_API_KEY", "of the environment", 1);
    setenv("PORT", "", 1);
    load_well();
    assert_set("DYNDNS_API_KEY", "of the environment");
    assert_set("PORT", "8080");
}

static void test_other_files_are_left_alone(void **state)
{
    static const char *const others[] = {
        "aws", "dyndns_api_key", "A.B", "a B", "1A", "_A", "A-B"};

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        scratch_write(others[i], span_from_string("x"));
        load_well();
        assert_null(getenv(others[i]));
    }
}

static void test_without_systemd_nothing_happens(void **state)
{
    (void)state;
    scratch_write("DYNDNS_API_KEY", span_from_string("x"));
    setenv("CREDENTIALS_DIRECTORY", "", 1);
    load_well();
    unsetenv("CREDENTIALS_DIRECTORY");
    load_well();
    assert_null(getenv("DYNDNS_API_KEY"));
}

static void assert_refused(const char *name, const char *words)
{
    strbuf_rewind(&faults);
    assert_int_equal(loaded_credentials_set(&faults), STATUS_INVALID);
    assert_int_equal(strncmp(strbuf_string(&faults), name, strlen(name)), 0);
    assert_non_null(strstr(strbuf_string(&faults), words));
    assert_null(strstr(strbuf_string(&faults), "s3cret"));
    assert_null(getenv("DYNDNS_API_KEY"));
}

static void test_what_can_be_no_value_is_refused(void **state)
{
    static char longest[LOADED_CREDENTIAL_MAX_BYTES + 1];

    (void)state;
    scratch_write("DYNDNS_API_KEY", span_from("s3cret\0x", 8));
    assert_refused("DYNDNS_API_KEY: ", "NUL byte");
    memset(longest, 'x', sizeof longest);
    scratch_write("DYNDNS_API_KEY", span_from(longest, sizeof longest));
    assert_refused("DYNDNS_API_KEY: ", "16 KiB");
    strbuf_rewind(&faults);
    scratch_write("DYNDNS_API_KEY", span_from(longest, sizeof longest - 1));
    load_well();
}

static void test_what_is_no_file_is_refused(void **state)
{
    (void)state;
    assert_int_equal(mkdir(scratch_path("DYNDNS_API_KEY"), 0700), 0);
    assert_refused("DYNDNS_API_KEY: ", "no regular file");
}

static void test_a_folder_that_is_not_there_is_refused(void **state)
{
    (void)state;
    setenv("CREDENTIALS_DIRECTORY", scratch_path("nowhere"), 1);
    assert_refused("CREDENTIALS_DIRECTORY=", "No such file");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_file_stands_for_the_variable_of_its_name),
        TEST(test_the_value_is_the_file),
        TEST(test_the_environment_is_stronger_unless_it_is_empty),
        TEST(test_other_files_are_left_alone),
        TEST(test_without_systemd_nothing_happens),
        TEST(test_what_can_be_no_value_is_refused),
        TEST(test_what_is_no_file_is_refused),
        TEST(test_a_folder_that_is_not_there_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
