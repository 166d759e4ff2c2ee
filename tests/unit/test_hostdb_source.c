#include "s3db/hostdb_source.h"

#include "aws/s3.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define GOOD "a.example.org,t1\nb.example.org,t2\n"
#define OTHER "a.example.org,t1\nb.example.org,t2\nc.example.org,t3\n"
#define BROKEN "a.example.org,t1\nb.example.org,\"t2\n"

/* ---- what the source told ---- */

static struct {
    int calls;
    enum status status;
    struct hostdb *db;
    struct hostdb_source_report report; /* its texts below */
    char where[128], version[160], reason[256], advice[256], code[64], id[64];
    char unknown[256], repeated[256];
    int faults_told;
    size_t last_fault_line;
} told;

static void copy(char *out, size_t size, const char *text)
{
    assert_non_null(text);
    snprintf(out, size, "%s", text);
}

static void on_loaded(void *arg, enum status status, struct hostdb *db,
                      const struct hostdb_source_report *report)
{
    assert_ptr_equal(arg, &told);
    assert_true((db != NULL) == (status == STATUS_OK));
    told.calls++;
    told.status = status;
    hostdb_release(told.db);
    told.db = db;
    told.report = *report;
    copy(told.where, sizeof told.where, report->where);
    copy(told.version, sizeof told.version, report->version);
    copy(told.reason, sizeof told.reason, report->reason);
    copy(told.advice, sizeof told.advice, report->advice);
    copy(told.code, sizeof told.code, report->code);
    copy(told.id, sizeof told.id, report->request_id);
    copy(told.unknown, sizeof told.unknown, report->columns_unknown);
    copy(told.repeated, sizeof told.repeated, report->columns_repeated);
}

static void on_fault(void *arg, const struct hostdb_csv_fault *fault)
{
    assert_ptr_equal(arg, &told);
    told.faults_told++;
    told.last_fault_line = fault->line;
}

static int forget(void **state)
{
    (void)state;
    hostdb_release(told.db);
    memset(&told, 0, sizeof told);
    return 0;
}

/* ---- an S3 that does what it is told; stands in for aws/s3.c ---- */

static struct {
    int requests;
    enum status refuse; /* the call itself fails */
    char bucket[64], key[64], if_none_match[160];
    s3_chunk_fn *chunk;
    s3_done_fn *done;
    void *arg;
} s3;

enum status s3_get_object(struct aws_client *client, const char *bucket,
                          const char *key, struct span if_none_match,
                          long timeout_ms, s3_chunk_fn *chunk, s3_done_fn *done,
                          void *arg)
{
    assert_ptr_equal(client, (struct aws_client *)&s3);
    assert_in_range(timeout_ms, 1, 15 * 60 * 1000);
    s3.requests++;
    if (s3.refuse != STATUS_OK)
        return s3.refuse;
    copy(s3.bucket, sizeof s3.bucket, bucket);
    copy(s3.key, sizeof s3.key, key);
    snprintf(s3.if_none_match, sizeof s3.if_none_match, "%.*s",
             (int)if_none_match.len, if_none_match.ptr);
    s3.chunk = chunk;
    s3.done = done;
    s3.arg = arg;
    return STATUS_OK;
}

/* The request in hand is answered with an object, in two pieces. */
static void s3_answers(const char *csv, const char *etag)
{
    struct aws_reply reply = {
        .status = STATUS_OK, .condition = AWS_WELL, .http_status = 200};
    size_t half = strlen(csv) / 2;

    reply.status = s3.chunk(s3.arg, span_from(csv, half));
    if (reply.status == STATUS_OK)
        reply.status =
            s3.chunk(s3.arg, span_from(csv + half, strlen(csv) - half));
    s3.done(s3.arg, &reply, span_from_string(etag));
}

static void s3_fails(enum status status, long http_status, const char *code)
{
    struct aws_reply reply = {
        .status = status,
        .condition = status == STATUS_UNCHANGED ? AWS_WELL : AWS_UNREACHABLE,
        .http_status = http_status};

    copy(reply.code, sizeof reply.code, code);
    copy(reply.message, sizeof reply.message, "the words of S3");
    copy(reply.request_id, sizeof reply.request_id, "ID42");
    s3.done(s3.arg, &reply, span_from_string(""));
}

