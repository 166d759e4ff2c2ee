/* Memory that runs out in the midst of a call to AWS: either the call itself is
 * refused, or its completion is told, once, that the outcome is unknown; and
 * nothing leaks. */
#include "aws/named_records.h"
#include "aws/route53.h"
#include "aws/s3.h"
#include "tests/unit/failing_memory.h"
#include "tests/unit/keyless_aws.h"
#include "tests/unit/patience.h"
#include "tests/unit/scripted_aws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

enum { TIMEOUT_MS = PATIENCE_MS };

#define OK_REPLY(length, body)                                                 \
    "HTTP/1.1 200 OK\r\nx-amz-request-id: r\r\nETag: \"x\"\r\n"                \
    "Content-Length: " length "\r\n\r\n" body

#define ACCEPTED                                                               \
    OK_REPLY("129", "<ChangeResourceRecordSetsResponse><ChangeInfo><Id>C1"     \
                    "</Id><Status>PENDING</Status></ChangeInfo>"               \
                    "</ChangeResourceRecordSetsResponse>")
#define ZONES                                                                  \
    OK_REPLY("160", "<ListHostedZonesResponse><HostedZones><HostedZone><Id>Z"  \
                    "</Id><Name>x.</Name></HostedZone></HostedZones>"          \
                    "<IsTruncated>false</IsTruncated>"                         \
                    "</ListHostedZonesResponse>")
#define RRSETS                                                                 \
    OK_REPLY("310",                                                            \
             "<ListResourceRecordSetsResponse><ResourceRecordSets>"            \
             "<ResourceRecordSet><Name>x.</Name><Type>A</Type><TTL>1</TTL>"    \
             "<ResourceRecords><ResourceRecord><Value>192.0.2.1</Value>"       \
             "</ResourceRecord></ResourceRecords></ResourceRecordSet>"         \
             "</ResourceRecordSets><IsTruncated>false</IsTruncated>"           \
             "</ListResourceRecordSetsResponse>")
#define VERSIONS                                                               \
    OK_REPLY("167", "<ListVersionsResult><IsTruncated>false</IsTruncated>"     \
                    "<Version><Key>k</Key><VersionId>v</VersionId>"            \
                    "<IsLatest>true</IsLatest><ETag>e</ETag></Version>"        \
                    "</ListVersionsResult>")
#define OBJECTS                                                                \
    OK_REPLY("134", "<ListBucketResult><EncodingType>url</EncodingType>"       \
                    "<IsTruncated>false</IsTruncated><Contents><Key>k</Key>"   \
                    "</Contents></ListBucketResult>")
#define OBJECT OK_REPLY("1", "x")
#define STORED OK_REPLY("0", "")
#define MOVED                                                                  \
    "HTTP/1.1 301 Moved\r\nx-amz-bucket-region: eu-west-1\r\n"                 \
    "Content-Length: 0\r\n\r\n"
#define UNNAMED                                                                \
    "HTTP/1.1 301 Moved\r\nContent-Length: 45\r\n\r\n"                         \
    "<Error><Code>PermanentRedirect</Code></Error>"
#define FORBIDDEN                                                              \
    "HTTP/1.1 403 Forbidden\r\nx-amz-bucket-region: eu-west-1\r\n"             \
    "Content-Length: 0\r\n\r\n"

struct outcome {
    size_t completions;
    enum status status;
};

static const struct span none = {"", 0}, zone = SPAN_LITERAL("Z1");

static void upserted(void *arg, const struct aws_reply *reply)
{
    struct outcome *outcome = arg;

    outcome->completions++;
    outcome->status = reply->status;
}

static void zones_listed(void *arg, const struct aws_reply *reply,
                         const struct hosted_zone *zones, size_t count,
                         struct span next_marker)
{
    (void)zones;
    (void)next_marker;
    assert_int_equal(count, reply->status == STATUS_OK);
    upserted(arg, reply);
}

static void rrsets_listed(void *arg, const struct aws_reply *reply,
                          const struct rrset *rrsets, size_t count,
                          const struct rrset_cursor *next)
{
    (void)rrsets;
    (void)next;
    assert_int_equal(count, reply->status == STATUS_OK);
    upserted(arg, reply);
}

