#include "aws/aws_config.h"
#include "aws/retry.h"
#include "tests/unit/home_folder.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

enum { VARIABLES_MAX = 8 };

static const struct home_variable *environment;

#define KEYS                                                                   \
    {"AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"},                                      \
    {                                                                          \
        "AWS_SECRET_ACCESS_KEY", "s3cr3t/+x"                                   \
    }

static const struct {
    const char *label;
    struct home_variable environment[VARIABLES_MAX];
    struct aws_config expected;
} good[] = {
    {"two keys are enough", {KEYS}, {.region = "us-east-1"}},
    {"AWS_REGION comes before AWS_DEFAULT_REGION",
     {KEYS, {"AWS_DEFAULT_REGION", "eu-west-1"}, {"AWS_REGION", "eu-west-2"}},
     {.region = "eu-west-2"}},
    {"AWS_DEFAULT_REGION alone will do",
     {KEYS, {"AWS_DEFAULT_REGION", "eu-west-1"}},
     {.region = "eu-west-1"}},
    {"empty counts as unset",
     {KEYS,
      {"AWS_DEFAULT_REGION", "eu-west-1"},
      {"AWS_REGION", ""},
      {"AWS_SESSION_TOKEN", ""},
      {"AWS_ENDPOINT_URL", ""},
      {"AWS_CA_BUNDLE", ""}},
     {.region = "eu-west-1"}},
    {"a session token",
     {KEYS, {"AWS_SESSION_TOKEN", "t0ken"}},
     {.region = "us-east-1", .session_token = "t0ken"}},
    {"one endpoint for all services",
     {KEYS, {"AWS_ENDPOINT_URL", "http://127.0.0.1:1"}},
     {.region = "us-east-1",
      .s3_endpoint = "http://127.0.0.1:1",
      .route53_endpoint = "http://127.0.0.1:1",
      .sts_endpoint = "http://127.0.0.1:1",
      .sns_endpoint = "http://127.0.0.1:1"}},
    {"a service's own endpoint comes first",
     {KEYS,
      {"AWS_ENDPOINT_URL", "http://127.0.0.1:1"},
      {"AWS_ENDPOINT_URL_S3", "http://127.0.0.1:2"},
      {"AWS_ENDPOINT_URL_ROUTE_53", "http://127.0.0.1:3"},
      {"AWS_ENDPOINT_URL_STS", "http://127.0.0.1:4"},
      {"AWS_ENDPOINT_URL_SNS", "http://127.0.0.1:5"}},
     {.region = "us-east-1",
      .s3_endpoint = "http://127.0.0.1:2",
      .route53_endpoint = "http://127.0.0.1:3",
      .sts_endpoint = "http://127.0.0.1:4",
      .sns_endpoint = "http://127.0.0.1:5"}},
    {"endpoints that are to be ignored are, faults included",
     {KEYS,
      {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "True"},
      {"AWS_ENDPOINT_URL", "http://127.0.0.1:1"},
      {"AWS_ENDPOINT_URL_S3", "no URL"}},
     {.region = "us-east-1"}},
    {"not to ignore them is what is done anyway",
     {KEYS,
      {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false"},
      {"AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1"}},
     {.region = "us-east-1", .s3_endpoint = "http://127.0.0.1:1"}},
    {"FIPS and IPv6",
     {KEYS,
      {"AWS_USE_FIPS_ENDPOINT", "TRUE"},
      {"AWS_USE_DUALSTACK_ENDPOINT", "true"}},
     {.region = "us-east-1", .use_fips = true, .use_dualstack = true}},
    {"neither",
     {KEYS,
      {"AWS_USE_FIPS_ENDPOINT", "False"},
      {"AWS_USE_DUALSTACK_ENDPOINT", "false"},
      {"AWS_ENDPOINT_URL_S3", "http://h"}},
     {.region = "us-east-1", .s3_endpoint = "http://h"}},
    {"one attempt, and no retry",
     {KEYS, {"AWS_MAX_ATTEMPTS", "1"}},
     {.region = "us-east-1", .max_attempts = 1}},
    {"twenty attempts",
     {KEYS, {"AWS_MAX_ATTEMPTS", "20"}},
     {.region = "us-east-1", .max_attempts = 20}},
    {"another store may call its region anything",
     {KEYS, {"AWS_REGION", "garage"}, {"AWS_ENDPOINT_URL_S3", "http://h"}},
     {.region = "garage", .s3_endpoint = "http://h"}},
    {"a readable CA bundle",
     {KEYS, {"AWS_CA_BUNDLE", "/dev/null"}},
     {.region = "us-east-1", .ca_bundle = "/dev/null"}},
    {"a key id with a colon, as OpenStack Swift has them",
     {{"AWS_ACCESS_KEY_ID", "test:tester"}, {"AWS_SECRET_ACCESS_KEY", "x"}},
     {.access_key_id = "test:tester",
      .secret_access_key = "x",
      .region = "us-east-1"}},
    {"no keys: others are asked, the instance at last",
     {{NULL, NULL}},
     {.access_key_id = "", .region = "us-east-1"}},
    {"the environment's keys come before a profile",
     {KEYS, {"AWS_PROFILE", "absent"}},
     {.region = "us-east-1"}},
    {"the region of the profile",
     {KEYS, {"AWS_CONFIG_FILE", "@/region"}},
     {.region = "eu-central-1"}},
    {"a variable's comes first",
     {KEYS, {"AWS_CONFIG_FILE", "@/region"}, {"AWS_REGION", "eu-west-1"}},
     {.region = "eu-west-1"}},
    {"a token without keys says nothing",
     {{"AWS_SESSION_TOKEN", "t"}},
     {.access_key_id = "", .session_token = "t", .region = "us-east-1"}},
    {"a temporary key with its token",
     {{"AWS_ACCESS_KEY_ID", "ASIAEXAMPLE"},
      {"AWS_SECRET_ACCESS_KEY", "x"},
      {"AWS_SESSION_TOKEN", "t0ken"}},
     {.access_key_id = "ASIAEXAMPLE",
      .secret_access_key = "x",
      .session_token = "t0ken",
      .region = "us-east-1"}},
};

static void assert_same(const char *actual, const char *expected)
{
    if (expected == NULL)
        assert_null(actual);
    else
        assert_string_equal(actual, expected);
}

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct aws_config config, expected = good[i].expected;
        struct strbuf faults;

        print_message("  %s\n", good[i].label);
        if (expected.access_key_id == NULL) {
            expected.access_key_id = "AKIAEXAMPLE";
            expected.secret_access_key = "s3cr3t/+x";
        }
        if (expected.max_attempts == 0)
            expected.max_attempts = RETRY_DEFAULT_MAX_ATTEMPTS;
        strbuf_init(&faults, 1000);
        environment = good[i].environment;
        home_folder_set_variables(environment);
        assert_int_equal(aws_config_init(&config, home_folder_getenv, &faults),
                         STATUS_OK);
        assert_int_equal(faults.len, 0);
        if (expected.access_key_id[0] == '\0')
            expected.access_key_id = NULL;
        assert_same(config.access_key_id, expected.access_key_id);
        assert_same(config.secret_access_key, expected.secret_access_key);
        assert_same(config.session_token, expected.session_token);
        assert_same(config.region, expected.region);
        assert_same(config.s3_endpoint, expected.s3_endpoint);
        assert_same(config.route53_endpoint, expected.route53_endpoint);
        assert_same(config.sts_endpoint, expected.sts_endpoint);
        assert_int_equal(config.use_fips, expected.use_fips);
        assert_int_equal(config.use_dualstack, expected.use_dualstack);
        assert_int_equal(config.max_attempts, expected.max_attempts);
        assert_same(config.sns_endpoint, expected.sns_endpoint);
        assert_same(config.ca_bundle, expected.ca_bundle);
        aws_config_clear(&config);
        assert_null(config.secret_access_key);
        strbuf_clear(&faults);
    }
}