static struct hostdb_source *new_s3_source(void)
{
    struct hostdb_source *source =
        hostdb_source_new((struct aws_client *)&s3, "bucket.example.org",
                          "hosts.csv", on_fault, &told);

    assert_non_null(source);
    return source;
}

static void load(struct hostdb_source *source)
{
    int calls = told.calls;

    assert_int_equal(hostdb_source_load(source, on_loaded, &told), STATUS_OK);
    assert_int_equal(told.calls, calls); /* never before it has returned */
    assert_true(hostdb_source_is_loading(source));
}

/* A load from S3 that finds this object. */
static void load_object(struct hostdb_source *source, const char *csv,
                        const char *etag)
{
    load(source);
    s3_answers(csv, etag);
    assert_false(hostdb_source_is_loading(source));
}

/* ---- S3 ---- */

static void test_s3_object_becomes_a_table(void **state)
{
    struct hostdb_source *source = new_s3_source();

    (void)state;
    load(source);
    assert_string_equal(s3.bucket, "bucket.example.org");
    assert_string_equal(s3.key, "hosts.csv");
    assert_string_equal(s3.if_none_match, "");
    assert_false(hostdb_source_step(source));
    s3_answers(GOOD, "\"e1\"");
    assert_int_equal(told.status, STATUS_OK);
    assert_int_equal(hostdb_count(told.db), 2);
    assert_string_equal(told.where, "s3://bucket.example.org/hosts.csv");
    assert_string_equal(told.version, "\"e1\"");
    assert_int_equal(told.report.hosts, 2);
    assert_int_equal(told.report.faults, 0);
    assert_int_equal(told.report.bytes, sizeof GOOD - 1);
    assert_string_equal(told.reason, "");
    hostdb_source_free(source);
}

static void test_s3_columns_that_are_ignored_are_told(void **state)
{
    struct hostdb_source *source = new_s3_source();

    (void)state;
    load_object(source, "\nhostname,token,x,ttl,y,ttl\n" GOOD, "\"e1\"");
    assert_int_equal(told.status, STATUS_OK);
    assert_int_equal(told.report.header_line, 2);
    assert_string_equal(told.unknown, "x, y");
    assert_string_equal(told.repeated, "ttl");
    load_object(source, GOOD, "\"e2\"");
    assert_int_equal(told.status, STATUS_OK);
    assert_int_equal(told.report.header_line, 0);
    assert_string_equal(told.unknown, "");
    assert_string_equal(told.repeated, "");
    hostdb_source_free(source);
}

static void test_s3_not_modified_is_unchanged(void **state)
{
    struct hostdb_source *source = new_s3_source();

    (void)state;
    load_object(source, GOOD, "\"e1\"");
    load(source);
    assert_string_equal(s3.if_none_match, "\"e1\"");
    s3_fails(STATUS_UNCHANGED, 304, "");
    assert_int_equal(told.status, STATUS_UNCHANGED);
    assert_string_equal(told.version, "\"e1\"");
    assert_string_equal(told.reason, "");
    hostdb_source_free(source);
}

static void test_s3_new_version_is_delivered(void **state)
{
    struct hostdb_source *source = new_s3_source();

    (void)state;
    load_object(source, GOOD, "\"e1\"");
    load_object(source, OTHER, "\"e2\"");
    assert_int_equal(told.status, STATUS_OK);
    assert_int_equal(hostdb_count(told.db), 3);
    load(source);
    assert_string_equal(s3.if_none_match, "\"e2\"");
    s3_fails(STATUS_UNCHANGED, 304, "");
    hostdb_source_free(source);
}

static void test_s3_broken_version_stays_broken(void **state)
{
    struct hostdb_source *source = new_s3_source();

    (void)state;
    load_object(source, GOOD, "\"e1\"");
    load_object(source, BROKEN, "\"e2\"");
    assert_int_equal(told.status, STATUS_INVALID);
    assert_int_equal(told.report.line, 2);
    assert_non_null(strstr(told.reason, "double quote"));
    assert_non_null(strstr(told.advice, "upload-database"));
    assert_string_equal(told.version, "\"e2\"");
    assert_false(told.report.repeated);

    load(source);
    assert_string_equal(s3.if_none_match, "\"e2\"");
    s3_fails(STATUS_UNCHANGED, 304, "");
    assert_int_equal(told.status, STATUS_INVALID);
    assert_int_equal(told.report.line, 2);
    assert_non_null(strstr(told.reason, "double quote"));
    assert_string_equal(told.version, "\"e2\"");
    assert_true(told.report.repeated);
    hostdb_source_free(source);
}

