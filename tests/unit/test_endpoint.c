#include "aws/endpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static const struct {
    const char *label, *configured, *region, *bucket, *key, *expected;
} objects[] = {
    {"a plain bucket is a host name", NULL, "eu-west-1", "hosts", "hosts.csv",
     "https://hosts.s3.eu-west-1.amazonaws.com/hosts.csv"},
    {"a dot does not fit the wildcard certificate", NULL, "eu-west-1",
     "hosts.example.org", "hosts.csv",
     "https://s3.eu-west-1.amazonaws.com/hosts.example.org/hosts.csv"},
    {"an upper-case bucket is no host name", NULL, "us-east-1", "Hosts", "k",
     "https://s3.us-east-1.amazonaws.com/Hosts/k"},
    {"an underscore is none either", NULL, "us-east-1", "my_hosts", "k",
     "https://s3.us-east-1.amazonaws.com/my_hosts/k"},
    {"nor a hyphen at an end", NULL, "us-east-1", "hosts-", "k",
     "https://s3.us-east-1.amazonaws.com/hosts-/k"},
    {"nor two letters", NULL, "us-east-1", "ab", "k",
     "https://s3.us-east-1.amazonaws.com/ab/k"},
    {"a bucket cannot end its path segment", NULL, "us-east-1", "a/b?c", "k",
     "https://s3.us-east-1.amazonaws.com/a%2Fb%3Fc/k"},
    {"China has a domain of its own", NULL, "cn-north-1", "hosts", "k",
     "https://hosts.s3.cn-north-1.amazonaws.com.cn/k"},
    {"GovCloud shares the public domain", NULL, "us-gov-west-1", "hosts", "k",
     "https://hosts.s3.us-gov-west-1.amazonaws.com/k"},
    {"a configured endpoint is spoken to in path style",
     "http://127.0.0.1:9000", "us-east-1", "hosts", "a/b c.csv",
     "http://127.0.0.1:9000/hosts/a/b%20c.csv"},
    {"its last slash is not doubled", "http://127.0.0.1:9000/", "us-east-1",
     "hosts", "k", "http://127.0.0.1:9000/hosts/k"},
    {"its path stays in front", "https://store.example.org/s3", "us-east-1",
     "hosts", "k", "https://store.example.org/s3/hosts/k"},
    {"without a key it is the bucket's own", NULL, "eu-west-1", "hosts", "",
     "https://hosts.s3.eu-west-1.amazonaws.com/"},
    {"so in path style", "http://127.0.0.1:9000", "eu-west-1", "hosts", "",
     "http://127.0.0.1:9000/hosts/"},
    {"a key may begin with a slash", NULL, "us-east-1", "hosts", "/k",
     "https://hosts.s3.us-east-1.amazonaws.com//k"},
};

static void test_s3_object(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(objects); i++) {
        struct endpoint_choice choice = {.configured = objects[i].configured};
        struct strbuf out;

        print_message("  %s\n", objects[i].label);
        strbuf_init(&out, 1000);
        endpoint_append_s3_object(&out, &choice, objects[i].region,
                                  objects[i].bucket, objects[i].key);
        assert_string_equal(strbuf_string(&out), objects[i].expected);
        strbuf_clear(&out);
    }
}

static const struct {
    const char *label, *configured, *region, *url, *signing_region;
} route53[] = {
    {"the public cloud has one endpoint", NULL, "eu-west-1",
     "https://route53.amazonaws.com", "us-east-1"},
    {"China", NULL, "cn-north-1", "https://route53.amazonaws.com.cn",
     "cn-northwest-1"},
    {"GovCloud", NULL, "us-gov-east-1", "https://route53.us-gov.amazonaws.com",
     "us-gov-west-1"},
    {"iso and isob are two", NULL, "us-iso-west-1",
     "https://route53.c2s.ic.gov", "us-iso-east-1"},
    {"isob and iso are two", NULL, "us-isob-east-1",
     "https://route53.sc2s.sgov.gov", "us-isob-east-1"},
    {"isoe lies in Europe", NULL, "eu-isoe-west-1",
     "https://route53.cloud.adc-e.uk", "eu-isoe-west-1"},
    {"isof and iso are two", NULL, "us-isof-east-1",
     "https://route53.csp.hci.ic.gov", "us-isof-south-1"},
    {"the European sovereign cloud", NULL, "eusc-de-east-1",
     "https://route53.amazonaws.eu", "eusc-de-east-1"},
    {"a configured endpoint still signs for the partition",
     "http://127.0.0.1:7053/", "eu-west-1", "http://127.0.0.1:7053",
     "us-east-1"},
};