static const struct {
    const char *label;
    struct home_variable environment[VARIABLES_MAX];
    const char *lines[4]; /* how each begins */
} bad[] = {
    {"no keys, and nobody to ask for some",
     {{"AWS_EC2_METADATA_DISABLED", "true"}},
     {"AWS_ACCESS_KEY_ID is not set, and there is no other source"}},
    {"a profile that is in no file",
     {{"AWS_PROFILE", "dev"}},
     {"AWS_PROFILE names the profile dev, which is in neither"}},
    {"a container's endpoint that may not be asked",
     {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://hush-hush/"}},
     {"AWS_CONTAINER_CREDENTIALS_FULL_URI must begin with https"}},
    {"the other half of a key",
     {{"AWS_SECRET_ACCESS_KEY", "hush-hush"}},
     {"AWS_ACCESS_KEY_ID is not set; it is the id"}},
    {"the region of the profile is looked at too",
     {{"AWS_CONFIG_FILE", "@/bad_region"}},
     {"the region of the profile is none of AWS's regions"}},
    {"a switch is true or false, lest \"1\" be taken for false",
     {KEYS,
      {"AWS_USE_FIPS_ENDPOINT", "1"},
      {"AWS_USE_DUALSTACK_ENDPOINT", "yes"},
      {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "on"}},
     {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS must be true or false",
      "AWS_USE_FIPS_ENDPOINT must be true or false",
      "AWS_USE_DUALSTACK_ENDPOINT must be true or false"}},
    {"an endpoint of S3's that does not exist",
     {KEYS, {"AWS_USE_FIPS_ENDPOINT", "true"}, {"AWS_REGION", "eu-west-1"}},
     {"AWS_USE_FIPS_ENDPOINT names what S3 has in"}},
    {"an endpoint of Route 53's that does not exist",
     {KEYS,
      {"AWS_USE_DUALSTACK_ENDPOINT", "true"},
      {"AWS_REGION", "us-iso-east-1"}},
     {"AWS_USE_DUALSTACK_ENDPOINT names what Route 53"}},
    {"FIPS beside an endpoint of one's own",
     {KEYS,
      {"AWS_USE_FIPS_ENDPOINT", "true"},
      {"AWS_ENDPOINT_URL_ROUTE_53", "http://h"}},
     {"AWS_USE_FIPS_ENDPOINT does not go together"}},
    {"a service's wrong endpoint is named",
     {KEYS, {"AWS_ENDPOINT_URL_STS", "sts.example.org"}},
     {"AWS_ENDPOINT_URL_STS must begin with http"}},
    {"no attempt at all",
     {KEYS, {"AWS_MAX_ATTEMPTS", "0"}},
     {"AWS_MAX_ATTEMPTS must be a number from 1 to 20"}},
    {"too many attempts",
     {KEYS, {"AWS_MAX_ATTEMPTS", "21"}},
     {"AWS_MAX_ATTEMPTS must be a number from 1 to 20"}},
    {"no number of attempts",
     {KEYS, {"AWS_MAX_ATTEMPTS", "three"}},
     {"AWS_MAX_ATTEMPTS must be a number from 1 to 20"}},
    {"an empty key is an absent key",
     {{"AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"}, {"AWS_SECRET_ACCESS_KEY", ""}},
     {"AWS_SECRET_ACCESS_KEY is not set"}},
    {"a line break copied along with the secret",
     {{"AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"},
      {"AWS_SECRET_ACCESS_KEY", "hush-hush\n"}},
     {"AWS_SECRET_ACCESS_KEY holds a control character"}},
    {"a header injected through the token",
     {KEYS, {"AWS_SESSION_TOKEN", "hush-hush\r\nX: y"}},
     {"AWS_SESSION_TOKEN holds a control character"}},
    {"a blank within a key id",
     {{"AWS_ACCESS_KEY_ID", "AKIA EXAMPLE"}, {"AWS_SECRET_ACCESS_KEY", "x"}},
     {"AWS_ACCESS_KEY_ID holds a blank"}},
    {"a temporary key without its token",
     {{"AWS_ACCESS_KEY_ID", "ASIAEXAMPLE"}, {"AWS_SECRET_ACCESS_KEY", "x"}},
     {"AWS_SESSION_TOKEN is not set"}},
    {"a region that is none",
     {KEYS, {"AWS_REGION", "eu-west-1 "}},
     {"AWS_REGION is no region's name"}},
    {"the variable named is the one that was read",
     {KEYS, {"AWS_DEFAULT_REGION", "Ireland!"}},
     {"AWS_DEFAULT_REGION is no region's name"}},
    {"a continent",
     {KEYS, {"AWS_REGION", "europe"}},
     {"AWS_REGION is none of AWS's regions"}},
    {"a zone, as in the address bar of the console",
     {KEYS, {"AWS_REGION", "eu-west-1a"}},
     {"AWS_REGION is none of AWS's regions"}},
    {"a region of one's own Route 53 alone",
     {KEYS,
      {"AWS_REGION", "garage"},
      {"AWS_ENDPOINT_URL_ROUTE_53", "http://127.0.0.1:1"}},
     {"AWS_REGION is none of AWS's regions"}},
    {"one shared endpoint is one fault",
     {KEYS, {"AWS_ENDPOINT_URL", "s3.example.org"}},
     {"AWS_ENDPOINT_URL must begin with http:// or https://"}},
    {"two endpoints are two",
     {KEYS,
      {"AWS_ENDPOINT_URL_S3", "ftp://a"},
      {"AWS_ENDPOINT_URL_ROUTE_53", "http://u:hush-hush@b"}},
     {"AWS_ENDPOINT_URL_S3 must begin", "AWS_ENDPOINT_URL_ROUTE_53 must name"}},
    {"that of SNS too",
     {KEYS, {"AWS_ENDPOINT_URL_SNS", "sns.example.org"}},
     {"AWS_ENDPOINT_URL_SNS must begin"}},
    {"a CA bundle that is not there",
     {KEYS, {"AWS_CA_BUNDLE", "/nonexistent/ca.pem"}},
     {"AWS_CA_BUNDLE names no readable file"}},
    {"all faults at once",
     {{"AWS_SECRET_ACCESS_KEY", "hush-hush\x7f"},
      {"AWS_REGION", "?"},
      {"AWS_ENDPOINT_URL", "?"}},
     {"AWS_ACCESS_KEY_ID is not set;", "AWS_SECRET_ACCESS_KEY holds",
      "AWS_REGION is no", "AWS_ENDPOINT_URL must"}},
};

static void assert_lines(struct span text, const char *const *beginnings)
{
    struct span line;
    size_t count = 0;

    while (span_split(&text, '\n', &line)) {
        assert_true(count < 4 && beginnings[count] != NULL);
        assert_true(line.len >= strlen(beginnings[count]));
        assert_memory_equal(line.ptr, beginnings[count],
                            strlen(beginnings[count]));
        count++;
    }
    assert_true(count == 4 || beginnings[count] == NULL);
}

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct aws_config config;
        struct strbuf faults;

        print_message("  %s\n", bad[i].label);
        strbuf_init(&faults, 1000);
        environment = bad[i].environment;
        home_folder_set_variables(environment);
        assert_int_equal(aws_config_init(&config, home_folder_getenv, &faults),
                         STATUS_INVALID);
        assert_lines(strbuf_span(&faults), bad[i].lines);
        assert_null(strstr(strbuf_string(&faults), "hush-hush"));
        aws_config_clear(&config);
        strbuf_clear(&faults);
    }
}

