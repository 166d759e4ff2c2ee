#include "cli/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The environment of a test: the keys of AWS's manuals, and a database. */
static struct variable {
    const char *name, *value;
} environment[] = {
    {"AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"},
    {"AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
    {"DYNDNS_BUCKET", NULL},
    {"DYNDNS_DATABASE", NULL},
    {"AWS_ENDPOINT_URL_S3", NULL},
};

enum { VARIABLES = sizeof environment / sizeof environment[0] };

static const char *get(const char *name)
{
    for (size_t i = 0; i < VARIABLES; i++)
        if (strcmp(environment[i].name, name) == 0)
            return environment[i].value;
    return NULL;
}

static void set(const char *name, const char *value)
{
    for (size_t i = 0; i < VARIABLES; i++)
        if (strcmp(environment[i].name, name) == 0)
            environment[i].value = value;
}

static const struct {
    const char *label, *bucket, *database;
    const char *faults[3]; /* what the words must hold; none: accepted */
} cases[] = {
    {"both are set", "dyndns.example.org", "hosts.csv", {NULL}},
    {"a key may have slashes and blanks", "b", "a folder/hosts.csv", {NULL}},
    {"neither is set: both are named",
     NULL,
     NULL,
     {"DYNDNS_BUCKET is not set", "DYNDNS_DATABASE is not set"}},
    {"empty counts as unset",
     "",
     "",
     {"DYNDNS_BUCKET is not set", "DYNDNS_DATABASE is not set"}},
    {"the bucket alone",
     "dyndns.example.org",
     NULL,
     {"DYNDNS_DATABASE is not set"}},
    {"the key alone", NULL, "hosts.csv", {"DYNDNS_BUCKET is not set"}},
    {"a URL is no bucket",
     "s3://dyndns.example.org",
     "hosts.csv",
     {"DYNDNS_BUCKET is no bucket's name"}},
    {"an ARN is no bucket",
     "arn:aws:s3:::dyndns",
     "hosts.csv",
     {"DYNDNS_BUCKET is no bucket's name but an ARN"}},
    {"a line break in the bucket",
     "dyndns\n",
     "hosts.csv",
     {"DYNDNS_BUCKET is no bucket's name"}},
    {"a line break in the key",
     "b",
     "hosts.csv\n",
     {"DYNDNS_DATABASE holds a control character"}},
};

static void check(size_t i)
{
    struct settings settings;
    struct strbuf faults;
    enum status status;

    strbuf_init(&faults, 4096);
    set("DYNDNS_BUCKET", cases[i].bucket);
    set("DYNDNS_DATABASE", cases[i].database);
    status = settings_init(&settings, get, &faults);
    if ((status == STATUS_OK) != (cases[i].faults[0] == NULL))
        fail_msg("%s: %s", cases[i].label, strbuf_string(&faults));
    if (status == STATUS_OK) {
        assert_string_equal(settings.bucket, cases[i].bucket);
        assert_string_equal(settings.database, cases[i].database);
    }
    for (size_t k = 0; cases[i].faults[k] != NULL; k++)
        if (strstr(strbuf_string(&faults), cases[i].faults[k]) == NULL)
            fail_msg("%s: %s", cases[i].label, strbuf_string(&faults));
    settings_clear(&settings);
    strbuf_clear(&faults);
}

static void test_bucket_and_database(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(i);
}

static void test_credentials_alone_need_no_database(void **state)
{
    struct settings settings;
    struct strbuf faults;

    (void)state;
    strbuf_init(&faults, 4096);
    set("DYNDNS_BUCKET", NULL);
    set("DYNDNS_DATABASE", "hosts.csv");
    assert_int_equal(settings_init_aws(&settings, get, &faults), STATUS_OK);
    assert_string_equal(settings.aws.access_key_id, "AKIAIOSFODNN7EXAMPLE");
    assert_null(settings.bucket);
    assert_null(settings.database);
    settings_doubts(&settings, &faults);
    assert_string_equal(strbuf_string(&faults), "");
    settings_clear(&settings);
    strbuf_clear(&faults);
}

static const struct {
    const char *label, *bucket, *database;
    const char *endpoint; /* AWS_ENDPOINT_URL_S3 */
    const char *doubts;
} doubtful[] = {
    {"nothing to doubt", "dyndns.example.org", "hosts.csv", NULL, ""},
    {"no name for a bucket", "Bad_Bucket", "hosts.csv", NULL,
     "DYNDNS_BUCKET is no name for a bucket of S3"},
    {"another store's rules are its own", "Bad_Bucket", "hosts.csv",
     "http://127.0.0.1:1", ""},
    {"a key that begins with a slash", "dyndns", "/hosts.csv",
     "http://127.0.0.1:1", "DYNDNS_DATABASE begins with a slash"},
    {"a URL for a key", "dyndns", "s3://dyndns/hosts.csv", NULL,
     "DYNDNS_DATABASE should be the key alone"},
    {"two are two lines", "B", "/", NULL,
     "DYNDNS_BUCKET is no name for a bucket of S3: it has 3 to 63 "
     "characters\nDYNDNS_DATABASE begins"},
};

static void test_what_looks_like_a_mistake(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof doubtful / sizeof doubtful[0]; i++) {
        struct settings settings;
        struct strbuf faults, doubts;

        strbuf_init(&faults, 4096);
        strbuf_init(&doubts, 4096);
        set("DYNDNS_BUCKET", doubtful[i].bucket);
        set("DYNDNS_DATABASE", doubtful[i].database);
        set("AWS_ENDPOINT_URL_S3", doubtful[i].endpoint);
        assert_int_equal(settings_init(&settings, get, &faults), STATUS_OK);
        settings_doubts(&settings, &doubts);
        if (strncmp(strbuf_string(&doubts), doubtful[i].doubts,
                    strlen(doubtful[i].doubts)) != 0 ||
            (doubtful[i].doubts[0] == '\0' && doubts.len > 0))
            fail_msg("%s: %s", doubtful[i].label, strbuf_string(&doubts));
        settings_clear(&settings);
        strbuf_clear(&faults);
        strbuf_clear(&doubts);
    }
    set("AWS_ENDPOINT_URL_S3", NULL);
}

static void test_faults_of_aws_are_told_together_with_ours(void **state)
{
    struct settings settings;
    struct strbuf faults;

    (void)state;
    strbuf_init(&faults, 4096);
    set("DYNDNS_BUCKET", NULL);
    set("DYNDNS_DATABASE", "hosts.csv");
    set("AWS_SECRET_ACCESS_KEY", NULL);
    assert_int_equal(settings_init(&settings, get, &faults), STATUS_INVALID);
    assert_non_null(strstr(strbuf_string(&faults), "DYNDNS_BUCKET"));
    assert_non_null(strstr(strbuf_string(&faults), "AWS_SECRET_ACCESS_KEY"));
    assert_null(strstr(strbuf_string(&faults), "DYNDNS_DATABASE"));
    settings_clear(&settings);
    strbuf_clear(&faults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bucket_and_database),
        cmocka_unit_test(test_credentials_alone_need_no_database),
        cmocka_unit_test(test_what_looks_like_a_mistake),
        cmocka_unit_test(test_faults_of_aws_are_told_together_with_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
