#include "aws/s3.h"

#include "base/strbuf.h"
#include "tests/unit/scripted_aws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

enum { TIMEOUT_MS = 20000, SHORT_TIMEOUT_MS = 300 };

/* The MD5 of the object that is sent. */
#define ETAG "\"31a692b00a61952992d45b187add9a6a\""
#define HEAD(status, headers, length)                                          \
    "HTTP/1.1 " status "\r\nx-amz-request-id: r-1\r\n" headers                 \
    "Content-Length: " length "\r\n\r\n"
#define FOUND                                                                  \
    HEAD("200 OK", "ETag: " ETAG "\r\n", "12")                                 \
    "a.x,t0ken-1\n"
#define STORED HEAD("200 OK", "ETag: " ETAG "\r\n", "0")

/* A client of a scripted store, and what became of its last call. */
struct fixture {
    struct scripted_aws aws;
    struct strbuf received;
    enum status verdict; /* what the chunk callback returns */
    long timeout_ms;
    size_t completions;
    struct aws_reply reply;
    char etag[S3_ETAG_MAX + 1]; /* of a listing: where it goes on */
    size_t versions;
};

static void set_up(struct fixture *f, const struct loopback_step *steps,
                   size_t count)
{
    *f = (struct fixture){.timeout_ms = TIMEOUT_MS};
    scripted_aws_start(&f->aws, steps, count);
    strbuf_init(&f->received, 1000);
}

static void tear_down(struct fixture *f)
{
    strbuf_clear(&f->received);
    scripted_aws_stop(&f->aws);
}

static enum status take(void *arg, struct span chunk)
{
    struct fixture *f = arg;

    strbuf_append(&f->received, chunk);
    return f->verdict;
}

static void done(void *arg, const struct aws_reply *reply, struct span etag)
{
    struct fixture *f = arg;

    f->completions++;
    f->reply = *reply;
    snprintf(f->etag, sizeof f->etag, "%.*s", (int)etag.len, etag.ptr);
}

static void listed(void *arg, const struct aws_reply *reply,
                   const struct s3_version *versions, size_t count,
                   const struct s3_version_cursor *next)
{
    struct fixture *f = arg;

    for (f->versions = 0; f->versions < count; f->versions++)
        assert_true(versions[f->versions].id.len > 0);
    done(arg, reply, next->version);
}

static void objects_listed(void *arg, const struct aws_reply *reply,
                           const struct span *keys, size_t count,
                           struct span next)
{
    struct fixture *f = arg;

    for (size_t i = 0; i < count; i++)
        strbuf_printf(&f->received, "%.*s,", (int)keys[i].len, keys[i].ptr);
    done(arg, reply, next);
}

static void run(struct fixture *f)
{
    f->completions = 0;
    scripted_aws_run(&f->aws);
    assert_int_equal(f->completions, 1);
}

static void get(struct fixture *f, const char *if_none_match)
{
    strbuf_rewind(&f->received);
    assert_int_equal(s3_get_object(f->aws.client, "hosts", "hosts.csv",
                                   span_from_string(if_none_match),
                                   f->timeout_ms, take, done, f),
                     STATUS_OK);
    run(f);
}

static void put(struct fixture *f, struct span body, const char *if_match,
                const char *if_none_match)
{
    const struct s3_put put = {body, span_from_string("text/csv"),
                               span_from_string(if_match),
                               span_from_string(if_none_match)};

    assert_int_equal(s3_put_object(f->aws.client, "hosts", "hosts.csv", &put,
                                   f->timeout_ms, done, f),
                     STATUS_OK);
    run(f);
}

static void head(struct fixture *f)
{
    assert_int_equal(s3_head_object(f->aws.client, "hosts", "hosts.csv",
                                    f->timeout_ms, done, f),
                     STATUS_OK);
    run(f);
}

/* The first line of a request, without its end. */
static bool request_line_is(struct fixture *f, size_t i, const char *line)
{
    struct span request = loopback_request(f->aws.server, i);

    return request.len > strlen(line) &&
           memcmp(request.ptr, line, strlen(line)) == 0 &&
           request.ptr[strlen(line)] == '\r';
}

static void test_get(void **state)
{
    static const struct loopback_step steps[] = {{.reply = FOUND}};
    struct fixture f;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    get(&f, "");
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_string_equal(f.etag, ETAG);
    assert_string_equal(f.reply.request_id, "r-1");
    assert_string_equal(strbuf_string(&f.received), "a.x,t0ken-1\n");
    assert_true(request_line_is(&f, 0, "GET /hosts/hosts.csv HTTP/1.1"));
    assert_false(loopback_has_header(f.aws.server, 0, "If-None-Match: "));
    tear_down(&f);
}

