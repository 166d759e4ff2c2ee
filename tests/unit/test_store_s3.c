#include "aws/s3.h"
#include "journal/object_store.h"
#include "tests/unit/patience.h"
#include "tests/unit/scripted_aws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <pthread.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

enum { STEPS_MAX = 4, REPLY_MAX_BYTES = 2000 };

/* The MD5 of "hello". */
#define ETAG "\"5d41402abc4b2a76b9719d911017c592\""

/* A bucket that answers so. */
struct fixture {
    char replies[STEPS_MAX][REPLY_MAX_BYTES];
    struct loopback_step steps[STEPS_MAX];
    size_t count;
    struct scripted_aws aws;
    struct object_store *store;
    struct strbuf out;
};

static void add_reply(struct fixture *f, const char *status,
                      const char *headers, const char *body)
{
    char *reply = f->replies[f->count];

    snprintf(reply, REPLY_MAX_BYTES,
             "HTTP/1.1 %s\r\nx-amz-request-id: r-1\r\n%sContent-Length: %zu"
             "\r\n\r\n%s",
             status, headers, strlen(body), body);
    f->steps[f->count++] = (struct loopback_step){.reply = reply};
}

static void add_refusal(struct fixture *f, const char *status, const char *code)
{
    char body[200];

    snprintf(body, sizeof body,
             "<Error><Code>%s</Code><Message>No.</Message></Error>", code);
    add_reply(f, status, "", body);
}

static void add_page(struct fixture *f, const char *rest)
{
    char body[1000];

    snprintf(body, sizeof body,
             "<ListBucketResult><EncodingType>url</EncodingType>%s"
             "</ListBucketResult>",
             rest);
    add_reply(f, "200 OK", "", body);
}

static void start_at(struct fixture *f, const char *where)
{
    scripted_aws_start(&f->aws, f->steps, f->count);
    f->store = object_store_new(where, &f->aws.config);
    assert_non_null(f->store);
    strbuf_init(&f->out, 1000);
}

static void start(struct fixture *f)
{
    start_at(f, "s3://hosts/state");
}

static void stop(struct fixture *f)
{
    strbuf_clear(&f->out);
    object_store_free(f->store);
    scripted_aws_stop(&f->aws);
}

static void assert_line(struct fixture *f, size_t i, const char *line)
{
    struct span request = loopback_request(f->aws.server, i);
    const char *end = memchr(request.ptr, '\r', request.len);
    char first[1000];

    snprintf(first, sizeof first, "%.*s", (int)(end - request.ptr),
             request.ptr);
    assert_string_equal(first, line);
}

/* ---- time limits ---- */

static long timeout_ms; /* of the last call */

enum status __real_s3_put_object(struct aws_client *client, const char *bucket,
                                 const char *key, const struct s3_put *put,
                                 long timeout, s3_done_fn *done, void *arg);
enum status __wrap_s3_put_object(struct aws_client *client, const char *bucket,
                                 const char *key, const struct s3_put *put,
                                 long timeout, s3_done_fn *done, void *arg);
enum status __real_s3_get_object(struct aws_client *client, const char *bucket,
                                 const char *key, struct span known,
                                 long timeout, s3_chunk_fn *chunk,
                                 s3_done_fn *done, void *arg);
enum status __wrap_s3_get_object(struct aws_client *client, const char *bucket,
                                 const char *key, struct span known,
                                 long timeout, s3_chunk_fn *chunk,
                                 s3_done_fn *done, void *arg);
enum status __real_s3_list_objects(struct aws_client *client,
                                   const char *bucket,
                                   const struct s3_listing *listing,
                                   long timeout, s3_objects_fn *done,
                                   void *arg);
enum status __wrap_s3_list_objects(struct aws_client *client,
                                   const char *bucket,
                                   const struct s3_listing *listing,
                                   long timeout, s3_objects_fn *done,
                                   void *arg);

enum status __wrap_s3_put_object(struct aws_client *client, const char *bucket,
                                 const char *key, const struct s3_put *put,
                                 long timeout, s3_done_fn *done, void *arg)
{
    timeout_ms = timeout;
    return __real_s3_put_object(client, bucket, key, put, timeout, done, arg);
}

