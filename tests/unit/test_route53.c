#include "aws/route53.h"

#include "aws/named_records.h"
#include "base/strbuf.h"
#include "tests/unit/patience.h"
#include "tests/unit/scripted_aws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

enum { TIMEOUT_MS = PATIENCE_MS };

#define NS " xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\""
#define ACCEPTED                                                               \
    "<ChangeResourceRecordSetsResponse" NS "><ChangeInfo><Id>/change/C1</Id>"  \
    "<Status>PENDING</Status></ChangeInfo></ChangeResourceRecordSetsResponse>"

/* A client of a scripted Route 53, and what became of its last call. */
struct fixture {
    struct scripted_aws aws;
    struct loopback_step step;
    struct strbuf answer;
    size_t completions;
    struct aws_reply reply;
    struct named_records *named; /* in the words of the reply to an upsert */
    struct strbuf seen;          /* what a listing delivered, in words */
};

/* Answers the one request with this status and body. */
static void set_up(struct fixture *f, const char *http_status, const char *body)
{
    *f = (struct fixture){.completions = 0};
    strbuf_init(&f->answer, 1000000);
    strbuf_init(&f->seen, 10000);
    strbuf_printf(&f->answer, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s",
                  http_status, strlen(body), body);
    f->step.reply = strbuf_string(&f->answer);
    scripted_aws_start(&f->aws, &f->step, 1);
    f->aws.config.region = (char *)"eu-west-1";
}

static void tear_down(struct fixture *f)
{
    scripted_aws_stop(&f->aws);
    named_records_free(f->named);
    strbuf_clear(&f->answer);
    strbuf_clear(&f->seen);
}

static void run(struct fixture *f)
{
    scripted_aws_run(&f->aws);
    assert_int_equal(f->completions, 1);
}

static void note_reply(struct fixture *f, const struct aws_reply *reply)
{
    f->completions++;
    f->reply = *reply;
}

static void upserted(void *arg, const struct aws_reply *reply)
{
    struct fixture *f = arg;

    note_reply(f, reply);
    f->named = named_records_new(aws_reply_words(reply));
    f->reply.words = span_from("", 0); /* which go away */
}

static void zones_listed(void *arg, const struct aws_reply *reply,
                         const struct hosted_zone *zones, size_t count,
                         struct span next_marker)
{
    struct fixture *f = arg;

    note_reply(f, reply);
    for (size_t i = 0; i < count; i++)
        strbuf_printf(&f->seen, "%.*s %.*s %s;", (int)zones[i].id.len,
                      zones[i].id.ptr, (int)zones[i].name.len,
                      zones[i].name.ptr,
                      zones[i].is_private ? "private" : "public");
    strbuf_append(&f->seen, next_marker);
}

static void rrsets_listed(void *arg, const struct aws_reply *reply,
                          const struct rrset *rrsets, size_t count,
                          const struct rrset_cursor *next)
{
    struct fixture *f = arg;

    note_reply(f, reply);
    for (size_t i = 0; i < count; i++)
        strbuf_printf(&f->seen, "%.*s %s %u %.*s;", (int)rrsets[i].name.len,
                      rrsets[i].name.ptr, rrset_type_name(rrsets[i].type),
                      rrsets[i].ttl, (int)rrsets[i].value.len,
                      rrsets[i].value.ptr);
    strbuf_append(&f->seen, next->name);
    strbuf_append(&f->seen, next->type);
}

static void assert_request_line(struct fixture *f, const char *line)
{
    struct span request = loopback_request(f->aws.server, 0);

    assert_true(request.len > strlen(line));
    assert_memory_equal(request.ptr, line, strlen(line));
}

static const struct rrset one = {SPAN_LITERAL("x.example.org"), RRSET_A, 60,
                                 SPAN_LITERAL("192.0.2.1")};

static enum status upsert(struct fixture *f, const char *zone_id,
                          const struct rrset *rrsets, size_t count)
{
    return route53_upsert(f->aws.client, span_from_string(zone_id), rrsets,
                          count, TIMEOUT_MS, upserted, f);
}