static const struct {
    const char *label, *key, *line;
} keys[] = {
    {"dots are names to S3, not ways", "../x/./y/..",
     "HEAD /hosts/../x/./y/.. HTTP/1.1"},
    {"so are empty segments", "/a//b/", "HEAD /hosts//a//b/ HTTP/1.1"},
    {"the rest is encoded once", "caf\xc3\xa9 %41?#",
     "HEAD /hosts/caf%C3%A9%20%2541%3F%23 HTTP/1.1"},
};

static void test_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++) {
        static const struct loopback_step step = {.reply = STORED};
        struct fixture f;

        print_message("  %s\n", keys[i].label);
        set_up(&f, &step, 1);
        assert_int_equal(s3_head_object(f.aws.client, "hosts", keys[i].key,
                                        TIMEOUT_MS, done, &f),
                         STATUS_OK);
        run(&f);
        assert_true(request_line_is(&f, 0, keys[i].line));
        tear_down(&f);
    }
}

static void test_get_if_changed(void **state)
{
    static const struct loopback_step steps[] = {
        {.reply = "HTTP/1.1 304 Not Modified\r\nETag: " ETAG "\r\n\r\n"},
    };
    struct fixture f;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    get(&f, ETAG);
    assert_int_equal(f.reply.status, STATUS_UNCHANGED);
    assert_int_equal(f.received.len, 0);
    assert_true(loopback_has_header(f.aws.server, 0, "If-None-Match: " ETAG));
    tear_down(&f);
}

static const struct {
    const char *label;
    struct loopback_step step;
    enum status status;
    const char *code, *received;
} get_answers[] = {
    {"no such key",
     {HEAD("404 Not Found", "", "38") "<Error><Code>NoSuchKey</Code></Error>\n",
      LOOPBACK_KEEP, 0},
     STATUS_NOT_FOUND,
     "NoSuchKey",
     ""},
    {"an error document is never handed on as an object",
     {HEAD("403 Forbidden", "",
           "41") "<Error><Code>AccessDenied</Code></Error>\n",
      LOOPBACK_KEEP, 0},
     STATUS_DENIED,
     "AccessDenied",
     ""},
    {"slow down",
     {HEAD("503 Slow Down", "", "37") "<Error><Code>SlowDown</Code></Error>\n",
      LOOPBACK_KEEP, 0},
     STATUS_THROTTLED,
     "SlowDown",
     ""},
    {"shorter than its Content-Length",
     {HEAD("200 OK", "", "24") "a.x,t0ken-1\n", LOOPBACK_CLOSE, 0},
     STATUS_UNAVAILABLE,
     "",
     "a.x,t0ken-1\n"},
    {"an end that only the connection's shows might be a cut",
     {"HTTP/1.1 200 OK\r\nETag: " ETAG "\r\n\r\na.x,t0ken-1\n", LOOPBACK_CLOSE,
      0},
     STATUS_UNAVAILABLE,
     "",
     "a.x,t0ken-1\n"},
    {"chunks have an end",
     {"HTTP/1.1 200 OK\r\nETag: " ETAG "\r\nTransfer-Encoding: chunked\r\n\r\n"
      "c\r\na.x,t0ken-1\n\r\n0\r\n\r\n",
      LOOPBACK_KEEP, 0},
     STATUS_OK,
     "",
     "a.x,t0ken-1\n"},
    {"chunks without an end",
     {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "c\r\na.x,t0ken-1\n\r\n",
      LOOPBACK_CLOSE, 0},
     STATUS_UNAVAILABLE,
     "",
     "a.x,t0ken-1\n"},
    {"a part of an object is no object",
     {HEAD("206 Partial Content", "", "12") "a.x,t0ken-1\n", LOOPBACK_KEEP, 0},
     STATUS_UNAVAILABLE,
     "",
     ""},
    {"a page without an ETag is no object",
     {HEAD("200 OK", "", "12") "a.x,t0ken-1\n", LOOPBACK_KEEP, 0},
     STATUS_UNAVAILABLE,
     "",
     "a.x,t0ken-1\n"},
    {"other bytes than those that the ETag is the MD5 of",
     {HEAD("200 OK", "ETag: " ETAG "\r\n", "12") "a.x,t0ken-2\n", LOOPBACK_KEEP,
      0},
     STATUS_UNAVAILABLE,
     "",
     "a.x,t0ken-2\n"},
    {"under a KMS key the ETag is not their MD5",
     {HEAD("200 OK",
           "ETag: " ETAG "\r\nx-amz-server-side-encryption: aws:kms\r\n",
           "12") "a.x,t0ken-2\n",
      LOOPBACK_KEEP, 0},
     STATUS_OK,
     "",
     "a.x,t0ken-2\n"},
    {"unchanged, though nobody asked",
     {"HTTP/1.1 304 Not Modified\r\n\r\n", LOOPBACK_KEEP, 0},
     STATUS_UNAVAILABLE,
     "",
     ""},
};