static void versions_listed(void *arg, const struct aws_reply *reply,
                            const struct s3_version *versions, size_t count,
                            const struct s3_version_cursor *next)
{
    (void)versions;
    (void)next;
    assert_int_equal(count, reply->status == STATUS_OK);
    upserted(arg, reply);
}

static void objects_listed(void *arg, const struct aws_reply *reply,
                           const struct span *keys, size_t count,
                           struct span next)
{
    (void)keys;
    (void)next;
    assert_int_equal(count, reply->status == STATUS_OK);
    upserted(arg, reply);
}

static void object_done(void *arg, const struct aws_reply *reply,
                        struct span etag)
{
    (void)etag;
    upserted(arg, reply);
}

static enum status take(void *arg, struct span chunk)
{
    (void)arg;
    (void)chunk;
    return STATUS_OK;
}

typedef enum status call_fn(struct aws_client *client, struct outcome *outcome);

static enum status upsert(struct aws_client *client, struct outcome *outcome)
{
    static const struct rrset rrset = {SPAN_LITERAL("x.example.org"), RRSET_A,
                                       60, SPAN_LITERAL("192.0.2.1")};

    return route53_upsert(client, zone, &rrset, 1, TIMEOUT_MS, upserted,
                          outcome);
}

static enum status list_zones(struct aws_client *client,
                              struct outcome *outcome)
{
    return route53_list_hosted_zones(client, none, TIMEOUT_MS, zones_listed,
                                     outcome);
}

static enum status list_rrsets(struct aws_client *client,
                               struct outcome *outcome)
{
    static const struct rrset_cursor start = {{"", 0}, {"", 0}, {"", 0}};

    return route53_list_rrsets(client, zone, &start, TIMEOUT_MS, rrsets_listed,
                               outcome);
}

static enum status get_object(struct aws_client *client,
                              struct outcome *outcome)
{
    return s3_get_object(client, "hosts", "k", none, TIMEOUT_MS, take,
                         object_done, outcome);
}

static enum status put_object(struct aws_client *client,
                              struct outcome *outcome)
{
    static const struct s3_put put = {
        SPAN_LITERAL("x"), SPAN_LITERAL("a/b"), {"", 0}, SPAN_LITERAL("*")};

    return s3_put_object(client, "hosts", "k", &put, TIMEOUT_MS, object_done,
                         outcome);
}

static enum status list_objects(struct aws_client *client,
                                struct outcome *outcome)
{
    static const struct s3_listing all = {"", "", {"", 0}};

    return s3_list_objects(client, "hosts", &all, TIMEOUT_MS, objects_listed,
                           outcome);
}

static enum status list_versions(struct aws_client *client,
                                 struct outcome *outcome)
{
    return s3_list_versions(client, "hosts", "k", NULL, TIMEOUT_MS,
                            versions_listed, outcome);
}

static const struct {
    const char *label;
    call_fn *call;
    const char *replies[3]; /* to each attempt; NULL: there is none */
} calls[] = {
    {"UPSERT", upsert, {ACCEPTED, NULL}},
    {"a listing of zones", list_zones, {ZONES, NULL}},
    {"a listing of record sets", list_rrsets, {RRSETS, NULL}},
    {"GET", get_object, {OBJECT, NULL}},
    {"PUT", put_object, {STORED, NULL}},
    {"a listing of versions", list_versions, {VERSIONS, NULL}},
    {"a listing of objects", list_objects, {OBJECTS, NULL}},
    {"a listing, sent again to another region",
     list_versions,
     {MOVED, VERSIONS}},
    {"PUT, sent again to another region", put_object, {MOVED, STORED}},
    {"PUT, once the bucket was asked where it is",
     put_object,
     {UNNAMED, FORBIDDEN, STORED}},
};

/* Makes the call on a client and a server of its own, with memory for so many
 * allocations. False once that is enough. */
static bool attempt(size_t i, size_t memory)
{
    const struct loopback_step steps[] = {{.reply = calls[i].replies[0]},
                                          {.reply = calls[i].replies[1]},
                                          {.reply = calls[i].replies[2]}};
    struct scripted_aws aws;
    struct outcome outcome = {0, STATUS_OK};
    enum status status;
    bool failed;

    scripted_aws_start(&aws, steps, COUNT(steps));
    failing_memory_after(memory);
    status = calls[i].call(aws.client, &outcome);
    scripted_aws_run(&aws);
    failed = failing_memory_stop();
    assert_int_equal(outcome.completions, status == STATUS_OK);
    if (!failed)
        assert_int_equal(outcome.status, STATUS_OK);
    else if (status == STATUS_OK && steps[2].reply == NULL)
        assert_int_equal(outcome.status, STATUS_UNAVAILABLE);
    else if (status == STATUS_OK) /* or as S3 said before it was asked more */
        assert_true(outcome.status == STATUS_UNAVAILABLE ||
                    outcome.status == STATUS_INVALID);
    else
        assert_int_equal(status, STATUS_NOMEM);
    scripted_aws_stop(&aws);
    return failed;
}

