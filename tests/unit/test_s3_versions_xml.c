#include "aws/s3_versions_xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LISTING(truncated, rest)                                               \
    "<?xml version=\"1.0\"?>\n"                                                \
    "<ListVersionsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"   \
    "<Name>b</Name><Prefix>k</Prefix><KeyMarker/><MaxKeys>100</MaxKeys>"       \
    "<IsTruncated>" truncated "</IsTruncated>" rest "</ListVersionsResult>"
#define VERSION(key, id, latest)                                               \
    "<Version><Key>" key "</Key><VersionId>" id "</VersionId>"                 \
    "<IsLatest>" latest "</IsLatest><LastModified>T</LastModified>"            \
    "<ETag>&quot;" id "&quot;</ETag><Size>1</Size></Version>"
#define MARKER(key, id, latest)                                                \
    "<DeleteMarker><Key>" key "</Key><VersionId>" id "</VersionId>"            \
    "<IsLatest>" latest "</IsLatest><LastModified>T</LastModified>"            \
    "</DeleteMarker>"
#define NEXT(key, version)                                                     \
    "<NextKeyMarker>" key "</NextKeyMarker>"                                   \
    "<NextVersionIdMarker>" version "</NextVersionIdMarker>"

static const struct {
    const char *label, *text;
    enum status status;
    const char *read; /* ids, '*' behind the latest, '-' behind a marker */
    const char *next;
} cases[] = {
    {"none at all", LISTING("false", ""), STATUS_OK, "", ""},
    {"the newest comes first",
     LISTING("false", VERSION("k", "v2", "true") VERSION("k", "v1", "false")),
     STATUS_OK, "v2* v1 ", ""},
    {"versions and delete markers are mixed",
     LISTING("false",
             MARKER("k", "d2", "true") VERSION("k", "v1", "false")
                 MARKER("k", "d1", "false") VERSION("k", "v0", "false")),
     STATUS_OK, "d2*- v1 d1- v0 ", ""},
    {"keys that begin like ours are others",
     LISTING("false", VERSION("k", "v1", "true") VERSION("kk", "v2", "true")),
     STATUS_OK, "v1* ", ""},
    {"ours has none, but one that begins like it has",
     LISTING("false", VERSION("k.etag", "v2", "true")), STATUS_OK, "", ""},
    {"blanks are a part of a key",
     LISTING("false", VERSION("k ", "v2", "true")), STATUS_OK, "", ""},
    {"a page that goes on",
     LISTING("true", NEXT("k", "v2") VERSION("k", "v2", "true")), STATUS_OK,
     "v2* ", "v2"},
    {"a page that goes on with other keys",
     LISTING("true", NEXT("kk", "x") VERSION("k", "v2", "true")
                         VERSION("kk", "x", "true")),
     STATUS_OK, "v2* ", ""},
    {"a page that ends with other keys",
     LISTING("true", NEXT("k", "v9") VERSION("k", "v2", "true")
                         VERSION("kk", "x", "true")),
     STATUS_OK, "v2* ", ""},
    {"where to go on is missing",
     LISTING("true", "<NextKeyMarker>k</NextKeyMarker>"), STATUS_INVALID, NULL,
     NULL},
    {"whether it goes on is missing", LISTING("perhaps", ""), STATUS_INVALID,
     NULL, NULL},
    {"a version without an id", LISTING("false", VERSION("k", "", "true")),
     STATUS_INVALID, NULL, NULL},
    {"a version of which nobody knows whether it is the latest",
     LISTING("false", VERSION("k", "v1", "")), STATUS_INVALID, NULL, NULL},
    {"a version without an ETag",
     LISTING("false", "<Version><Key>k</Key><VersionId>v1</VersionId>"
                      "<IsLatest>true</IsLatest></Version>"),
     STATUS_INVALID, NULL, NULL},
    {"a listing of objects",
     "<ListBucketResult><IsTruncated>false"
     "</IsTruncated></ListBucketResult>",
     STATUS_INVALID, NULL, NULL},
    {"cut short", "<ListVersionsResult><IsTruncated>false</IsTruncated>",
     STATUS_INVALID, NULL, NULL},
    {"a portal's page", "<html><body>Welcome</body></html>", STATUS_INVALID,
     NULL, NULL},
};

static void describe(const struct s3_versions *page, char out[200])
{
    out[0] = '\0';
    for (size_t i = 0; i < page->count; i++) {
        const struct s3_version *version = &page->versions[i];
        size_t len = strlen(out);

        snprintf(out + len, 200 - len, "%.*s%s%s ", (int)version->id.len,
                 version->id.ptr, version->is_latest ? "*" : "",
                 version->is_delete_marker ? "-" : "");
    }
}

static void test_pages(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct s3_versions page;
        char read[200];

        print_message("  %s\n", cases[i].label);
        assert_int_equal(
            s3_versions_xml_read(&page, span_from_string(cases[i].text), "k"),
            cases[i].status);
        if (cases[i].status != STATUS_OK)
            continue;
        describe(&page, read);
        assert_string_equal(read, cases[i].read);
        assert_true(span_is(page.next.version, cases[i].next));
        s3_versions_xml_clear(&page);
    }
}

static void test_what_is_said_of_a_version(void **state)
{
    struct s3_versions page;

    (void)state;
    assert_int_equal(
        s3_versions_xml_read(
            &page,
            span_from_string(LISTING("false", VERSION("k", "v1", "true"))),
            "k"),
        STATUS_OK);
    assert_true(span_is(page.versions[0].etag, "\"v1\""));
    assert_true(span_is(page.versions[0].modified, "T"));
    s3_versions_xml_clear(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_what_is_said_of_a_version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