static void test_get_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(get_answers); i++) {
        struct fixture f;

        print_message("  %s\n", get_answers[i].label);
        set_up(&f, &get_answers[i].step, 1);
        get(&f, "");
        assert_int_equal(f.reply.status, get_answers[i].status);
        assert_string_equal(f.reply.code, get_answers[i].code);
        assert_string_equal(strbuf_string(&f.received),
                            get_answers[i].received);
        tear_down(&f);
    }
}

static const struct {
    const char *label, *headers;
    int64_t least, most;
} patience[] = {
    {"AWS asks for nothing", "", 0, 0},
    {"seconds", "Retry-After: 7\r\n", 7000, 7000},
    {"milliseconds, in AWS's own header", "x-amz-retry-after: 1500\r\n", 1500,
     1500},
    {"which says it better", "Retry-After: 7\r\nx-amz-retry-after: 1500\r\n",
     1500, 1500},
    {"a date that is past", "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 0,
     0},
    {"a date to come", "Retry-After: Fri, 01 Jan 2100 00:00:00 GMT\r\n", 1000,
     INT64_MAX},
    {"neither", "Retry-After: soon\r\nx-amz-retry-after: -1\r\n", 0, 0},
};

static void test_patience_that_is_asked_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(patience); i++) {
        char answer[500];
        struct loopback_step step = {.reply = answer};
        struct fixture f;

        print_message("  %s\n", patience[i].label);
        snprintf(answer, sizeof answer,
                 "HTTP/1.1 503 Slow Down\r\nx-amz-request-id: r-1\r\n%s"
                 "Content-Length: 37\r\n\r\n"
                 "<Error><Code>SlowDown</Code></Error>\n",
                 patience[i].headers);
        set_up(&f, &step, 1);
        get(&f, "");
        assert_int_equal(f.reply.status, STATUS_THROTTLED);
        assert_in_range(f.reply.retry_after_ms, patience[i].least,
                        patience[i].most);
        assert_false(f.reply.timed_out);
        tear_down(&f);
    }
}

static void test_the_receiver_may_stop_a_download(void **state)
{
    static const struct loopback_step steps[] = {{.reply = FOUND}};
    struct fixture f;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    f.verdict = STATUS_FULL;
    get(&f, "");
    assert_int_equal(f.reply.status, STATUS_FULL);
    assert_string_equal(f.reply.message, "the receiver stopped the download");
    tear_down(&f);
}

/* What the receiver thinks of a gateway's page says nothing about the object.
 */
static void test_what_a_receiver_says_of_a_page_is_not_believed(void **state)
{
    static const struct loopback_step steps[] = {
        {.reply = HEAD("200 OK", "", "12") "<html/>\n\n\n\n\n"}};
    struct fixture f;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    f.verdict = STATUS_INVALID;
    get(&f, "");
    assert_int_equal(f.reply.status, STATUS_UNAVAILABLE);
    assert_int_equal(f.reply.condition, AWS_FAILING);
    assert_non_null(strstr(f.reply.message, "no ETag"));
    tear_down(&f);
}

/* Bytes flow all the time, and would for forty seconds. On a machine so slow
 * that not even the head came within the time-out, a longer one is given. */
static void test_a_trickle_is_given_up(void **state)
{
    static char reply[3000];
    struct loopback_step steps[6];
    struct fixture f;

    (void)state;
    snprintf(reply, sizeof reply, "%s%0*d",
             HEAD("200 OK", "ETag: " ETAG "\r\n", "2000"), 2000, 0);
    for (size_t i = 0; i < COUNT(steps); i++)
        steps[i] = (struct loopback_step){reply, LOOPBACK_TRICKLE, 0};
    set_up(&f, steps, COUNT(steps));
    f.timeout_ms = SHORT_TIMEOUT_MS;
    for (size_t i = 0; i < COUNT(steps) && f.reply.http_status == 0; i++) {
        get(&f, "");
        assert_int_equal(f.reply.status, STATUS_UNAVAILABLE);
        assert_non_null(strstr(f.reply.message, "timed out"));
        assert_true(f.reply.timed_out);
        f.timeout_ms *= 2;
    }
    assert_int_equal(f.reply.http_status, 200);
    assert_non_null(strstr(f.reply.message, "out of 2000 bytes"));
    tear_down(&f);
}

static void test_head(void **state)
{
    static const struct loopback_step steps[] = {
        {.reply = HEAD("200 OK", "ETag: " ETAG "\r\n", "12")},
        {.reply = HEAD("404 Not Found", "", "300")},
        {.reply = "HTTP/1.1 404 Not Found\r\n\r\n"},
        {.reply = HEAD("200 OK", "", "12")},
    };
    struct fixture f;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    head(&f);
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_string_equal(f.etag, ETAG);
    assert_true(request_line_is(&f, 0, "HEAD /hosts/hosts.csv HTTP/1.1"));
    head(&f);
    assert_int_equal(f.reply.status, STATUS_NOT_FOUND);
    head(&f); /* a 404 that shows no sign of a store */
    assert_int_equal(f.reply.status, STATUS_UNAVAILABLE);
    head(&f); /* a 200 likewise */
    assert_int_equal(f.reply.status, STATUS_UNAVAILABLE);
    tear_down(&f);
}

