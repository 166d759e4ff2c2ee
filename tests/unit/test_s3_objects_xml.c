#include "aws/s3_objects_xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LISTING(rest)                                                          \
    "<?xml version=\"1.0\"?>\n"                                                \
    "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"     \
    "<Name>b</Name><Prefix/><KeyCount>1</KeyCount><MaxKeys>1000</"             \
    "MaxKeys>" rest "</ListBucketResult>"
#define KEY(key)                                                               \
    "<Contents><Key>" key "</Key><LastModified>T</LastModified>"               \
    "<ETag>&quot;e&quot;</ETag><Size>1</Size></Contents>"
#define WHOLE "<IsTruncated>false</IsTruncated>"
#define TRUNCATED "<IsTruncated>true</IsTruncated>"
#define NEXT(token) "<NextContinuationToken>" token "</NextContinuationToken>"
#define ENCODED "<EncodingType>url</EncodingType>"

static const struct {
    const char *label, *text;
    enum status status;
    const char *keys; /* each in brackets */
    const char *next;
} cases[] = {
    {"none at all", LISTING(WHOLE), STATUS_OK, "", ""},
    {"keys in the document's order", LISTING(WHOLE KEY("a") KEY("b/c")),
     STATUS_OK, "[a][b/c]", ""},
    {"a page that goes on", LISTING(TRUNCATED NEXT("t/1=") KEY("a")), STATUS_OK,
     "[a]", "t/1="},
    {"an empty page may go on", LISTING(TRUNCATED NEXT("t")), STATUS_OK, "",
     "t"},
    {"the last page has no token, whatever stands there",
     LISTING(WHOLE NEXT("t") KEY("a")), STATUS_OK, "[a]", ""},
    {"encoded keys", LISTING(ENCODED WHOLE KEY("dt%3D1/a+b%2Bc%20%C3%a9")),
     STATUS_OK, "[dt=1/a b+c \xc3\xa9]", ""},
    {"keys that are not encoded keep their signs",
     LISTING(WHOLE KEY("dt%3D1/a+b &amp; c")), STATUS_OK, "[dt%3D1/a+b & c]",
     ""},
    {"blanks are a part of a key", LISTING(WHOLE KEY(" a ")), STATUS_OK,
     "[ a ]", ""},
    {"folders are passed over",
     LISTING(WHOLE KEY("a") "<CommonPrefixes><Prefix>b/</Prefix>"
                            "</CommonPrefixes>"),
     STATUS_OK, "[a]", ""},
    {"where to go on is missing", LISTING(TRUNCATED KEY("a")), STATUS_INVALID,
     NULL, NULL},
    {"whether it goes on is missing", LISTING(KEY("a")), STATUS_INVALID, NULL,
     NULL},
    {"whether it goes on is no word",
     LISTING("<IsTruncated>perhaps</IsTruncated>" NEXT("t")), STATUS_INVALID,
     NULL, NULL},
    {"an object without a key", LISTING(WHOLE "<Contents/>"), STATUS_INVALID,
     NULL, NULL},
    {"an object with an empty key", LISTING(WHOLE KEY("")), STATUS_INVALID,
     NULL, NULL},
    {"an encoding that nobody knows",
     LISTING("<EncodingType>base64</EncodingType>" WHOLE KEY("a")),
     STATUS_INVALID, NULL, NULL},
    {"a sign without digits", LISTING(ENCODED WHOLE KEY("a%")), STATUS_INVALID,
     NULL, NULL},
    {"a sign with one digit", LISTING(ENCODED WHOLE KEY("a%4")), STATUS_INVALID,
     NULL, NULL},
    {"a sign with other letters", LISTING(ENCODED WHOLE KEY("a%4g")),
     STATUS_INVALID, NULL, NULL},
    {"a listing of versions",
     "<ListVersionsResult><IsTruncated>false</IsTruncated>"
     "</ListVersionsResult>",
     STATUS_INVALID, NULL, NULL},
    {"cut short", "<ListBucketResult><IsTruncated>false</IsTruncated>",
     STATUS_INVALID, NULL, NULL},
    {"a portal's page", "<html><body>Welcome</body></html>", STATUS_INVALID,
     NULL, NULL},
};

static void describe(const struct s3_objects *page, char out[200])
{
    out[0] = '\0';
    for (size_t i = 0; i < page->count; i++) {
        size_t len = strlen(out);

        snprintf(out + len, 200 - len, "[%.*s]", (int)page->keys[i].len,
                 page->keys[i].ptr);
    }
}

static void test_pages(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct s3_objects page;
        char keys[200];

        print_message("  %s\n", cases[i].label);
        assert_int_equal(
            s3_objects_xml_read(&page, span_from_string(cases[i].text)),
            cases[i].status);
        if (cases[i].status != STATUS_OK)
            continue;
        describe(&page, keys);
        assert_string_equal(keys, cases[i].keys);
        assert_true(span_is(page.next, cases[i].next));
        s3_objects_xml_clear(&page);
    }
}

static enum status read_with_token(size_t len)
{
    struct s3_objects page;
    enum status status;
    char *text, *token = calloc(1, len + 1);

    assert_non_null(token);
    memset(token, 't', len);
    assert_true(asprintf(&text, LISTING(TRUNCATED NEXT("%s")), token) > 0);
    status = s3_objects_xml_read(&page, span_from_string(text));
    if (status == STATUS_OK)
        s3_objects_xml_clear(&page);
    free(text);
    free(token);
    return status;
}

static void test_a_token_has_its_limit(void **state)
{
    (void)state;
    assert_int_equal(read_with_token(S3_TOKEN_MAX), STATUS_OK);
    assert_int_equal(read_with_token(S3_TOKEN_MAX + 1), STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_a_token_has_its_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