static void test_s3_version_put_back_after_a_broken_one(void **state)
{
    struct hostdb_source *source = new_s3_source();

    (void)state;
    load_object(source, GOOD, "\"e1\"");
    load_object(source, BROKEN, "\"e2\"");
    load_object(source, GOOD, "\"e1\"");
    assert_int_equal(told.status, STATUS_UNCHANGED);
    assert_string_equal(told.version, "\"e1\"");
    load(source);
    assert_string_equal(s3.if_none_match, "\"e1\"");
    s3_fails(STATUS_UNCHANGED, 304, "");
    assert_int_equal(told.status, STATUS_UNCHANGED);
    hostdb_source_free(source);
}

static void test_s3_corrected_version_is_delivered(void **state)
{
    struct hostdb_source *source = new_s3_source();

    (void)state;
    load_object(source, BROKEN, "\"e1\"");
    load_object(source, GOOD, "\"e2\"");
    assert_int_equal(told.status, STATUS_OK);
    load(source);
    s3_fails(STATUS_UNCHANGED, 304, "");
    assert_int_equal(told.status, STATUS_UNCHANGED);
    hostdb_source_free(source);
}

static void test_s3_object_without_a_host_is_broken(void **state)
{
    struct hostdb_source *source = new_s3_source();

    (void)state;
    load_object(source, "", "\"e1\"");
    assert_int_equal(told.status, STATUS_INVALID);
    assert_string_equal(told.reason, "there is no host in it");
    assert_int_equal(told.report.line, 0);
    hostdb_source_free(source);
}

static void test_s3_refusal_is_told_and_forgotten(void **state)
{
    struct hostdb_source *source = new_s3_source();

    (void)state;
    load_object(source, GOOD, "\"e1\"");
    load(source);
    s3_fails(STATUS_DENIED, 403, "AccessDenied");
    assert_int_equal(told.status, STATUS_DENIED);
    assert_string_equal(told.code, "AccessDenied");
    assert_string_equal(told.id, "ID42");
    assert_string_equal(told.reason, "the words of S3");
    assert_non_null(strstr(told.advice, "s3:ListBucket"));
    load(source);
    assert_string_equal(s3.if_none_match, "\"e1\"");
    s3_fails(STATUS_UNCHANGED, 304, "");
    assert_int_equal(told.status, STATUS_UNCHANGED);
    hostdb_source_free(source);
}

static void test_s3_body_cut_short_is_no_version(void **state)
{
    struct aws_reply reply = {.status = STATUS_UNAVAILABLE, .http_status = 200};
    struct hostdb_source *source = new_s3_source();

    (void)state;
    load(source);
    assert_int_equal(s3.chunk(s3.arg, span_from_string(GOOD)), STATUS_OK);
    s3.done(s3.arg, &reply, span_from_string("\"e1\""));
    assert_int_equal(told.status, STATUS_UNAVAILABLE);
    load(source);
    assert_string_equal(s3.if_none_match, "");
    s3_answers(GOOD, "\"e1\"");
    assert_int_equal(told.status, STATUS_OK);
    hostdb_source_free(source);
}

/* What s3.h says of a gateway's page, which has no ETag. */
static const struct aws_reply distrusted = {.status = STATUS_UNAVAILABLE,
                                            .condition = AWS_FAILING,
                                            .http_status = 200,
                                            .message = "the reply has no ETag"};

static void test_s3_reply_that_is_not_trusted_says_nothing_about_the_csv(
    void **state)
{
    struct hostdb_source *source = new_s3_source();

    (void)state;
    load_object(source, GOOD, "\"e1\"");
    load(source);
    assert_int_equal(s3.chunk(s3.arg, span_from_string("a,\"t\"x\n")),
                     STATUS_INVALID);
    s3.done(s3.arg, &distrusted, span_from_string(""));
    assert_int_equal(told.status, STATUS_UNAVAILABLE);
    assert_int_equal(told.report.condition, AWS_FAILING);
    assert_non_null(strstr(told.reason, "no ETag"));
    load(source);
    assert_string_equal(s3.if_none_match, "\"e1\"");
    s3_fails(STATUS_UNCHANGED, 304, "");
    assert_int_equal(told.status, STATUS_UNCHANGED);
    hostdb_source_free(source);
}