static void test_put(void **state)
{
    static const struct loopback_step steps[] = {{.reply = STORED}};
    struct fixture f;
    struct span sent;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    put(&f, span_from("a.x,\0t\n", 7), ETAG, "");
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_string_equal(f.etag, ETAG);
    assert_true(request_line_is(&f, 0, "PUT /hosts/hosts.csv HTTP/1.1"));
    assert_true(loopback_has_header(f.aws.server, 0, "If-Match: " ETAG));
    assert_true(loopback_has_header(f.aws.server, 0, "Content-Type: text/csv"));
    assert_true(loopback_has_header(f.aws.server, 0, "Content-Length: 7"));
    sent = loopback_request(f.aws.server, 0);
    assert_memory_equal(sent.ptr + sent.len - 7, "a.x,\0t\n", 7);
    tear_down(&f);
}

static void test_a_version(void **state)
{
    static const struct loopback_step steps[] = {
        {.reply = FOUND},
        {.reply = HEAD("404 Not Found", "",
                       "42") "<Error><Code>NoSuchVersion</Code></Error>\n"},
    };
    static const struct span id = SPAN_LITERAL("3/L4k+t=");
    struct fixture f;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    assert_int_equal(s3_get_object_version(f.aws.client, "hosts", "hosts.csv",
                                           id, TIMEOUT_MS, take, done, &f),
                     STATUS_OK);
    run(&f);
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_string_equal(strbuf_string(&f.received), "a.x,t0ken-1\n");
    assert_true(request_line_is(
        &f, 0, "GET /hosts/hosts.csv?versionId=3%2FL4k%2Bt%3D HTTP/1.1"));
    assert_int_equal(s3_get_object_version(f.aws.client, "hosts", "hosts.csv",
                                           id, TIMEOUT_MS, take, done, &f),
                     STATUS_OK);
    run(&f);
    assert_int_equal(f.reply.status, STATUS_NOT_FOUND);
    assert_string_equal(f.reply.code, "NoSuchVersion");
    tear_down(&f);
}

static void test_what_can_be_no_version(void **state)
{
    static const char text[S3_VERSION_ID_MAX + 1];
    struct s3_version_cursor from = {span_from("", 0)};
    struct fixture f;

    (void)state;
    set_up(&f, NULL, 0);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(s3_get_object_version(f.aws.client, "b", "k",
                                               from.version, TIMEOUT_MS, take,
                                               done, &f),
                         STATUS_INVALID);
        assert_int_equal(s3_list_versions(f.aws.client, "b", "k", &from,
                                          TIMEOUT_MS, listed, &f),
                         STATUS_INVALID);
        from.version = span_from(text, sizeof text);
    }
    assert_int_equal(aws_client_running(f.aws.client), 0);
    tear_down(&f);
}

#define LISTING                                                                \
    "<ListVersionsResult><IsTruncated>true</IsTruncated>"                      \
    "<NextKeyMarker>hosts.csv</NextKeyMarker>"                                 \
    "<NextVersionIdMarker>v+1</NextVersionIdMarker>"                           \
    "<Version><Key>hosts.csv</Key><VersionId>v+1</VersionId>"                  \
    "<IsLatest>true</IsLatest><ETag>&quot;e&quot;</ETag></Version>"            \
    "</ListVersionsResult>"

static void list(struct fixture *f, const struct s3_version_cursor *from)
{
    assert_int_equal(s3_list_versions(f->aws.client, "hosts", "hosts.csv", from,
                                      TIMEOUT_MS, listed, f),
                     STATUS_OK);
    run(f);
}

static void test_a_listing_goes_on_behind_its_last_version(void **state)
{
    static const struct s3_version_cursor from = {SPAN_LITERAL("v+1")};
    static const struct loopback_step steps[] = {
        {.reply = HEAD("200 OK", "", "274") LISTING},
        {.reply = HEAD("301 Moved", "x-amz-bucket-region: eu-west-1\r\n", "0")},
        {.reply = HEAD("200 OK", "", "274") LISTING},
    };
    struct fixture f;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    list(&f, NULL);
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_int_equal(f.versions, 1);
    assert_string_equal(f.etag, "v+1");
    assert_true(request_line_is(
        &f, 0, "GET /hosts/?max-keys=100&prefix=hosts.csv&versions= HTTP/1.1"));
    list(&f, &from); /* which is sent again to another region */
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_true(request_line_is(
        &f, 2,
        "GET /hosts/?key-marker=hosts.csv&max-keys=100&prefix=hosts.csv"
        "&version-id-marker=v%2B1&versions= HTTP/1.1"));
    tear_down(&f);
}