enum status __wrap_s3_get_object(struct aws_client *client, const char *bucket,
                                 const char *key, struct span known,
                                 long timeout, s3_chunk_fn *chunk,
                                 s3_done_fn *done, void *arg)
{
    timeout_ms = timeout;
    return __real_s3_get_object(client, bucket, key, known, timeout, chunk,
                                done, arg);
}

enum status __wrap_s3_list_objects(struct aws_client *client,
                                   const char *bucket,
                                   const struct s3_listing *listing,
                                   long timeout, s3_objects_fn *done, void *arg)
{
    timeout_ms = timeout;
    return __real_s3_list_objects(client, bucket, listing, timeout, done, arg);
}

static void add_stored(struct fixture *f)
{
    add_reply(f, "200 OK", "ETag: " ETAG "\r\n", "");
}

static void test_a_call_has_as_long_as_its_object_may_take(void **state)
{
    static char large[650 * 1000];
    struct fixture f = {.count = 0};

    (void)state;
    add_stored(&f);
    add_stored(&f);
    add_refusal(&f, "404 Not Found", "NoSuchKey");
    add_refusal(&f, "404 Not Found", "NoSuchKey");
    start(&f);
    assert_int_equal(object_store_put(f.store, "a", span_from("x", 1), "a/b",
                                      OBJECT_ALWAYS, NULL),
                     STATUS_OK);
    assert_int_equal(timeout_ms, 10000);
    assert_int_equal(object_store_put(f.store, "a",
                                      span_from(large, sizeof large), "a/b",
                                      OBJECT_ALWAYS, NULL),
                     STATUS_OK);
    assert_int_equal(timeout_ms, 20000);
    f.out.max_bytes = 650 * 1000;
    assert_int_equal(object_store_get(f.store, "a", NULL, &f.out),
                     STATUS_NOT_FOUND);
    assert_int_equal(timeout_ms, 20000);
    f.out.max_bytes = SIZE_MAX / 2; /* and at most a quarter of an hour */
    assert_int_equal(object_store_get(f.store, "a", NULL, &f.out),
                     STATUS_NOT_FOUND);
    assert_int_equal(timeout_ms, 15 * 60 * 1000);
    stop(&f);
}

/* ---- put ---- */