static void test_route53(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(route53); i++) {
        struct endpoint_choice choice = {.configured = route53[i].configured};
        struct strbuf out;

        print_message("  %s\n", route53[i].label);
        strbuf_init(&out, 1000);
        endpoint_append_route53(&out, &choice, route53[i].region);
        assert_string_equal(strbuf_string(&out), route53[i].url);
        assert_string_equal(endpoint_route53_region(route53[i].region),
                            route53[i].signing_region);
        strbuf_clear(&out);
    }
}

#define NO_FIPS "AWS_USE_FIPS_ENDPOINT names what "
#define OWN " does not go together with an endpoint of one's own"

/* A URL, or how its lack is told. */
static const struct {
    const char *label;
    struct endpoint_choice choice;
    const char *region;
    const char *s3, *route53, *sts;
} choices[] = {
    {"the public cloud",
     {0},
     "eu-west-1",
     "https://b1x.s3.eu-west-1.amazonaws.com/k",
     "https://route53.amazonaws.com",
     "https://sts.eu-west-1.amazonaws.com"},
    {"with IPv6",
     {.dualstack = true},
     "eu-west-1",
     "https://b1x.s3.dualstack.eu-west-1.amazonaws.com/k",
     "https://route53.global.api.aws",
     "https://sts.eu-west-1.api.aws"},
    {"with FIPS",
     {.fips = true},
     "us-east-2",
     "https://b1x.s3-fips.us-east-2.amazonaws.com/k",
     "https://route53-fips.amazonaws.com",
     "https://sts-fips.us-east-2.amazonaws.com"},
    {"with both",
     {.fips = true, .dualstack = true},
     "ca-west-1",
     "https://b1x.s3-fips.dualstack.ca-west-1.amazonaws.com/k",
     "https://route53-fips.global.api.aws",
     "https://sts-fips.ca-west-1.api.aws"},
    {"S3 has none with FIPS in Europe",
     {.fips = true},
     "eu-west-1",
     NO_FIPS "S3 has in regions of the USA and Canada alone",
     "https://route53-fips.amazonaws.com",
     "https://sts-fips.eu-west-1.amazonaws.com"},
    {"GovCloud",
     {0},
     "us-gov-east-1",
     "https://b1x.s3.us-gov-east-1.amazonaws.com/k",
     "https://route53.us-gov.amazonaws.com",
     "https://sts.us-gov-east-1.amazonaws.com"},
    {"GovCloud's are with FIPS already",
     {.fips = true},
     "us-gov-east-1",
     "https://b1x.s3-fips.us-gov-east-1.amazonaws.com/k",
     "https://route53.us-gov.amazonaws.com",
     "https://sts.us-gov-east-1.amazonaws.com"},
    {"GovCloud with both",
     {.fips = true, .dualstack = true},
     "us-gov-west-1",
     "https://b1x.s3-fips.dualstack.us-gov-west-1.amazonaws.com/k",
     "https://route53.us-gov.api.aws",
     "https://sts-fips.us-gov-west-1.api.aws"},
    {"China",
     {0},
     "cn-north-1",
     "https://b1x.s3.cn-north-1.amazonaws.com.cn/k",
     "https://route53.amazonaws.com.cn",
     "https://sts.cn-north-1.amazonaws.com.cn"},
    {"China with IPv6",
     {.dualstack = true},
     "cn-north-1",
     "https://b1x.s3.dualstack.cn-north-1.amazonaws.com.cn/k",
     "https://route53.global.api.amazonwebservices.com.cn",
     "https://sts.cn-north-1.api.amazonwebservices.com.cn"},
    {"China has none with FIPS",
     {.fips = true},
     "cn-north-1",
     NO_FIPS "AWS does not have in China",
     NO_FIPS "AWS does not have in China",
     NO_FIPS "AWS does not have in China"},
    {"the European sovereign cloud with IPv6",
     {.dualstack = true},
     "eusc-de-east-1",
     "https://b1x.s3.dualstack.eusc-de-east-1.amazonaws.eu/k",
     "https://route53.global.api.amazonwebservices.eu",
     "https://sts.eusc-de-east-1.api.amazonwebservices.eu"},
    {"Route 53 is IPv4 alone in iso",
     {.dualstack = true},
     "us-iso-east-1",
     "https://b1x.s3.dualstack.us-iso-east-1.c2s.ic.gov/k",
     "AWS_USE_DUALSTACK_ENDPOINT names what Route 53 does not have in this "
     "partition",
     "https://sts.us-iso-east-1.api.aws.ic.gov"},
    {"Route 53 has none with FIPS in isob",
     {.fips = true},
     "us-isob-east-1",
     "https://b1x.s3-fips.us-isob-east-1.sc2s.sgov.gov/k",
     NO_FIPS "Route 53 does not have in this partition",
     "https://sts-fips.us-isob-east-1.sc2s.sgov.gov"},
    {"one's own endpoint",
     {.configured = "http://h"},
     "eu-west-1",
     "http://h/b1x/k",
     "http://h",
     "http://h"},
    {"one's own endpoint has no FIPS form",
     {.configured = "http://h", .fips = true},
     "us-east-1",
     "AWS_USE_FIPS_ENDPOINT" OWN,
     "AWS_USE_FIPS_ENDPOINT" OWN,
     "AWS_USE_FIPS_ENDPOINT" OWN},
    {"nor one with IPv6",
     {.configured = "http://h", .dualstack = true},
     "us-east-1",
     "AWS_USE_DUALSTACK_ENDPOINT" OWN,
     "AWS_USE_DUALSTACK_ENDPOINT" OWN,
     "AWS_USE_DUALSTACK_ENDPOINT" OWN},
};