static void test_upsert(void **state)
{
    struct fixture f;
    struct span request;

    (void)state;
    set_up(&f, "200 OK", ACCEPTED);
    assert_int_equal(upsert(&f, "Z1EXAMPLE", &one, 1), STATUS_OK);
    run(&f);
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_string_equal(f.reply.change_id, "C1");
    assert_request_line(
        &f, "POST /2013-04-01/hostedzone/Z1EXAMPLE/rrset/ HTTP/1.1\r\n");
    assert_true(
        loopback_has_header(f.aws.server, 0, "Content-Type: application/xml"));
    request = loopback_request(f.aws.server, 0);
    assert_non_null(
        memmem(request.ptr, request.len, "<Value>192.0.2.1</Value>", 24));
    assert_non_null(
        memmem(request.ptr, request.len, "/us-east-1/route53/", 19));
    tear_down(&f);
}

static void test_delete(void **state)
{
    struct fixture f;
    struct span request;

    (void)state;
    set_up(&f, "200 OK", ACCEPTED);
    assert_int_equal(route53_delete(f.aws.client, span_from_string("Z1EXAMPLE"),
                                    &one, 1, TIMEOUT_MS, upserted, &f),
                     STATUS_OK);
    run(&f);
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_request_line(
        &f, "POST /2013-04-01/hostedzone/Z1EXAMPLE/rrset/ HTTP/1.1\r\n");
    request = loopback_request(f.aws.server, 0);
    assert_non_null(
        memmem(request.ptr, request.len, "<Action>DELETE</Action>", 23));
    assert_null(memmem(request.ptr, request.len, "UPSERT", 6));
    tear_down(&f);
}

static const struct {
    const char *label, *http_status, *body;
    enum status status;
    const char *code;
} upsert_answers[] = {
    {"throttled", "400 Bad Request",
     "<ErrorResponse" NS "><Error><Type>Sender</Type><Code>Throttling</Code>"
     "<Message>Rate exceeded</Message></Error></ErrorResponse>",
     STATUS_THROTTLED, "Throttling"},
    {"an earlier change is not done", "400 Bad Request",
     "<ErrorResponse" NS "><Error><Code>PriorRequestNotComplete</Code>"
     "</Error></ErrorResponse>",
     STATUS_BUSY, "PriorRequestNotComplete"},
    {"a bad batch", "400 Bad Request",
     "<InvalidChangeBatch" NS "><Messages><Message>no</Message></Messages>"
     "</InvalidChangeBatch>",
     STATUS_INVALID, "InvalidChangeBatch"},
    {"no such zone", "404 Not Found",
     "<ErrorResponse" NS "><Error><Code>NoSuchHostedZone</Code></Error>"
     "</ErrorResponse>",
     STATUS_NOT_FOUND, "NoSuchHostedZone"},
    {"no leave", "403 Forbidden",
     "<ErrorResponse" NS "><Error><Code>AccessDenied</Code></Error>"
     "</ErrorResponse>",
     STATUS_DENIED, "AccessDenied"},
    {"a fault of theirs", "500 Internal Server Error",
     "<ErrorResponse" NS "><Error><Code>InternalFailure</Code></Error>"
     "</ErrorResponse>",
     STATUS_UNAVAILABLE, "InternalFailure"},
    {"a 200 that is no acceptance", "200 OK", "<html><body/></html>",
     STATUS_UNAVAILABLE, ""},
    {"a 200 that holds an error", "200 OK",
     "<ErrorResponse" NS "><Error><Code>InternalFailure</Code></Error>"
     "</ErrorResponse>",
     STATUS_UNAVAILABLE, ""},
};

static void test_upsert_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(upsert_answers); i++) {
        struct fixture f;

        print_message("  %s\n", upsert_answers[i].label);
        set_up(&f, upsert_answers[i].http_status, upsert_answers[i].body);
        assert_int_equal(upsert(&f, "Z1", &one, 1), STATUS_OK);
        run(&f);
        assert_int_equal(f.reply.status, upsert_answers[i].status);
        assert_string_equal(f.reply.code, upsert_answers[i].code);
        tear_down(&f);
    }
}