static void test_an_object_is_put_below_the_prefix(void **state)
{
    static const struct {
        const char *where, *line;
    } places[] = {
        {"s3://hosts/state", "PUT /hosts/state/a/b.gz HTTP/1.1"},
        {"s3://hosts/x/state/", "PUT /hosts/x/state/a/b.gz HTTP/1.1"},
        {"s3://hosts", "PUT /hosts/a/b.gz HTTP/1.1"},
        {"s3://hosts/", "PUT /hosts/a/b.gz HTTP/1.1"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(places); i++) {
        struct fixture f = {.count = 0};
        struct object_tag tag = {""};
        struct span sent;

        add_reply(&f, "200 OK", "ETag: " ETAG "\r\n", "");
        start_at(&f, places[i].where);
        assert_int_equal(
            object_store_put(f.store, "a/b.gz", span_from("he\0lo", 5),
                             "application/gzip", OBJECT_ALWAYS, &tag),
            STATUS_OK);
        assert_string_equal(tag.text, ETAG);
        assert_string_equal(object_store_reason(f.store), "");
        assert_string_equal(object_store_where(f.store), places[i].where);
        assert_line(&f, 0, places[i].line);
        assert_true(loopback_has_header(f.aws.server, 0,
                                        "Content-Type: application/gzip"));
        assert_false(loopback_has_header(f.aws.server, 0, "If-Match: "));
        assert_false(loopback_has_header(f.aws.server, 0, "If-None-Match: "));
        sent = loopback_request(f.aws.server, 0);
        assert_memory_equal(sent.ptr + sent.len - 5, "he\0lo", 5);
        stop(&f);
    }
}

static const struct {
    const char *label;
    enum object_condition condition;
    const char *header; /* that S3 is sent */
    const char *http, *code;
    enum status status;
    const char *reason;
} refusals[] = {
    {"there is such an object", OBJECT_IF_ABSENT, "If-None-Match: *",
     "412 Precondition Failed", "PreconditionFailed", STATUS_CONFLICT,
     "PreconditionFailed: No. (request r-1)"},
    {"somebody changed it", OBJECT_IF_UNCHANGED, "If-Match: " ETAG,
     "412 Precondition Failed", "PreconditionFailed", STATUS_CONFLICT,
     "PreconditionFailed: No. (request r-1)"},
    {"it is gone, which is a change", OBJECT_IF_UNCHANGED, "If-Match: " ETAG,
     "404 Not Found", "NoSuchKey", STATUS_CONFLICT,
     "NoSuchKey: No. (request r-1)"},
    {"the whole bucket is gone", OBJECT_IF_UNCHANGED, "If-Match: " ETAG,
     "404 Not Found", "NoSuchBucket", STATUS_NOT_FOUND,
     "NoSuchBucket: No. (request r-1)"},
    {"somebody is about to write it: nobody knows who wins", OBJECT_IF_ABSENT,
     "If-None-Match: *", "409 Conflict", "ConditionalRequestConflict",
     STATUS_UNAVAILABLE, "ConditionalRequestConflict: No. (request r-1)"},
    {"a store without conditional writes", OBJECT_IF_ABSENT, "If-None-Match: *",
     "501 Not Implemented", "NotImplemented", STATUS_INVALID,
     "NotImplemented: No. (request r-1)"},
    {"too many calls", OBJECT_ALWAYS, "Content-Type: a/b", "503 Slow Down",
     "SlowDown", STATUS_THROTTLED, "SlowDown: No. (request r-1)"},
    {"not ours", OBJECT_ALWAYS, "Content-Type: a/b", "403 Forbidden",
     "AccessDenied", STATUS_DENIED, "AccessDenied: No. (request r-1)"},
};

static void test_refusals_of_a_put(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        struct object_tag tag = {ETAG};
        struct fixture f = {.count = 0};

        print_message("  %s\n", refusals[i].label);
        add_refusal(&f, refusals[i].http, refusals[i].code);
        start(&f);
        assert_int_equal(object_store_put(f.store, "a", span_from("x", 1),
                                          "a/b", refusals[i].condition, &tag),
                         refusals[i].status);
        assert_string_equal(object_store_reason(f.store), refusals[i].reason);
        assert_string_equal(tag.text, ETAG);
        assert_true(loopback_has_header(f.aws.server, 0, refusals[i].header));
        assert_int_equal(loopback_requests(f.aws.server), 1);
        stop(&f);
    }
}

static void test_a_put_that_is_not_answered_may_have_been_made(void **state)
{
    struct fixture f = {.count = 0};

    (void)state;
    f.steps[f.count++] = (struct loopback_step){.end = LOOPBACK_CLOSE};
    start(&f);
    assert_int_equal(object_store_put(f.store, "a", span_from("x", 1), "a/b",
                                      OBJECT_IF_ABSENT, NULL),
                     STATUS_UNAVAILABLE);
    assert_string_not_equal(object_store_reason(f.store), "");
    stop(&f);
}

/* ---- get ---- */

static void test_an_object_is_got_unless_it_is_known(void **state)
{
    struct object_tag tag = {""};
    struct fixture f = {.count = 0};

    (void)state;
    add_reply(&f, "200 OK", "ETag: " ETAG "\r\n", "hello");
    snprintf(f.replies[1], REPLY_MAX_BYTES,
             "HTTP/1.1 304 Not Modified\r\nETag: " ETAG "\r\n\r\n");
    f.steps[f.count++] = (struct loopback_step){.reply = f.replies[1]};
    start(&f);
    strbuf_append_string(&f.out, "before ");
    assert_int_equal(object_store_get(f.store, "a/b", &tag, &f.out), STATUS_OK);
    assert_string_equal(strbuf_string(&f.out), "before hello");
    assert_string_equal(tag.text, ETAG);
    assert_line(&f, 0, "GET /hosts/state/a/b HTTP/1.1");
    assert_false(loopback_has_header(f.aws.server, 0, "If-None-Match: "));
    assert_int_equal(object_store_get(f.store, "a/b", &tag, &f.out),
                     STATUS_UNCHANGED);
    assert_true(loopback_has_header(f.aws.server, 1, "If-None-Match: " ETAG));
    assert_string_equal(strbuf_string(&f.out), "before hello");
    assert_string_equal(object_store_reason(f.store), "");
    stop(&f);
}

