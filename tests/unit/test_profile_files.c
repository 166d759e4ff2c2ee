#include "aws/profile_files.h"
#include "tests/unit/home_folder.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static struct credentials_settings settings;
static struct profile_files files;
static struct strbuf fault;

static enum status read_files(const struct home_variable *variables)
{
    enum status status;

    home_folder_set_variables(variables);
    assert_int_equal(credentials_settings_init(&settings, home_folder_getenv),
                     STATUS_OK);
    strbuf_init(&fault, 1000);
    status = profile_files_read(&files, &settings, &fault);
    assert_int_equal(fault.len > 0, status == STATUS_INVALID);
    return status;
}

static void clear(void)
{
    profile_files_clear(&files);
    credentials_settings_clear(&settings);
    strbuf_clear(&fault);
}

static struct span span_of(const char *text)
{
    return span_from_string(text);
}

static const struct {
    const char *label, *credentials, *config, *profile, *expected;
} lookups[] = {
    {"the default profile has no prefix", NULL, "[default]\nk=1\n", "default",
     "1"},
    {"another one has", NULL, "[profile dev]\nk=1\n", "dev", "1"},
    {"without it, it is none", NULL, "[dev]\nk=1\n", "dev", NULL},
    {"in credentials there is no prefix", "[dev]\nk=1\n", NULL, "dev", "1"},
    {"with it, it is another name", "[profile dev]\nk=1\n", NULL, "dev", NULL},
    {"default may have the prefix too", NULL, "[profile default]\nk=1\n",
     "default", "1"},
    {"a name in quotes may hold a blank", NULL, "[profile \"my dev\"]\nk=1\n",
     "my dev", "1"},
    {"single ones too", NULL, "[profile 'my dev']\nk=1\n", "my dev", "1"},
    {"a tab behind the prefix", NULL, "[profile\tdev]\nk=1\n", "dev", "1"},
    {"a word that only begins like it", NULL, "[profiles dev]\nk=1\n", "s dev",
     NULL},
    {"other sections are no profiles", NULL, "[sso-session dev]\nk=1\n",
     "sso-session dev", NULL},
    {"names are case-sensitive", "[Dev]\nk=1\n", NULL, "dev", NULL},
    {"keys are not", "[dev]\nK=1\n", NULL, "dev", "1"},
    {"credentials come before config", "[dev]\nk=1\n", "[profile dev]\nk=2\n",
     "dev", "1"},
    {"an empty value does not", "[dev]\nk=\n", "[profile dev]\nk=2\n", "dev",
     "2"},
    {"what only config says", "[dev]\nx=1\n", "[profile dev]\nk=2\n", "dev",
     "2"},
    {"the last of two sections wins", "[dev]\nk=1\n[x]\nk=3\n[dev]\nk=2\n",
     NULL, "dev", "2"},
    {"a profile without the key", "[dev]\n", NULL, "dev", ""},
    {"no files", NULL, NULL, "dev", NULL},
};

static void test_lookups(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lookups); i++) {
        const char *expected = lookups[i].expected;
        struct span profile = span_of(lookups[i].profile);

        print_message("  %s\n", lookups[i].label);
        home_folder_write(lookups[i].credentials, lookups[i].config);
        assert_int_equal(read_files(NULL), STATUS_OK);
        assert_int_equal(profile_files_have(&files, profile), expected != NULL);
        assert_true(span_is(profile_files_get(&files, profile, "k"),
                            expected == NULL ? "" : expected));
        clear();
    }
}

static void test_where_a_value_stands(void **state)
{
    (void)state;
    home_folder_write("[dev]\na=1\n", "[profile dev]\na=2\nb=2\n");
    assert_int_equal(read_files(NULL), STATUS_OK);
    assert_string_equal(profile_files_where(&files, span_of("dev"), "a"),
                        scratch_path(".aws/credentials"));
    assert_string_equal(profile_files_where(&files, span_of("dev"), "b"),
                        scratch_path(".aws/config"));
    assert_string_equal(profile_files_where(&files, span_of("dev"), "c"), "");
    clear();
}

static void test_files_elsewhere(void **state)
{
    static const struct home_variable variables[] = {
        {"AWS_SHARED_CREDENTIALS_FILE", "@/keys"},
        {"AWS_CONFIG_FILE", "~/settings"},
        {NULL, NULL}};
    static const struct home_variable no_home[] = {{"HOME", ""}, {NULL, NULL}};

    (void)state;
    home_folder_write("[dev]\nk=1\n", NULL);
    home_folder_write_file("keys", "[dev]\nk=2\n");
    home_folder_write_file("settings", "[profile dev]\nl=3\n");
    assert_int_equal(read_files(variables), STATUS_OK);
    assert_true(span_is(profile_files_get(&files, span_of("dev"), "k"), "2"));
    assert_true(span_is(profile_files_get(&files, span_of("dev"), "l"), "3"));
    clear();
    assert_int_equal(read_files(no_home), STATUS_OK);
    assert_false(profile_files_have(&files, span_of("dev")));
    assert_null(files.files[PROFILE_KEYS_FILE].path);
    clear();
}

static void test_what_cannot_be_read(void **state)
{
    static const struct home_variable folder[] = {{"AWS_CONFIG_FILE", "@"},
                                                  {NULL, NULL}};
    static const struct home_variable absent[] = {
        {"AWS_CONFIG_FILE", "@/absent"}, {NULL, NULL}};

    (void)state;
    home_folder_write(NULL, "[default]\nhush-hush\n");
    assert_int_equal(read_files(NULL), STATUS_INVALID);
    assert_non_null(home_folder_after(strbuf_string(&fault),
                                      "line 2 of @/.aws/config is neither"));
    assert_null(strstr(strbuf_string(&fault), "hush-hush"));
    clear();
    assert_int_equal(read_files(folder), STATUS_INVALID);
    assert_non_null(strstr(strbuf_string(&fault), "cannot be read"));
    clear();
    assert_int_equal(read_files(absent), STATUS_OK); /* as with AWS's SDKs */
    clear();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lookups),
        cmocka_unit_test(test_where_a_value_stands),
        cmocka_unit_test(test_files_elsewhere),
        cmocka_unit_test(test_what_cannot_be_read),
    };

    return cmocka_run_group_tests(tests, home_folder_set_up,
                                  scratch_folder_tear_down);
}