static void test_calls(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(calls); i++) {
        size_t memory = 0;

        while (attempt(i, memory))
            memory++;
        print_message("  %s: %zu allocations\n", calls[i].label, memory);
        assert_true(memory > 0);
    }
}

static const struct home_variable container[] = {
    {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "^/creds"}, {NULL, NULL}};

/* False once there is memory enough. What fails while credentials are asked for
 * may be asked for again, and so come to a good end all the same. */
static bool attempt_without_keys(size_t memory)
{
    static const struct loopback_step steps[] = {
        KEYLESS_STEP(KEYLESS_OK KEYLESS_KEYS),
        KEYLESS_STEP(KEYLESS_EXPIRED),
        KEYLESS_STEP(KEYLESS_OK KEYLESS_KEYS),
        KEYLESS_STEP(KEYLESS_ZONES),
    };
    struct keyless_aws aws;
    bool failed;

    keyless_aws_start(&aws, container, steps, COUNT(steps));
    keyless_aws_submit(&aws, TIMEOUT_MS);
    failing_memory_after(memory);
    keyless_aws_run(&aws);
    failed = failing_memory_stop();
    assert_int_equal(aws.completions, 1);
    if (!failed)
        assert_int_equal(aws.reply.status, STATUS_OK);
    keyless_aws_stop(&aws);
    return failed;
}

static void test_credentials(void **state)
{
    size_t memory = 0;

    (void)state;
    while (attempt_without_keys(memory))
        memory++;
    print_message("  %zu allocations\n", memory);
    assert_true(memory > 20);
}

static const char *get(const char *name)
{
    return strstr(name, "USE_") != NULL || strstr(name, "IGNORE") != NULL
               ? "false"
           : strstr(name, "ATTEMPTS") != NULL ? "3"
           : strstr(name, "ENDPOINT") != NULL ? "http://127.0.0.1:1"
           : strstr(name, "BUNDLE") != NULL   ? "/dev/null"
                                              : "value";
}

static void test_config(void **state)
{
    enum status status = STATUS_NOMEM;
    struct strbuf faults;

    (void)state;
    strbuf_init(&faults, 1000);
    for (size_t memory = 0; status != STATUS_OK; memory++) {
        struct aws_config config;
        bool failed;

        failing_memory_after(memory);
        status = aws_config_init(&config, get, &faults);
        failed = failing_memory_stop();
        assert_int_equal(status, failed ? STATUS_NOMEM : STATUS_OK);
        aws_config_clear(&config);
    }
    strbuf_clear(&faults);
}

static void test_client(void **state)
{
    const struct aws_config config = {.region = (char *)"us-east-1"};

    (void)state;
    failing_memory_after(0);
    assert_null(aws_client_new(&config));
    assert_true(failing_memory_stop());
}

static void test_named_records(void **state)
{
    struct named_records *named = NULL;
    struct strbuf words;
    size_t memory = 0;

    (void)state;
    strbuf_init(&words, 10000);
    for (unsigned i = 0; i < 100; i++)
        strbuf_printf(&words, "h%u.example.org; ", i);
    for (; named == NULL; memory++) {
        failing_memory_after(memory);
        named = named_records_new(strbuf_span(&words));
        assert_int_equal(failing_memory_stop(), named == NULL);
    }
    assert_true(memory > 2);
    assert_true(
        named_records_has(named, span_from_string("h99.example.org"), RRSET_A));
    named_records_free(named);
    strbuf_clear(&words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_credentials),
        cmocka_unit_test(test_config),
        cmocka_unit_test(test_client),
        cmocka_unit_test(test_named_records),
    };

    return cmocka_run_group_tests(tests, scripted_aws_set_up_globals,
                                  scripted_aws_tear_down_globals);
}