static void test_a_part_of_an_object_is_none(void **state)
{
    static const struct {
        const char *label, *reply;
        enum status status;
    } parts[] = {
        {"cut short",
         "HTTP/1.1 200 OK\r\nETag: " ETAG "\r\nContent-Length: 9\r\n\r\nhello",
         STATUS_UNAVAILABLE},
        {"other bytes than its ETag says",
         "HTTP/1.1 200 OK\r\nETag: " ETAG "\r\nContent-Length: 5\r\n\r\nhullo",
         STATUS_UNAVAILABLE},
        {"more than there is room for",
         "HTTP/1.1 200 OK\r\nETag: " ETAG "\r\nContent-Length: 11\r\n\r\n"
         "hello world",
         STATUS_FULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(parts); i++) {
        struct object_tag tag = {"\"old\""};
        struct fixture f = {.count = 1};

        print_message("  %s\n", parts[i].label);
        f.steps[0] = (struct loopback_step){parts[i].reply, LOOPBACK_CLOSE, 0};
        start(&f);
        f.out.max_bytes = 10;
        strbuf_append_string(&f.out, "b ");
        assert_int_equal(object_store_get(f.store, "a", &tag, &f.out),
                         parts[i].status);
        assert_string_equal(strbuf_string(&f.out), "b ");
        assert_true(strbuf_ok(&f.out));
        assert_string_equal(tag.text, "\"old\"");
        assert_string_not_equal(object_store_reason(f.store), "");
        stop(&f);
    }
}

static void test_what_is_missing_is_not_found(void **state)
{
    struct fixture f = {.count = 0};

    (void)state;
    add_refusal(&f, "404 Not Found", "NoSuchKey");
    start(&f);
    assert_int_equal(object_store_get(f.store, "a", NULL, &f.out),
                     STATUS_NOT_FOUND);
    stop(&f);
}

#define KEYS(keys) keys "<IsTruncated>false</IsTruncated>"
#define KEYS_AND_MORE(keys)                                                    \
    keys "<IsTruncated>true</IsTruncated>"                                     \
         "<NextContinuationToken>t/1</NextContinuationToken>"
#define KEY(key) "<Contents><Key>" key "</Key></Contents>"

static const struct {
    const char *label, *page;
    enum status status;
    const char *reason;
} denials[] = {
    {"it is not there, nor is anything like it", KEYS(""), STATUS_NOT_FOUND,
     "there is no such object"},
    {"it is not there, but what begins like it is", KEYS(KEY("state/a.old")),
     STATUS_NOT_FOUND, "there is no such object"},
    {"it is there, and not for us", KEYS(KEY("state/a") KEY("state/a.old")),
     STATUS_DENIED, "AccessDenied: No. (request r-1)"},
    {"we may not list either", NULL, STATUS_DENIED,
     "AccessDenied: No. (request r-1)"},
};

static void test_who_may_list_the_prefix_alone_is_told_what_is_missing(
    void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(denials); i++) {
        struct fixture f = {.count = 0};

        print_message("  %s\n", denials[i].label);
        add_refusal(&f, "403 Forbidden", "AccessDenied");
        if (denials[i].page != NULL)
            add_page(&f, denials[i].page);
        else
            add_refusal(&f, "403 Forbidden", "AllAccessDisabled");
        start(&f);
        assert_int_equal(object_store_get(f.store, "a", NULL, &f.out),
                         denials[i].status);
        assert_string_equal(object_store_reason(f.store), denials[i].reason);
        assert_line(&f, 1,
                    "GET /hosts/?encoding-type=url&list-type=2"
                    "&prefix=state%2Fa HTTP/1.1");
        stop(&f);
    }
}

/* ---- list ---- */

static bool append_key(void *arg, const char *key)
{
    struct strbuf *out = arg;

    strbuf_printf(out, "%s ", key);
    return strcmp(key, "e/stop") != 0;
}