/* A refusal that names 400 of 500 in one answer. */
static void test_all_culprits_of_a_batch_are_read(void **state)
{
    struct strbuf body;
    struct fixture f;

    (void)state;
    strbuf_init(&body, 1000000);
    strbuf_append_string(&body, "<InvalidChangeBatch" NS "><Messages>");
    for (unsigned i = 0; i < 400; i++)
        strbuf_printf(&body,
                      "<Message>RRSet of type A with DNS name h%u.example.org. "
                      "is not permitted because a conflicting RRSet of type "
                      "CNAME with the same DNS name already exists in zone "
                      "example.org.</Message>",
                      i);
    strbuf_append_string(&body, "</Messages></InvalidChangeBatch>");
    set_up(&f, "400 Bad Request", strbuf_string(&body));
    strbuf_clear(&body);
    assert_int_equal(upsert(&f, "Z1", &one, 1), STATUS_OK);
    run(&f);
    assert_int_equal(f.reply.status, STATUS_INVALID);
    for (unsigned i = 0; i < 500; i++) {
        char name[32];

        snprintf(name, sizeof name, "h%u.example.org", i);
        assert_int_equal(
            named_records_has(f.named, span_from_string(name), RRSET_A),
            i < 400);
    }
    tear_down(&f);
}

static void test_what_is_refused_at_once(void **state)
{
    static struct rrset many[ROUTE53_BATCH_MAX_UPSERTS + 1];
    static const struct rrset_cursor start = {{"", 0}, {"", 0}, {"", 0}};
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = one;
    set_up(&f, "200 OK", ACCEPTED);
    assert_int_equal(upsert(&f, "Z1", many, COUNT(many)), STATUS_FULL);
    assert_int_equal(upsert(&f, "Z1", many, 0), STATUS_INVALID);
    assert_int_equal(upsert(&f, "", &one, 1), STATUS_INVALID);
    assert_int_equal(upsert(&f, "Z1/../Z2", &one, 1), STATUS_INVALID);
    assert_int_equal(upsert(&f, "Z1?x", &one, 1), STATUS_INVALID);
    assert_int_equal(upsert(&f, "Z12345678901234567890123456789012", &one, 1),
                     STATUS_INVALID);
    assert_int_equal(route53_get_hosted_zone(f.aws.client,
                                             span_from_string("Z 1"),
                                             TIMEOUT_MS, zones_listed, &f),
                     STATUS_INVALID);
    assert_int_equal(route53_list_rrsets(f.aws.client, span_from_string("Z%31"),
                                         &start, TIMEOUT_MS, rrsets_listed, &f),
                     STATUS_INVALID);
    assert_int_equal(aws_client_running(f.aws.client), 0);
    assert_int_equal(f.completions, 0);
    tear_down(&f);
}

#define ZONE                                                                   \
    "<HostedZone><Id>/hostedzone/Z1</Id><Name>example.org.</Name>"             \
    "<Config><PrivateZone>true</PrivateZone></Config></HostedZone>"

static void test_list_hosted_zones(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, "200 OK",
           "<ListHostedZonesResponse" NS "><HostedZones>" ZONE "</HostedZones>"
           "<IsTruncated>true</IsTruncated><NextMarker>Z2</NextMarker>"
           "</ListHostedZonesResponse>");
    assert_int_equal(route53_list_hosted_zones(f.aws.client,
                                               span_from_string("Z1&a b"),
                                               TIMEOUT_MS, zones_listed, &f),
                     STATUS_OK);
    run(&f);
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_string_equal(strbuf_string(&f.seen), "Z1 example.org private;Z2");
    assert_request_line(&f, "GET /2013-04-01/hostedzone?marker=Z1%26a%20b&"
                            "maxitems=100 HTTP/1.1\r\n");
    tear_down(&f);
}