#define OBJECTS                                                                \
    "<ListBucketResult><EncodingType>url</EncodingType>"                       \
    "<IsTruncated>true</IsTruncated>"                                          \
    "<NextContinuationToken>t/1=</NextContinuationToken>"                      \
    "<Contents><Key>a/b+c</Key></Contents>"                                    \
    "<Contents><Key>a/d%2Bd</Key></Contents></ListBucketResult>"

static void list_objects(struct fixture *f, const struct s3_listing *listing)
{
    strbuf_rewind(&f->received);
    assert_int_equal(s3_list_objects(f->aws.client, "hosts", listing,
                                     TIMEOUT_MS, objects_listed, f),
                     STATUS_OK);
    run(f);
}

static void test_objects_are_listed_page_by_page(void **state)
{
    static const struct s3_listing from_a = {"a/", "a/a a", {"", 0}},
                                   on = {"a/", "", SPAN_LITERAL("t/1=")},
                                   all = {"", "", {"", 0}};
    static const struct loopback_step steps[] = {
        {.reply = HEAD("200 OK", "", "227") OBJECTS},
        {.reply = HEAD("301 Moved", "x-amz-bucket-region: eu-west-1\r\n", "0")},
        {.reply = HEAD("200 OK", "", "227") OBJECTS},
        {.reply = HEAD("200 OK", "", "79") "<ListBucketResult><IsTruncated>"
                                           "false</IsTruncated>"
                                           "</ListBucketResult>          "},
    };
    struct fixture f;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    list_objects(&f, &from_a);
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_string_equal(strbuf_string(&f.received), "a/b c,a/d+d,");
    assert_string_equal(f.etag, "t/1=");
    assert_true(request_line_is(&f, 0,
                                "GET /hosts/?encoding-type=url&list-type=2"
                                "&prefix=a%2F&start-after=a%2Fa%20a HTTP/1.1"));
    list_objects(&f, &on); /* which is sent again to another region */
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_true(request_line_is(
        &f, 2,
        "GET /hosts/?continuation-token=t%2F1%3D&encoding-type=url"
        "&list-type=2&prefix=a%2F HTTP/1.1"));
    list_objects(&f, &all);
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_string_equal(strbuf_string(&f.received), "");
    assert_string_equal(f.etag, "");
    assert_true(request_line_is(
        &f, 3, "GET /hosts/?encoding-type=url&list-type=2&prefix= HTTP/1.1"));
    tear_down(&f);
}

static const struct {
    const char *label, *reply;
    enum status status;
    const char *code;
} listing_answers[] = {
    {"a missing permission",
     HEAD("403 Forbidden", "",
          "41") "<Error><Code>AccessDenied</Code></Error>\n",
     STATUS_DENIED, "AccessDenied"},
    {"a store that lists no versions",
     HEAD("501 Not Implemented", "",
          "43") "<Error><Code>NotImplemented</Code></Error>\n",
     STATUS_INVALID, "NotImplemented"},
    {"a portal's friendly page", HEAD("200 OK", "", "13") "<html></html>",
     STATUS_UNAVAILABLE, ""},
};

static void test_listing_answers(void **state)
{
    static const struct s3_listing all = {"", "", {"", 0}};

    (void)state;
    for (size_t i = 0; i < COUNT(listing_answers); i++) {
        struct loopback_step step = {.reply = listing_answers[i].reply};
        struct fixture f;

        print_message("  %s\n", listing_answers[i].label);
        set_up(&f, &step, 1);
        list(&f, NULL);
        assert_int_equal(f.reply.status, listing_answers[i].status);
        assert_string_equal(f.reply.code, listing_answers[i].code);
        assert_int_equal(f.versions, 0);
        tear_down(&f);
        set_up(&f, &step, 1);
        list_objects(&f, &all);
        assert_int_equal(f.reply.status, listing_answers[i].status);
        assert_string_equal(f.reply.code, listing_answers[i].code);
        assert_string_equal(strbuf_string(&f.received), "");
        tear_down(&f);
    }
}

static const struct {
    const char *label, *if_match, *if_none_match, *header, *reply;
    enum status status;
} put_answers[] = {
    {"somebody wrote first", ETAG, "", "If-Match: " ETAG,
     HEAD("412 Precondition Failed", "",
          "47") "<Error><Code>PreconditionFailed</Code></Error>\n",
     STATUS_CONFLICT},
    {"somebody is writing", "", "*", "If-None-Match: *",
     HEAD("409 Conflict", "",
          "55") "<Error><Code>ConditionalRequestConflict</Code></Error>\n",
     STATUS_CONFLICT},
    {"a store without conditional writes", ETAG, "", "If-Match: " ETAG,
     HEAD("501 Not Implemented", "",
          "43") "<Error><Code>NotImplemented</Code></Error>\n",
     STATUS_INVALID},
    {"the object vanished", ETAG, "", "If-Match: " ETAG,
     HEAD("404 Not Found", "", "38") "<Error><Code>NoSuchKey</Code></Error>\n",
     STATUS_NOT_FOUND},
    {"a portal's friendly page", "", "*", "If-None-Match: *",
     "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html></html>",
     STATUS_UNAVAILABLE},
};