static void test_all_pages_are_listed(void **state)
{
    struct fixture f = {.count = 0};

    (void)state;
    add_page(&f, KEYS_AND_MORE(KEY("state/e/1") KEY("state/e/dt%3D2")));
    add_page(&f, KEYS_AND_MORE(""));
    add_page(&f, KEYS(KEY("state/e/z+z")));
    start(&f);
    assert_int_equal(
        object_store_list(f.store, "e/", "e/0", append_key, &f.out), STATUS_OK);
    assert_string_equal(strbuf_string(&f.out), "e/1 e/dt=2 e/z z ");
    assert_line(&f, 0,
                "GET /hosts/?encoding-type=url&list-type=2"
                "&prefix=state%2Fe%2F&start-after=state%2Fe%2F0 HTTP/1.1");
    assert_line(&f, 2,
                "GET /hosts/?continuation-token=t%2F1&encoding-type=url"
                "&list-type=2&prefix=state%2Fe%2F HTTP/1.1");
    assert_string_equal(object_store_reason(f.store), "");
    stop(&f);
}

static const struct {
    const char *label, *where, *page, *expected;
    enum status status;
} pages[] = {
    {"nothing", "s3://hosts/state", KEYS(""), "", STATUS_OK},
    {"a bucket has no prefix", "s3://hosts", KEYS(KEY("e/1")), "e/1 ",
     STATUS_OK},
    {"what is no object of ours is passed over", "s3://hosts/state",
     KEYS(KEY("state/e/") KEY("state/e/%2Ehidden") KEY("state/e//x")
              KEY("state/e/1")),
     "e/1 ", STATUS_OK},
    {"who listens can end it", "s3://hosts/state",
     KEYS_AND_MORE(KEY("state/e/1") KEY("state/e/stop") KEY("state/e/z")),
     "e/1 e/stop ", STATUS_OK},
    {"keys of others", "s3://hosts/state", KEYS(KEY("stateful/e/1")), "",
     STATUS_INVALID},
    {"keys with another beginning", "s3://hosts/state", KEYS(KEY("state/f/1")),
     "", STATUS_INVALID},
    {"no order: a listing that cannot be gone on with", "s3://hosts/state",
     KEYS(KEY("state/e/2") KEY("state/e/1")), "e/2 ", STATUS_INVALID},
    {"twice the same", "s3://hosts/state",
     KEYS(KEY("state/e/2") KEY("state/e/2")), "e/2 ", STATUS_INVALID},
    {"a byte that ends a string", "s3://hosts/state",
     KEYS(KEY("state/e/1%002")), "", STATUS_INVALID},
};

static void test_pages(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pages); i++) {
        struct fixture f = {.count = 0};

        print_message("  %s\n", pages[i].label);
        add_page(&f, pages[i].page);
        start_at(&f, pages[i].where);
        assert_int_equal(
            object_store_list(f.store, "e/", "", append_key, &f.out),
            pages[i].status);
        assert_string_equal(strbuf_string(&f.out), pages[i].expected);
        assert_int_equal(object_store_reason(f.store)[0] != '\0',
                         pages[i].status != STATUS_OK);
        assert_int_equal(loopback_requests(f.aws.server), 1);
        stop(&f);
    }
}

/* It would go round for ever. */
static void test_a_store_that_begins_anew_is_found_out(void **state)
{
    struct fixture f = {.count = 0};

    (void)state;
    add_page(&f, KEYS_AND_MORE(KEY("state/e/1")));
    add_page(&f, KEYS_AND_MORE(KEY("state/e/1")));
    start(&f);
    assert_int_equal(object_store_list(f.store, "", "", append_key, &f.out),
                     STATUS_INVALID);
    assert_string_equal(object_store_reason(f.store),
                        "the store does not list keys in their order");
    stop(&f);
}

static void test_what_stands_before_the_start_is_found_out(void **state)
{
    struct fixture f = {.count = 0};

    (void)state;
    add_page(&f, KEYS(KEY("state/e/1")));
    start(&f);
    assert_int_equal(object_store_list(f.store, "", "e/1", append_key, &f.out),
                     STATUS_INVALID);
    assert_string_equal(strbuf_string(&f.out), "");
    stop(&f);
}