/* `out` holds the URL; a lack takes its place. */
static void assert_choice(struct strbuf *out, const char *variable,
                          const char *lack, const char *expected)
{
    if (lack != NULL) {
        strbuf_rewind(out);
        strbuf_printf(out, "%s %s", variable, lack);
        assert_memory_equal(strbuf_string(out), expected, strlen(expected));
    } else {
        assert_string_equal(strbuf_string(out), expected);
    }
    strbuf_rewind(out);
}

static void test_choices(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(choices); i++) {
        const struct endpoint_choice *choice = &choices[i].choice;
        const char *region = choices[i].region, *variable, *lack;
        struct strbuf out;

        print_message("  %s\n", choices[i].label);
        strbuf_init(&out, 1000);
        endpoint_append_s3_object(&out, choice, region, "b1x", "k");
        lack = endpoint_s3_lack(choice, region, &variable);
        assert_choice(&out, variable, lack, choices[i].s3);
        endpoint_append_route53(&out, choice, region);
        lack = endpoint_route53_lack(choice, region, &variable);
        assert_choice(&out, variable, lack, choices[i].route53);
        endpoint_append_sts(&out, choice, region);
        lack = endpoint_sts_lack(choice, region, &variable);
        assert_choice(&out, variable, lack, choices[i].sts);
        strbuf_clear(&out);
    }
}

static const struct {
    const char *label;
    struct endpoint_choice choice;
    const char *region, *url;
} sns[] = {
    {"an endpoint for each region",
     {0},
     "eu-west-1",
     "https://sns.eu-west-1.amazonaws.com"},
    {"China", {0}, "cn-north-1", "https://sns.cn-north-1.amazonaws.com.cn"},
    {"FIPS and IPv6",
     {.fips = true, .dualstack = true},
     "us-east-2",
     "https://sns-fips.us-east-2.api.aws"},
    {"GovCloud's is with FIPS already",
     {.fips = true},
     "us-gov-west-1",
     "https://sns.us-gov-west-1.amazonaws.com"},
    {"a configured endpoint",
     {.configured = "http://127.0.0.1:7053/"},
     "eu-west-1",
     "http://127.0.0.1:7053"},
};

static void test_sns(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sns); i++) {
        struct strbuf out;

        print_message("  %s\n", sns[i].label);
        strbuf_init(&out, 1000);
        endpoint_append_sns(&out, &sns[i].choice, sns[i].region);
        assert_string_equal(strbuf_string(&out), sns[i].url);
        strbuf_clear(&out);
    }
}