static void test_put_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(put_answers); i++) {
        struct loopback_step step = {.reply = put_answers[i].reply};
        struct fixture f;

        print_message("  %s\n", put_answers[i].label);
        set_up(&f, &step, 1);
        put(&f, span_from("", 0), put_answers[i].if_match,
            put_answers[i].if_none_match);
        assert_int_equal(f.reply.status, put_answers[i].status);
        assert_true(
            loopback_has_header(f.aws.server, 0, put_answers[i].header));
        tear_down(&f);
    }
}

/* What was told last, and how often. */
struct told {
    struct aws_progress last;
    size_t times;
};

static void on_progress(void *arg, const struct aws_progress *progress)
{
    struct told *told = arg;

    told->last = *progress;
    told->times++;
}

static void test_progress_is_told(void **state)
{
    static const struct loopback_step steps[] = {
        {.reply = FOUND}, {.reply = STORED}, {.reply = FOUND}};
    struct told told = {.times = 0};
    struct fixture f;
    size_t times;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    aws_client_tell_progress(f.aws.client, on_progress, &told);
    get(&f, "");
    assert_int_equal(told.last.received, 12);
    assert_int_equal(told.last.to_receive, 12);
    put(&f, span_from("a.x,t\n", 6), "", "");
    assert_int_equal(told.last.sent, 6);
    assert_int_equal(told.last.to_send, 6);
    times = told.times;
    aws_client_tell_progress(f.aws.client, NULL, NULL);
    get(&f, "");
    assert_int_equal(told.times, times);
    tear_down(&f);
}

/* libcurl would repeat a PUT of its own accord when an idle connection turns
 * out dead; had the first been stored, the second would report a conflict. */
static void test_put_never_reuses_a_connection(void **state)
{
    static const struct loopback_step steps[] = {
        {STORED, LOOPBACK_KEEP, 0},
        {NULL, LOOPBACK_CLOSE, 0},
        {STORED, LOOPBACK_KEEP, 0},
    };
    struct fixture f;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    put(&f, span_from("x", 1), "", "");
    put(&f, span_from("x", 1), "", "");
    assert_int_equal(f.reply.status, STATUS_UNAVAILABLE);
    assert_int_equal(loopback_requests(f.aws.server), 2);
    assert_int_equal(loopback_connections(f.aws.server), 2);
    tear_down(&f);
}

/* Else each PUT would leave one more connection open. */
static void test_nothing_reuses_the_connection_of_a_put(void **state)
{
    static const struct loopback_step steps[] = {
        {STORED, LOOPBACK_KEEP, 0},
        {STORED, LOOPBACK_KEEP, 0},
    };
    struct fixture f;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    put(&f, span_from("x", 1), "", "");
    get(&f, "");
    assert_int_equal(loopback_requests(f.aws.server), 2);
    assert_int_equal(loopback_connections(f.aws.server), 2);
    tear_down(&f);
}

static const struct {
    const char *label;
    struct loopback_step step;
    enum status status;
    bool body_sent;
} large_puts[] = {
    {"a store that says continue",
     {STORED, LOOPBACK_KEEP, LOOPBACK_SAYS_CONTINUE},
     STATUS_OK,
     true},
    {"a store that never heard of Expect costs no second",
     {STORED, LOOPBACK_KEEP, LOOPBACK_AWAITS_BODY},
     STATUS_OK,
     true},
    {"a store that refuses is spared the body",
     {HEAD("412 Precondition Failed", "Connection: close\r\n",
           "47") "<Error><Code>PreconditionFailed</Code></Error>\n",
      LOOPBACK_CLOSE, LOOPBACK_NEEDS_NO_BODY},
     STATUS_CONFLICT,
     false},
};

static void test_large_puts(void **state)
{
    enum { BODY_BYTES = 3 * 1024 * 1024 };
    char *body = malloc(BODY_BYTES);

    (void)state;
    memset(body, 'x', BODY_BYTES);
    for (size_t i = 0; i < COUNT(large_puts); i++) {
        struct fixture f;

        print_message("  %s\n", large_puts[i].label);
        set_up(&f, &large_puts[i].step, 1);
        put(&f, span_from(body, BODY_BYTES), ETAG, "");
        assert_int_equal(f.reply.status, large_puts[i].status);
        assert_true(
            loopback_has_header(f.aws.server, 0, "Expect: 100-continue"));
        assert_int_equal(loopback_request(f.aws.server, 0).len > BODY_BYTES,
                         large_puts[i].body_sent);
        tear_down(&f);
    }
    free(body);
}

#define MOVED                                                                  \
    HEAD("301 Moved Permanently", "x-amz-bucket-region: eu-west-1\r\n", "46")  \
    "<Error><Code>PermanentRedirect</Code></Error>\n"