static void test_what_a_load_shows_of_s3(void **state)
{
    struct hostdb_source *source = new_s3_source();

    (void)state;
    load_object(source, GOOD, "\"e1\"");
    assert_int_equal(told.report.condition, AWS_WELL);
    load(source);
    s3_fails(STATUS_UNCHANGED, 304, "");
    assert_int_equal(told.report.condition, AWS_WELL);
    load(source);
    s3_fails(STATUS_UNAVAILABLE, 0, "");
    assert_int_equal(told.report.condition, AWS_UNREACHABLE);
    /* A broken text is not S3's fault, neither now nor when it stands. */
    load_object(source, BROKEN, "\"e2\"");
    assert_int_equal(told.report.condition, AWS_WELL);
    load(source);
    s3_fails(STATUS_UNCHANGED, 304, "");
    assert_true(told.report.repeated);
    assert_int_equal(told.report.condition, AWS_WELL);
    load(source);
    s3.done(s3.arg, &distrusted, span_from_string(""));
    assert_int_equal(told.report.condition, AWS_FAILING);
    hostdb_source_free(source);
}

static void test_faults_are_told_up_to_a_ceiling(void **state)
{
    enum { ROWS = HOST_SOURCE_MAX_FAULTS_TOLD + 5 };
    struct hostdb_source *source = new_s3_source();
    char csv[ROWS * 4 + sizeof GOOD] = GOOD;

    (void)state;
    for (int i = 0; i < ROWS; i++)
        strcat(csv, "x,t\n");
    load_object(source, csv, "\"e1\"");
    assert_int_equal(told.status, STATUS_OK);
    assert_int_equal(told.report.hosts, 2);
    assert_int_equal(told.report.faults, ROWS);
    assert_int_equal(told.faults_told, HOST_SOURCE_MAX_FAULTS_TOLD);
    assert_int_equal(told.last_fault_line, 2 + HOST_SOURCE_MAX_FAULTS_TOLD);
    load_object(source, csv, "\"e2\"");
    assert_int_equal(told.faults_told, 2 * HOST_SOURCE_MAX_FAULTS_TOLD);
    hostdb_source_free(source);
}

static void test_one_load_at_a_time(void **state)
{
    struct hostdb_source *source = new_s3_source();

    (void)state;
    load(source);
    assert_int_equal(hostdb_source_load(source, on_loaded, &told), STATUS_BUSY);
    s3_answers(GOOD, "\"e1\"");
    load(source);
    hostdb_source_free(source); /* as after aws_client_free() */
    assert_int_equal(told.calls, 1);
}

static void test_a_load_that_cannot_start_is_none(void **state)
{
    struct hostdb_source *source = new_s3_source();

    (void)state;
    s3.refuse = STATUS_NOMEM;
    assert_int_equal(hostdb_source_load(source, on_loaded, &told),
                     STATUS_NOMEM);
    s3.refuse = STATUS_OK;
    assert_false(hostdb_source_is_loading(source));
    load_object(source, GOOD, "\"e1\"");
    assert_int_equal(told.calls, 1);
    hostdb_source_free(source);
}

static void load_again(void *arg, enum status status, struct hostdb *db,
                       const struct hostdb_source_report *report)
{
    struct hostdb_source *source = arg;

    (void)status;
    (void)report;
    hostdb_release(db);
    assert_int_equal(hostdb_source_load(source, on_loaded, &told), STATUS_OK);
}

static void test_the_callback_may_start_the_next_load(void **state)
{
    struct hostdb_source *source = new_s3_source();

    (void)state;
    assert_int_equal(hostdb_source_load(source, load_again, source), STATUS_OK);
    s3_answers(GOOD, "\"e1\"");
    assert_true(hostdb_source_is_loading(source));
    s3_answers(OTHER, "\"e2\"");
    assert_int_equal(told.status, STATUS_OK);
    assert_int_equal(hostdb_count(told.db), 3);
    hostdb_source_free(source);
}

