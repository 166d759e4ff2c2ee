/* Makes every call of aws/ to the endpoints that the environment names, with
 * names and values chosen to be hard to sign. What they are answered does not
 * matter here: check_signatures.py is at the other end and judges what it is
 * sent. Prints how many requests there were. */
#include "aws/aws_client.h"
#include "aws/route53.h"
#include "aws/s3.h"
#include "aws/sns.h"
#include "aws/topic_arn.h"

#include <stdio.h>
#include <stdlib.h>

enum { TIMEOUT_MS = 120000, LARGE_BYTES = 2 * 1024 * 1024 };

#define ETAG "\"9b2cf535f27731c974343645a3985328\""

static const char *const buckets[] = {"hosts", "hosts.example.org",
                                      "Old_Bucket"};

static const char *const keys[] = {
    "hosts.csv",      "a b+c.csv",   "caf\xc3\xa9/\xe4\xba\xac.csv",
    "a//b///c",       "../x/./y/..", "~home/-_.~",
    "/leading/slash", "%41%2f%zz",   "!\"#$&'()*,:;<=>?@[\\]^`{|}",
    "\x01\x7f\xff",
};

static const struct rrset_cursor cursors[] = {
    {{"", 0}, {"", 0}, {"", 0}},
    {SPAN_LITERAL("x.example.org."), SPAN_LITERAL("AAAA"), {"", 0}},
    {SPAN_LITERAL("\\052.example.org."), SPAN_LITERAL("A"),
     SPAN_LITERAL("blue + green/~*'\xc3\xa9%41&x=y")},
};

static const struct s3_version_cursor from = {
    SPAN_LITERAL("3/L4kqtJl~40+Nr8X8=gd RqBp*UMLUo")};

static size_t calls;

static void expect(enum status status)
{
    if (status != STATUS_OK) {
        fprintf(stderr, "a call was refused: %s\n", status_name(status));
        exit(1);
    }
    calls++;
}

static enum status take(void *arg, struct span chunk)
{
    (void)arg;
    (void)chunk;
    return STATUS_OK;
}

static void object_done(void *arg, const struct aws_reply *reply,
                        struct span etag)
{
    (void)arg;
    (void)reply;
    (void)etag;
}

static void versions_listed(void *arg, const struct aws_reply *reply,
                            const struct s3_version *versions, size_t count,
                            const struct s3_version_cursor *next)
{
    (void)arg;
    (void)reply;
    (void)versions;
    (void)count;
    (void)next;
}

static void objects_listed(void *arg, const struct aws_reply *reply,
                           const struct span *listed, size_t count,
                           struct span next)
{
    (void)arg;
    (void)reply;
    (void)listed;
    (void)count;
    (void)next;
}

static void upserted(void *arg, const struct aws_reply *reply)
{
    (void)arg;
    (void)reply;
}

static void zones_listed(void *arg, const struct aws_reply *reply,
                         const struct hosted_zone *zones, size_t count,
                         struct span next_marker)
{
    (void)arg;
    (void)reply;
    (void)zones;
    (void)count;
    (void)next_marker;
}

static void rrsets_listed(void *arg, const struct aws_reply *reply,
                          const struct rrset *rrsets, size_t count,
                          const struct rrset_cursor *next)
{
    (void)arg;
    (void)reply;
    (void)rrsets;
    (void)count;
    (void)next;
}

static void found(void *arg, const struct aws_reply *reply,
                  const struct rrset_found *rrset)
{
    (void)arg;
    (void)reply;
    (void)rrset;
}

static void progressed(void *arg, const struct aws_reply *reply, bool in_sync)
{
    (void)arg;
    (void)reply;
    (void)in_sync;
}

static void run(struct aws_client *client)
{
    while (aws_client_running(client) > 0)
        aws_client_poll(client, 1000);
}