/* The region as the signature names it. */
static bool is_signed_for(struct fixture *f, size_t i, const char *region)
{
    struct span request = loopback_request(f->aws.server, i);
    char scope[100];

    snprintf(scope, sizeof scope, "/%s/s3/aws4_request,", region);
    return memmem(request.ptr, request.len, scope, strlen(scope)) != NULL;
}

static void test_the_region_is_learnt(void **state)
{
    static const struct loopback_step steps[] = {
        {.reply = MOVED}, {.reply = FOUND}, {.reply = FOUND}};
    struct fixture f;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    get(&f, ETAG);
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_string_equal(strbuf_string(&f.received), "a.x,t0ken-1\n");
    assert_int_equal(loopback_requests(f.aws.server), 2);
    assert_true(is_signed_for(&f, 0, "us-east-1"));
    assert_true(is_signed_for(&f, 1, "eu-west-1"));
    assert_true(loopback_has_header(f.aws.server, 1, "If-None-Match: " ETAG));
    get(&f, "");
    assert_int_equal(loopback_requests(f.aws.server), 3);
    assert_true(is_signed_for(&f, 2, "eu-west-1"));
    tear_down(&f);
}

static void test_a_put_is_sent_again_whole(void **state)
{
    static const struct loopback_step steps[] = {{.reply = MOVED},
                                                 {.reply = STORED}};
    struct fixture f;
    struct span sent;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    put(&f, span_from("a.x,t0ken-1\n", 12), ETAG, "");
    assert_int_equal(f.reply.status, STATUS_OK);
    sent = loopback_request(f.aws.server, 1);
    assert_memory_equal(sent.ptr + sent.len - 12, "a.x,t0ken-1\n", 12);
    assert_true(loopback_has_header(f.aws.server, 1, "If-Match: " ETAG));
    tear_down(&f);
}

#define UNNAMED                                                                \
    HEAD("400 Bad Request", "", "57")                                          \
    "<Error><Code>AuthorizationHeaderMalformed</Code></Error>\n"
#define FORBIDDEN(headers) HEAD("403 Forbidden", headers, "0")

static void test_the_bucket_knows_its_region(void **state)
{
    static const struct loopback_step steps[] = {
        {.reply = UNNAMED},
        {.reply = FORBIDDEN("x-amz-bucket-region: eu-west-1\r\n")},
        {.reply = STORED},
        {.reply = STORED}};
    struct fixture f;
    struct span sent;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    put(&f, span_from("a.x,t0ken-1\n", 12), ETAG, "");
    assert_int_equal(f.reply.status, STATUS_OK);
    assert_int_equal(loopback_requests(f.aws.server), 3);
    assert_true(request_line_is(&f, 1, "HEAD /hosts/ HTTP/1.1"));
    assert_true(is_signed_for(&f, 1, "us-east-1"));
    assert_true(is_signed_for(&f, 2, "eu-west-1"));
    sent = loopback_request(f.aws.server, 2);
    assert_memory_equal(sent.ptr + sent.len - 12, "a.x,t0ken-1\n", 12);
    head(&f); /* which is remembered */
    assert_true(is_signed_for(&f, 3, "eu-west-1"));
    tear_down(&f);
}

static const struct {
    const char *label, *answer;
} silent_buckets[] = {
    {"it names the region that was used",
     FORBIDDEN("x-amz-bucket-region: us-east-1\r\n")},
    {"it names none", FORBIDDEN("")},
    {"it names what is no region",
     FORBIDDEN("x-amz-bucket-region: eu_west\r\n")},
};

static void test_a_bucket_that_does_not_help(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(silent_buckets); i++) {
        struct loopback_step steps[] = {{.reply = UNNAMED},
                                        {.reply = silent_buckets[i].answer}};
        struct fixture f;

        print_message("  %s\n", silent_buckets[i].label);
        set_up(&f, steps, COUNT(steps));
        get(&f, "");
        assert_int_equal(f.reply.status, STATUS_DENIED);
        assert_string_equal(f.reply.code, "AuthorizationHeaderMalformed");
        assert_int_equal(loopback_requests(f.aws.server), 2);
        tear_down(&f);
    }
}

static void test_a_request_is_sent_again_once(void **state)
{
    static const struct loopback_step steps[] = {
        {.reply = MOVED},
        {.reply =
             HEAD("301 Moved Permanently", "x-amz-bucket-region: eu-west-2\r\n",
                  "46") "<Error><Code>PermanentRedirect</Code></Error>\n"},
    };
    struct fixture f;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    get(&f, "");
    assert_int_equal(f.reply.status, STATUS_INVALID);
    assert_string_equal(f.reply.code, "PermanentRedirect");
    assert_int_equal(loopback_requests(f.aws.server), 2);
    tear_down(&f);
}