static void test_get_hosted_zone(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, "200 OK",
           "<GetHostedZoneResponse" NS ">" ZONE "</GetHostedZoneResponse>");
    assert_int_equal(route53_get_hosted_zone(f.aws.client,
                                             span_from_string("Z1"), TIMEOUT_MS,
                                             zones_listed, &f),
                     STATUS_OK);
    run(&f);
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_string_equal(strbuf_string(&f.seen), "Z1 example.org private;");
    assert_request_line(&f, "GET /2013-04-01/hostedzone/Z1 HTTP/1.1\r\n");
    tear_down(&f);
}

static void test_a_listing_refused_is_empty(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, "404 Not Found",
           "<ErrorResponse" NS "><Error><Code>NoSuchHostedZone</Code></Error>"
           "</ErrorResponse>");
    assert_int_equal(route53_get_hosted_zone(f.aws.client,
                                             span_from_string("Z1"), TIMEOUT_MS,
                                             zones_listed, &f),
                     STATUS_OK);
    run(&f);
    assert_int_equal(f.reply.status, STATUS_NOT_FOUND);
    assert_string_equal(strbuf_string(&f.seen), "");
    tear_down(&f);
}

static const struct {
    const char *label;
    struct rrset_cursor from;
    const char *line;
} cursors[] = {
    {"from the start",
     {{"", 0}, {"", 0}, {"", 0}},
     "GET /2013-04-01/hostedzone/Z1/rrset?maxitems=300 HTTP/1.1\r\n"},
    {"from a name and type on",
     {SPAN_LITERAL("x.example.org."), SPAN_LITERAL("A"), {"", 0}},
     "GET /2013-04-01/hostedzone/Z1/rrset?maxitems=300&name=x.example.org.&"
     "type=A HTTP/1.1\r\n"},
    {"from within a group, in Route 53's spelling",
     {SPAN_LITERAL("\\052.example.org."), SPAN_LITERAL("AAAA"),
      SPAN_LITERAL("blue + green")},
     "GET /2013-04-01/hostedzone/Z1/rrset?identifier=blue%20%2B%20green&"
     "maxitems=300&name=%5C052.example.org.&type=AAAA HTTP/1.1\r\n"},
};

static void test_list_rrsets(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cursors); i++) {
        struct fixture f;

        print_message("  %s\n", cursors[i].label);
        set_up(&f, "200 OK",
               "<ListResourceRecordSetsResponse" NS "><ResourceRecordSets>"
               "<ResourceRecordSet><Name>x.example.org.</Name><Type>AAAA"
               "</Type><TTL>60</TTL><ResourceRecords><ResourceRecord><Value>"
               "2001:db8::1</Value></ResourceRecord></ResourceRecords>"
               "</ResourceRecordSet></ResourceRecordSets><IsTruncated>true"
               "</IsTruncated><NextRecordName>y.example.org.</NextRecordName>"
               "<NextRecordType>A</NextRecordType>"
               "</ListResourceRecordSetsResponse>");
        assert_int_equal(route53_list_rrsets(
                             f.aws.client, span_from_string("Z1"),
                             &cursors[i].from, TIMEOUT_MS, rrsets_listed, &f),
                         STATUS_OK);
        run(&f);
        assert_int_equal(f.reply.status, STATUS_OK);
        assert_string_equal(
            strbuf_string(&f.seen),
            "x.example.org AAAA 60 2001:db8::1;y.example.org.A");
        assert_request_line(&f, cursors[i].line);
        tear_down(&f);
    }
}

static void progressed(void *arg, const struct aws_reply *reply, bool in_sync)
{
    struct fixture *f = arg;

    note_reply(f, reply);
    strbuf_append_string(&f->seen, in_sync ? "everywhere" : "not yet");
}

static enum status get_change(struct fixture *f, const char *id)
{
    return route53_get_change(f->aws.client, span_from_string(id), TIMEOUT_MS,
                              progressed, f);
}