/* The caller may collect the faults of several readers in one buffer. */
static void test_faults_of_others_are_not_ours(void **state)
{
    static const struct home_variable keys[] = {KEYS, {NULL, NULL}};
    struct aws_config config;
    struct strbuf faults;

    (void)state;
    environment = keys;
    strbuf_init(&faults, 1000);
    strbuf_append_string(&faults, "PORT is no number\n");
    home_folder_set_variables(environment);
    assert_int_equal(aws_config_init(&config, home_folder_getenv, &faults),
                     STATUS_OK);
    assert_string_equal(strbuf_string(&faults), "PORT is no number\n");
    aws_config_clear(&config);
    strbuf_clear(&faults);
}

static const struct {
    const char *label;
    struct home_variable environment[VARIABLES_MAX];
    const char *words; /* how they begin */
} described[] = {
    {"the environment's keys", {KEYS, {"AWS_PROFILE", "dev"}}, "environment"},
    {"a profile's",
     {{"AWS_SHARED_CREDENTIALS_FILE", "@/keys"}},
     "profile default of @/keys"},
    {"the instance's", {{NULL, NULL}}, "instance role"},
};

static void test_describe(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(described); i++) {
        struct aws_config config;
        struct strbuf text;

        print_message("  %s\n", described[i].label);
        strbuf_init(&text, 1000);
        environment = described[i].environment;
        home_folder_set_variables(environment);
        assert_int_equal(aws_config_init(&config, home_folder_getenv, &text),
                         STATUS_OK);
        aws_config_describe_credentials(&config, &text);
        assert_non_null(
            home_folder_after(strbuf_string(&text), described[i].words));
        assert_null(strstr(strbuf_string(&text), "s3cr3t"));
        aws_config_clear(&config);
        strbuf_clear(&text);
    }
}

static int write_files(void **state)
{
    if (home_folder_set_up(state) != 0)
        return -1;
    home_folder_write_file("region", "[default]\nregion=eu-central-1\n");
    home_folder_write_file("bad_region", "[default]\nregion=europe\n");
    home_folder_write_file("keys", "[default]\naws_access_key_id=AKIA\n"
                                   "aws_secret_access_key=s3cr3t\n");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_describe),
        cmocka_unit_test(test_faults_of_others_are_not_ours),
    };

    return cmocka_run_group_tests(tests, write_files, scratch_folder_tear_down);
}