static void test_a_refused_page_ends_the_listing(void **state)
{
    struct fixture f = {.count = 0};

    (void)state;
    add_page(&f, KEYS_AND_MORE(KEY("state/e/1")));
    add_refusal(&f, "403 Forbidden", "AccessDenied");
    start(&f);
    assert_int_equal(object_store_list(f.store, "", "", append_key, &f.out),
                     STATUS_DENIED);
    assert_string_equal(strbuf_string(&f.out), "e/1 ");
    assert_string_equal(object_store_reason(f.store),
                        "AccessDenied: No. (request r-1)");
    stop(&f);
}

/* ---- the rest ---- */

static void test_calls_are_counted(void **state)
{
    const struct aws_metrics *metrics;
    struct fixture f = {.count = 0};

    (void)state;
    add_page(&f, KEYS(""));
    start(&f);
    assert_int_equal(object_store_list(f.store, "", "", append_key, &f.out),
                     STATUS_OK);
    assert_int_equal(timeout_ms, 10000);
    metrics = object_store_metrics(f.store);
    assert_non_null(metrics);
    assert_int_equal(
        metric_count(&metrics->calls[AWS_LIST_OBJECTS * AWS_METRIC_CODES +
                                     AWS_METRIC_OK]),
        1);
    stop(&f);
}

/* Once the store's call has come to a server that says nothing. */
static void *interrupt_when_asked(void *arg)
{
    struct fixture *f = arg;
    const struct timespec pause = {.tv_nsec = 1000000};
    struct patience patience = patience_for("a request");

    while (loopback_requests(f->aws.server) == 0 && patience_lasts(&patience))
        nanosleep(&pause, NULL);
    object_store_interrupt(f->store);
    return NULL;
}

static enum status put_one(struct fixture *f)
{
    return object_store_put(f->store, "a", span_from("x", 1), "a/b",
                            OBJECT_ALWAYS, NULL);
}

static enum status get_one(struct fixture *f)
{
    return object_store_get(f->store, "a", NULL, &f->out);
}

static enum status list_all(struct fixture *f)
{
    return object_store_list(f->store, "", "", append_key, &f->out);
}

static void test_a_call_under_way_can_be_interrupted(void **state)
{
    static enum status (*const calls[])(struct fixture *) = {put_one, get_one,
                                                             list_all};

    (void)state;
    for (size_t i = 0; i < COUNT(calls); i++) {
        struct fixture f = {.count = 0};
        pthread_t thread;

        start(&f);
        assert_int_equal(
            pthread_create(&thread, NULL, interrupt_when_asked, &f), 0);
        assert_int_equal(calls[i](&f), STATUS_UNAVAILABLE);
        assert_string_equal(object_store_reason(f.store), "interrupted");
        assert_int_equal(pthread_join(thread, NULL), 0);
        for (size_t j = 0; j < COUNT(calls); j++)
            assert_int_equal(calls[j](&f), STATUS_UNAVAILABLE);
        assert_int_equal(loopback_requests(f.aws.server), 1);
        stop(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_call_has_as_long_as_its_object_may_take),
        cmocka_unit_test(test_an_object_is_put_below_the_prefix),
        cmocka_unit_test(test_refusals_of_a_put),
        cmocka_unit_test(test_a_put_that_is_not_answered_may_have_been_made),
        cmocka_unit_test(test_an_object_is_got_unless_it_is_known),
        cmocka_unit_test(test_a_part_of_an_object_is_none),
        cmocka_unit_test(test_what_is_missing_is_not_found),
        cmocka_unit_test(
            test_who_may_list_the_prefix_alone_is_told_what_is_missing),
        cmocka_unit_test(test_all_pages_are_listed),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_a_store_that_begins_anew_is_found_out),
        cmocka_unit_test(test_what_stands_before_the_start_is_found_out),
        cmocka_unit_test(test_a_refused_page_ends_the_listing),
        cmocka_unit_test(test_calls_are_counted),
        cmocka_unit_test(test_a_call_under_way_can_be_interrupted),
    };

    return cmocka_run_group_tests(tests, scripted_aws_set_up_globals,
                                  scripted_aws_tear_down_globals);
}