static void test_get_change(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, "200 OK",
           "<GetChangeResponse" NS "><ChangeInfo><Id>/change/C1</Id>"
           "<Status>INSYNC</Status></ChangeInfo></GetChangeResponse>");
    assert_int_equal(get_change(&f, "C/1"), STATUS_INVALID);
    assert_int_equal(get_change(&f, ""), STATUS_INVALID);
    assert_int_equal(get_change(&f, "C1"), STATUS_OK);
    run(&f);
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_string_equal(strbuf_string(&f.seen), "everywhere");
    assert_request_line(&f, "GET /2013-04-01/change/C1 HTTP/1.1\r\n");
    tear_down(&f);
}

static void test_another_document_says_nothing_of_a_change(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, "200 OK", ACCEPTED);
    assert_int_equal(get_change(&f, "C1"), STATUS_OK);
    run(&f);
    assert_int_equal(f.reply.status, STATUS_UNAVAILABLE);
    assert_string_equal(strbuf_string(&f.seen), "not yet");
    tear_down(&f);
}

static void found(void *arg, const struct aws_reply *reply,
                  const struct rrset_found *rrset)
{
    struct fixture *f = arg;
    char address[ADDRESS_TEXT_MAX];

    note_reply(f, reply);
    address_format(&rrset->address, address);
    strbuf_printf(&f->seen, "%d %u %s", rrset->presence, rrset->ttl, address);
}

static enum status find_rrset(struct fixture *f, const char *zone_id,
                              const char *name)
{
    return route53_find_rrset(f->aws.client, span_from_string(zone_id),
                              span_from_string(name), RRSET_AAAA, TIMEOUT_MS,
                              found, f);
}

static void test_find_rrset(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, "200 OK",
           "<ListResourceRecordSetsResponse" NS "><ResourceRecordSets>"
           "<ResourceRecordSet><Name>\\052.example.org.</Name><Type>AAAA"
           "</Type><TTL>60</TTL><ResourceRecords><ResourceRecord><Value>"
           "2001:DB8::1</Value></ResourceRecord></ResourceRecords>"
           "</ResourceRecordSet></ResourceRecordSets><IsTruncated>false"
           "</IsTruncated></ListResourceRecordSetsResponse>");
    assert_int_equal(find_rrset(&f, "Z 1", "*.example.org"), STATUS_INVALID);
    assert_int_equal(find_rrset(&f, "Z1", ""), STATUS_INVALID);
    assert_int_equal(find_rrset(&f, "Z1", "*.example.org"), STATUS_OK);
    run(&f);
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_string_equal(strbuf_string(&f.seen), "1 60 2001:db8::1");
    assert_request_line(&f, "GET /2013-04-01/hostedzone/Z1/rrset?maxitems=1&"
                            "name=%2A.example.org&type=AAAA HTTP/1.1\r\n");
    tear_down(&f);
}

static void test_a_search_refused_finds_nothing(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, "200 OK", "<html/>");
    assert_int_equal(find_rrset(&f, "Z1", "x.example.org"), STATUS_OK);
    run(&f);
    assert_int_equal(f.reply.status, STATUS_UNAVAILABLE);
    assert_string_equal(strbuf_string(&f.seen), "0 0 -");
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_upsert),
        cmocka_unit_test(test_delete),
        cmocka_unit_test(test_upsert_answers),
        cmocka_unit_test(test_all_culprits_of_a_batch_are_read),
        cmocka_unit_test(test_what_is_refused_at_once),
        cmocka_unit_test(test_list_hosted_zones),
        cmocka_unit_test(test_get_hosted_zone),
        cmocka_unit_test(test_a_listing_refused_is_empty),
        cmocka_unit_test(test_list_rrsets),
        cmocka_unit_test(test_get_change),
        cmocka_unit_test(test_another_document_says_nothing_of_a_change),
        cmocka_unit_test(test_find_rrset),
        cmocka_unit_test(test_a_search_refused_finds_nothing),
    };

    return cmocka_run_group_tests(tests, scripted_aws_set_up_globals,
                                  scripted_aws_tear_down_globals);
}