static const struct {
    const char *label, *url;
    bool good, loopback;
} urls[] = {
    {"https", "https://s3.example.org", true, false},
    {"http with a port", "http://10.0.0.1:9000", true, false},
    {"a slash at the end", "http://store.example.org/", true, false},
    {"a path", "http://store.example.org/a-b_c.d~e/f", true, false},
    {"IPv6 in brackets", "http://[2001:db8::1]:80", true, false},
    {"IPv6 loopback", "http://[::1]:9000", true, true},
    {"localhost in any case", "http://LocalHost:9000/x", true, true},
    {"a name below localhost", "https://s3.localhost", true, true},
    {"127.0.0.0/8", "http://127.9.9.9", true, true},
    {"a name that only begins like it", "http://127.0.0.1.example.org", true,
     false},
    {"a name that only ends like it", "http://notlocalhost", true, false},
    {"no scheme", "s3.example.org", false, false},
    {"another scheme", "ftp://s3.example.org", false, false},
    {"no host", "http://", false, false},
    {"no host before the port", "http://:80", false, false},
    {"no host before the path", "https:///x", false, false},
    {"a user", "http://user@s3.example.org", false, false},
    {"a user and a password", "http://user:pw@s3.example.org", false, false},
    {"a query", "http://s3.example.org/?x", false, false},
    {"a query at once", "http://s3.example.org?x", false, false},
    {"a fragment", "http://s3.example.org#x", false, false},
    {"an escaped path", "http://s3.example.org/a%20b", false, false},
    {"a blank", "http://s3 example.org", false, false},
    {"a line break", "http://s3.example.org\r\nX: y", false, false},
    {"port 0", "http://s3.example.org:0", false, false},
    {"port 65536", "http://s3.example.org:65536", false, false},
    {"port 65535", "http://s3.example.org:65535", true, false},
    {"an empty port", "http://s3.example.org:", false, false},
    {"a port of letters", "http://s3.example.org:http", false, false},
    {"brackets not closed", "http://[::1", false, false},
    {"brackets that hold nothing", "http://[]", false, false},
    {"something between bracket and port", "http://[::1]x80", false, true},
};

static void test_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(urls); i++) {
        print_message("  %s\n", urls[i].label);
        assert_int_equal(endpoint_fault(urls[i].url) == NULL, urls[i].good);
        assert_int_equal(endpoint_is_loopback(urls[i].url), urls[i].loopback);
    }
}

static const struct {
    const char *label, *url;
    bool expected;
} links[] = {
    {"the metadata of an EC2 instance", "http://169.254.169.254/latest", true},
    {"the agent of ECS, with a port", "http://169.254.170.2:80", true},
    {"the metadata by IPv6", "http://[fd00:ec2::254]", true},
    {"in upper case", "http://[FE80::1]", true},
    {"a name that begins like it", "http://169.254.1.1.example.org", false},
    {"another address", "http://169.25.4.1", false},
    {"other private addresses", "http://[fd00:ec3::1]", false},
    {"no URL", "169.254.169.254", false},
};

static void test_link_local(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(links); i++) {
        print_message("  %s\n", links[i].label);
        assert_int_equal(endpoint_is_link_local(links[i].url),
                         links[i].expected);
    }
}

static void test_region(void **state)
{
    static const char at_limit[] =
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    (void)state;
    assert_true(endpoint_region_is_valid(span_from_string("eu-west-1")));
    assert_true(endpoint_region_is_valid(span_from_string("default")));
    assert_int_equal(strlen(at_limit), ENDPOINT_REGION_MAX);
    assert_true(endpoint_region_is_valid(span_from_string(at_limit)));
    assert_false(endpoint_region_is_valid(span_from("", 0)));
    assert_false(endpoint_region_is_valid(span_from_string("eu.west")));
    assert_false(endpoint_region_is_valid(span_from_string("eu:west")));
    assert_false(endpoint_region_is_valid(span_from_string("eu/west")));
}

static void test_regions_of_aws(void **state)
{
    static const char *const some[] = {
        "us-east-1",      "eu-west-1",      "ap-southeast-7", "us-gov-west-1",
        "cn-northwest-1", "us-isob-east-1", "eusc-de-east-1", "eu-isoe-west-1",
        "mx-central-1",   "xx-south-12"};
    static const char *const none[] = {
        "",           "europe",      "eu",         "eu-west",    "eu-1",
        "eu-west-1a", "eu-west-1-",  "-eu-west-1", "eu--west-1", "EU-WEST-1",
        "eu-west-1 ", "eu_west_1",   "e-west-1",   "eu-west-x",  "eu-west1-1",
        "aws-global", "eu-west-1.x", "Ireland",    "1-2-3"};

    (void)state;
    for (size_t i = 0; i < COUNT(some); i++)
        if (!endpoint_region_is_aws(span_from_string(some[i])))
            fail_msg("%s is refused", some[i]);
    for (size_t i = 0; i < COUNT(none); i++)
        if (endpoint_region_is_aws(span_from_string(none[i])))
            fail_msg("%s is taken", none[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_s3_object),
        cmocka_unit_test(test_route53),
        cmocka_unit_test(test_sns),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_fault),
        cmocka_unit_test(test_region),
        cmocka_unit_test(test_regions_of_aws),
        cmocka_unit_test(test_link_local),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