static void test_what_is_refused_at_once(void **state)
{
    static const struct span none = {"", 0};
    static char long_key[1026], long_token[S3_TOKEN_MAX + 1];
    const struct s3_put puts[] = {
        {none, none, span_from_string("\"x\n\""), none},
        {none, none, none, span_from(long_key, S3_ETAG_MAX + 1)},
        {none, span_from_string("text/csv\r\nX: y"), none, none},
        {none, span_from(long_key, 101), none, none},
    };
    const struct s3_listing listings[] = {
        {long_key, "", none},
        {"", long_key, none},
        {"", "", span_from(long_token, sizeof long_token)},
    };
    static const struct s3_listing all = {"", "", {"", 0}};
    struct fixture f;

    (void)state;
    memset(long_key, 'k', sizeof long_key);
    long_key[1025] = '\0';
    set_up(&f, NULL, 0);
    assert_int_equal(
        s3_head_object(f.aws.client, "", "k", TIMEOUT_MS, done, &f),
        STATUS_INVALID);
    assert_int_equal(
        s3_head_object(f.aws.client, "b", "", TIMEOUT_MS, done, &f),
        STATUS_INVALID);
    assert_int_equal(
        s3_head_object(f.aws.client, "b", long_key, TIMEOUT_MS, done, &f),
        STATUS_INVALID);
    assert_int_equal(s3_get_object(f.aws.client, "b", "k",
                                   span_from_string("\"x\r\nY: z\""),
                                   TIMEOUT_MS, take, done, &f),
                     STATUS_INVALID);
    for (size_t i = 0; i < COUNT(puts); i++)
        assert_int_equal(s3_put_object(f.aws.client, "b", "k", &puts[i],
                                       TIMEOUT_MS, done, &f),
                         STATUS_INVALID);
    for (size_t i = 0; i < COUNT(listings); i++)
        assert_int_equal(s3_list_objects(f.aws.client, "b", &listings[i],
                                         TIMEOUT_MS, objects_listed, &f),
                         STATUS_INVALID);
    assert_int_equal(
        s3_list_objects(f.aws.client, "", &all, TIMEOUT_MS, objects_listed, &f),
        STATUS_INVALID);
    assert_int_equal(aws_client_running(f.aws.client), 0);
    assert_int_equal(f.completions, 0);
    tear_down(&f);
}

/* An ETag that could not be sent back is none. */
static void test_an_unusable_etag_is_none(void **state)
{
    static const struct loopback_step steps[] = {
        {.reply = HEAD("200 OK", "ETag: \"a b\"\r\n", "0")}};
    struct fixture f;

    (void)state;
    set_up(&f, steps, COUNT(steps));
    get(&f, "");
    assert_int_equal(f.reply.status, STATUS_UNAVAILABLE);
    assert_non_null(strstr(f.reply.message, "no ETag"));
    assert_string_equal(f.etag, "");
    tear_down(&f);
}

static void test_free_while_under_way(void **state)
{
    static const struct s3_put put = {.body = SPAN_LITERAL("x")};
    struct fixture f;

    (void)state;
    set_up(&f, NULL, 0);
    assert_int_equal(
        s3_put_object(f.aws.client, "b", "k", &put, TIMEOUT_MS, done, &f),
        STATUS_OK);
    while (loopback_requests(f.aws.server) == 0)
        aws_client_poll(f.aws.client, 10);
    tear_down(&f);
    assert_int_equal(f.completions, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_get_if_changed),
        cmocka_unit_test(test_get_answers),
        cmocka_unit_test(test_patience_that_is_asked_for),
        cmocka_unit_test(test_the_receiver_may_stop_a_download),
        cmocka_unit_test(test_what_a_receiver_says_of_a_page_is_not_believed),
        cmocka_unit_test(test_a_trickle_is_given_up),
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_a_version),
        cmocka_unit_test(test_what_can_be_no_version),
        cmocka_unit_test(test_a_listing_goes_on_behind_its_last_version),
        cmocka_unit_test(test_objects_are_listed_page_by_page),
        cmocka_unit_test(test_listing_answers),
        cmocka_unit_test(test_progress_is_told),
        cmocka_unit_test(test_put),
        cmocka_unit_test(test_put_answers),
        cmocka_unit_test(test_put_never_reuses_a_connection),
        cmocka_unit_test(test_nothing_reuses_the_connection_of_a_put),
        cmocka_unit_test(test_large_puts),
        cmocka_unit_test(test_the_region_is_learnt),
        cmocka_unit_test(test_a_put_is_sent_again_whole),
        cmocka_unit_test(test_the_bucket_knows_its_region),
        cmocka_unit_test(test_a_bucket_that_does_not_help),
        cmocka_unit_test(test_a_request_is_sent_again_once),
        cmocka_unit_test(test_what_is_refused_at_once),
        cmocka_unit_test(test_an_unusable_etag_is_none),
        cmocka_unit_test(test_free_while_under_way),
    };

    return cmocka_run_group_tests(tests, scripted_aws_set_up_globals,
                                  scripted_aws_tear_down_globals);
}