/* ---- a local file ---- */

static char *path;

static int set_up(void **state)
{
    if (scratch_folder_set_up(state) != 0)
        return -1;
    path = scratch_path("hosts.csv");
    return 0;
}

static void write_file(const char *csv, size_t len)
{
    scratch_write("hosts.csv", span_from(csv, len));
}

static struct hostdb_source *new_file_source(void)
{
    struct hostdb_source *source =
        hostdb_source_new(NULL, NULL, path, on_fault, &told);

    assert_non_null(source);
    return source;
}

static int load_file(struct hostdb_source *source)
{
    int steps = 1;

    load(source);
    while (hostdb_source_step(source))
        steps++;
    assert_false(hostdb_source_is_loading(source));
    return steps;
}

static void test_file_becomes_a_table(void **state)
{
    struct hostdb_source *source = new_file_source();

    (void)state;
    write_file(GOOD, sizeof GOOD - 1);
    assert_false(hostdb_source_step(source)); /* nothing is asked for yet */
    load_file(source);
    assert_int_equal(told.status, STATUS_OK);
    assert_int_equal(told.report.hosts, 2);
    assert_int_equal(told.report.bytes, sizeof GOOD - 1);
    assert_string_equal(told.where, path);
    assert_string_not_equal(told.version, "");
    assert_int_equal(told.report.condition, AWS_NOT_ASKED);
    hostdb_source_free(source);
}

static void test_file_untouched_is_unchanged(void **state)
{
    struct hostdb_source *source = new_file_source();

    (void)state;
    write_file(GOOD, sizeof GOOD - 1);
    load_file(source);
    load_file(source);
    assert_int_equal(told.status, STATUS_UNCHANGED);
    write_file(GOOD, sizeof GOOD - 1);
    load_file(source);
    assert_int_equal(told.status, STATUS_OK);
    hostdb_source_free(source);
}

static void test_file_broken_stays_broken_until_it_changes(void **state)
{
    struct hostdb_source *source = new_file_source();

    (void)state;
    write_file(GOOD, sizeof GOOD - 1);
    load_file(source);
    write_file(BROKEN, sizeof BROKEN - 1);
    load_file(source);
    assert_int_equal(told.status, STATUS_INVALID);
    assert_int_equal(told.report.line, 2);
    assert_false(told.report.repeated);
    load_file(source);
    assert_int_equal(told.status, STATUS_INVALID);
    assert_int_equal(told.report.line, 2);
    assert_int_equal(told.report.bytes, 0);
    assert_true(told.report.repeated);
    write_file(OTHER, sizeof OTHER - 1);
    load_file(source);
    assert_int_equal(told.status, STATUS_OK);
    hostdb_source_free(source);
}

static void test_file_large_takes_several_steps(void **state)
{
    enum { ROWS = 30000, ROW_BYTES = sizeof "h00000.example.org,0123456789\n" };
    struct hostdb_source *source = new_file_source();
    char *csv = malloc(ROWS * ROW_BYTES);
    size_t len = 0;

    (void)state;
    assert_non_null(csv);
    for (int i = 0; i < ROWS; i++)
        len += (size_t)snprintf(csv + len, ROW_BYTES,
                                "h%05d.example.org,0123456789\n", i);
    write_file(csv, len);
    free(csv);
    assert_in_range(load_file(source), 3, 10);
    assert_int_equal(told.status, STATUS_OK);
    assert_int_equal(told.report.hosts, ROWS);
    assert_int_equal(told.report.bytes, len);
    hostdb_source_free(source);
}

static void append_to_file(void)
{
    FILE *file = fopen(path, "a");

    assert_non_null(file);
    assert_int_equal(fputs("z.example.org,t9\n", file) == EOF, false);
    assert_int_equal(fclose(file), 0);
}