static void call_s3(struct aws_client *client, const char *bucket,
                    const char *key)
{
    static const struct span none = {"", 0}, etag = SPAN_LITERAL(ETAG);
    static const struct s3_put replacement = {
        SPAN_LITERAL("a.example.org,t\0k\xff\n"),
        SPAN_LITERAL("text/csv"),
        SPAN_LITERAL(ETAG),
        {"", 0}};
    static const struct s3_put first = {
        {"", 0}, {"", 0}, {"", 0}, SPAN_LITERAL("*")};
    const struct s3_listing some = {key, key, from.version},
                            all = {"", "", {"", 0}};

    expect(s3_get_object(client, bucket, key, none, TIMEOUT_MS, take,
                         object_done, NULL));
    expect(s3_get_object(client, bucket, key, etag, TIMEOUT_MS, take,
                         object_done, NULL));
    expect(s3_head_object(client, bucket, key, TIMEOUT_MS, object_done, NULL));
    expect(s3_get_object_version(client, bucket, key, from.version, TIMEOUT_MS,
                                 take, object_done, NULL));
    expect(s3_list_versions(client, bucket, key, NULL, TIMEOUT_MS,
                            versions_listed, NULL));
    expect(s3_list_versions(client, bucket, key, &from, TIMEOUT_MS,
                            versions_listed, NULL));
    expect(s3_list_objects(client, bucket, &all, TIMEOUT_MS, objects_listed,
                           NULL));
    expect(s3_list_objects(client, bucket, &some, TIMEOUT_MS, objects_listed,
                           NULL));
    expect(s3_put_object(client, bucket, key, &replacement, TIMEOUT_MS,
                         object_done, NULL));
    expect(s3_put_object(client, bucket, key, &first, TIMEOUT_MS, object_done,
                         NULL));
    run(client);
}

static void put_large(struct aws_client *client)
{
    static char body[LARGE_BYTES];
    const struct s3_put put = {.body = span_from(body, sizeof body)};

    memset(body, 'x', sizeof body);
    expect(s3_put_object(client, "hosts", "large.csv", &put, TIMEOUT_MS,
                         object_done, NULL));
    run(client);
}

static void call_route53(struct aws_client *client)
{
    static struct rrset rrsets[ROUTE53_BATCH_MAX_UPSERTS];
    const struct span zone = SPAN_LITERAL("Z1EXAMPLE");

    for (size_t i = 0; i < ROUTE53_BATCH_MAX_UPSERTS; i++)
        rrsets[i] = (struct rrset){SPAN_LITERAL("*.example.org"), RRSET_AAAA,
                                   60, SPAN_LITERAL("2001:db8::1")};
    expect(route53_upsert(client, zone, rrsets, 1, TIMEOUT_MS, upserted, NULL));
    expect(route53_upsert(client, zone, rrsets, ROUTE53_BATCH_MAX_UPSERTS,
                          TIMEOUT_MS, upserted, NULL));
    expect(route53_delete(client, zone, rrsets, 1, TIMEOUT_MS, upserted, NULL));
    expect(route53_list_hosted_zones(client, span_from("", 0), TIMEOUT_MS,
                                     zones_listed, NULL));
    expect(route53_list_hosted_zones(client, span_from_string("Z2 /+~*%41"),
                                     TIMEOUT_MS, zones_listed, NULL));
    expect(
        route53_get_hosted_zone(client, zone, TIMEOUT_MS, zones_listed, NULL));
    for (size_t i = 0; i < sizeof cursors / sizeof cursors[0]; i++)
        expect(route53_list_rrsets(client, zone, &cursors[i], TIMEOUT_MS,
                                   rrsets_listed, NULL));
    expect(route53_find_rrset(client, zone, span_from_string("*.example.org"),
                              RRSET_AAAA, TIMEOUT_MS, found, NULL));
    expect(route53_get_change(client, span_from_string("C1EXAMPLE"), TIMEOUT_MS,
                              progressed, NULL));
    run(client);
}

static void call_sns(struct aws_client *client, const char *region)
{
    const struct span subject = SPAN_LITERAL("a subject: 100% & more"),
                      message = SPAN_LITERAL("caf\xc3\xa9 + ~*'\n=&");
    char topic[TOPIC_ARN_MAX];

    snprintf(topic, sizeof topic, "arn:aws:sns:%s:123456789012:a-b_c.fifo",
             region);
    expect(sns_publish(client, topic, subject, message, TIMEOUT_MS, upserted,
                       NULL));
    run(client);
}

static void make_calls(const struct aws_config *config)
{
    struct aws_client *client = aws_client_new(config);

    if (client == NULL)
        exit(1);
    call_route53(client);
    call_sns(client, config->region);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        call_s3(client, buckets[i % (sizeof buckets / sizeof buckets[0])],
                keys[i]);
    put_large(client);
    aws_client_free(client);
}

static const char *get(const char *name)
{
    return getenv(name);
}

int main(void)
{
    struct aws_config config;
    struct strbuf faults;

    strbuf_init(&faults, 10000);
    if (aws_global_init() != STATUS_OK)
        return 1;
    if (aws_config_init(&config, get, &faults) != STATUS_OK) {
        fputs(strbuf_string(&faults), stderr);
        return 1;
    }
    make_calls(&config);
    printf("%zu\n", calls);
    aws_config_clear(&config);
    strbuf_clear(&faults);
    aws_global_cleanup();
    return 0;
}