static void test_file_written_to_while_read_is_not_taken(void **state)
{
    enum { BYTES = 1024 * 1024 };
    struct hostdb_source *source = new_file_source();
    char *csv = malloc(BYTES);

    (void)state;
    assert_non_null(csv);
    memset(csv, '\n', BYTES);
    memcpy(csv, GOOD, sizeof GOOD - 1);
    write_file(csv, BYTES);
    free(csv);
    load(source);
    assert_true(hostdb_source_step(source));
    append_to_file();
    while (hostdb_source_step(source))
        ;
    assert_int_equal(told.status, STATUS_UNAVAILABLE);
    assert_string_equal(told.reason, "it changed while it was read");
    load_file(source);
    assert_int_equal(told.status, STATUS_OK);
    assert_int_equal(told.report.hosts, 3);
    hostdb_source_free(source);
}

static void test_file_missing(void **state)
{
    struct hostdb_source *source = new_file_source();

    (void)state;
    unlink(path);
    load_file(source);
    assert_int_equal(told.status, STATUS_NOT_FOUND);
    assert_string_equal(told.reason, "there is no such file");
    assert_non_null(strstr(told.advice, "DYNDNS_DATABASE"));
    assert_string_equal(told.version, "");
    hostdb_source_free(source);
}

static void test_file_that_is_none(void **state)
{
    struct hostdb_source *source =
        hostdb_source_new(NULL, NULL, scratch_path("."), NULL, NULL);

    (void)state;
    load_file(source);
    assert_int_equal(told.status, STATUS_INVALID);
    assert_string_equal(told.reason, "it is not a regular file");
    hostdb_source_free(source);

    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    source = new_file_source();
    load_file(source);
    assert_int_equal(told.status, STATUS_INVALID);
    hostdb_source_free(source);
    unlink(path);
}

static void test_file_load_given_up_half_way(void **state)
{
    struct hostdb_source *source = new_file_source();
    char *csv = calloc(1, 512 * 1024);

    (void)state;
    memset(csv, '\n', 512 * 1024);
    write_file(csv, 512 * 1024);
    free(csv);
    load(source);
    assert_true(hostdb_source_step(source));
    hostdb_source_free(source);
    hostdb_source_free(NULL);
    assert_int_equal(told.calls, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_s3_object_becomes_a_table, forget),
        cmocka_unit_test_teardown(test_s3_columns_that_are_ignored_are_told,
                                  forget),
        cmocka_unit_test_teardown(test_s3_not_modified_is_unchanged, forget),
        cmocka_unit_test_teardown(test_s3_new_version_is_delivered, forget),
        cmocka_unit_test_teardown(test_s3_broken_version_stays_broken, forget),
        cmocka_unit_test_teardown(test_s3_version_put_back_after_a_broken_one,
                                  forget),
        cmocka_unit_test_teardown(test_s3_corrected_version_is_delivered,
                                  forget),
        cmocka_unit_test_teardown(test_s3_object_without_a_host_is_broken,
                                  forget),
        cmocka_unit_test_teardown(test_s3_refusal_is_told_and_forgotten,
                                  forget),
        cmocka_unit_test_teardown(test_s3_body_cut_short_is_no_version, forget),
        cmocka_unit_test_teardown(
            test_s3_reply_that_is_not_trusted_says_nothing_about_the_csv,
            forget),
        cmocka_unit_test_teardown(test_what_a_load_shows_of_s3, forget),
        cmocka_unit_test_teardown(test_faults_are_told_up_to_a_ceiling, forget),
        cmocka_unit_test_teardown(test_one_load_at_a_time, forget),
        cmocka_unit_test_teardown(test_a_load_that_cannot_start_is_none,
                                  forget),
        cmocka_unit_test_teardown(test_the_callback_may_start_the_next_load,
                                  forget),
        cmocka_unit_test_teardown(test_file_becomes_a_table, forget),
        cmocka_unit_test_teardown(test_file_untouched_is_unchanged, forget),
        cmocka_unit_test_teardown(
            test_file_broken_stays_broken_until_it_changes, forget),
        cmocka_unit_test_teardown(test_file_large_takes_several_steps, forget),
        cmocka_unit_test_teardown(test_file_written_to_while_read_is_not_taken,
                                  forget),
        cmocka_unit_test_teardown(test_file_missing, forget),
        cmocka_unit_test_teardown(test_file_that_is_none, forget),
        cmocka_unit_test_teardown(test_file_load_given_up_half_way, forget),
    };

    return cmocka_run_group_tests(tests, set_up, scratch_folder_tear_down);
}
