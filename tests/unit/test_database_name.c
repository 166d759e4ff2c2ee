#include "s3db/database_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define SIXTY_THREE                                                            \
    "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0"

/* fault, doubt: a part of the words; NULL: there is none. */
struct name {
    const char *label, *text, *fault, *doubt;
};

static const struct name buckets[] = {
    {"a plain name", "dyndns", NULL, NULL},
    {"dots and hyphens", "dyn-dns.example.org", NULL, NULL},
    {"digits", "1234", NULL, NULL},
    {"three characters", "abc", NULL, NULL},
    {"two", "ab", NULL, "3 to 63"},
    {"sixty-three", SIXTY_THREE, NULL, NULL},
    {"sixty-four", SIXTY_THREE "1", NULL, "3 to 63"},
    {"upper case, underscore", "Bad_Bucket", NULL, "lower-case"},
    {"an underscore", "bad_bucket", NULL, "lower-case"},
    {"a blank", "bad bucket", NULL, "lower-case"},
    {"a hyphen in front", "-bucket", NULL, "begins and ends"},
    {"a dot at the end", "bucket.", NULL, "begins and ends"},
    {"two dots", "bad..bucket", NULL, "single dots"},
    {"an address", "192.168.5.4", NULL, "IP address"},
    {"three numbers are none", "192.168.5", NULL, NULL},
    {"a reserved beginning", "xn--bucket", NULL, "keeps"},
    {"another", "sthree-bucket", NULL, "keeps"},
    {"another", "amzn-s3-demo-bucket", NULL, "keeps"},
    {"an access point's alias", "bucket-s3alias", NULL, "keeps"},
    {"another", "bucket--ol-s3", NULL, "keeps"},
    {"a multi-region one", "bucket.mrap", NULL, "keeps"},
    {"a directory bucket", "bucket--usw2-az1--x-s3", NULL, "keeps"},
    {"a URL", "s3://x/y", "without s3://", "lower-case"},
    {"a URL of the bucket alone", "s3://x", "without s3://", "lower-case"},
    {"a path", "bucket/hosts.csv", "slashes", "lower-case"},
    {"an ARN", "arn:aws:s3:::bucket", "ARN", "lower-case"},
    {"a line break", "bucket\n", "control character", "lower-case"},
};

static const struct name keys[] = {
    {"a name", "hosts.csv", NULL, NULL},
    {"a folder, blanks", "a folder/hosts v2.csv", NULL, NULL},
    {"beyond ASCII", "h\xc3\xb6sts.csv", NULL, NULL},
    {"a slash in front", "/hosts.csv", NULL, "slash"},
    {"a URL", "s3://x/hosts.csv", NULL, "s3://"},
    {"a line break", "hosts.csv\n", "control character", NULL},
    {"a carriage return", "hosts\r.csv", "control character", NULL},
    {"the last control character", "hosts\x7f", "control character", NULL},
};

static void check(const struct name *name, const char *what, const char *wanted,
                  const char *got)
{
    if ((wanted == NULL) != (got == NULL) ||
        (got != NULL && strstr(got, wanted) == NULL))
        fail_msg("%s: %s: %s", name->label, what, got == NULL ? "none" : got);
}

static void test_buckets(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(buckets); i++) {
        const struct name *name = &buckets[i];

        check(name, "fault", name->fault, database_bucket_fault(name->text));
        check(name, "doubt", name->doubt, database_bucket_doubt(name->text));
    }
}

static void test_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++) {
        const struct name *name = &keys[i];

        check(name, "fault", name->fault, database_key_fault(name->text));
        check(name, "doubt", name->doubt, database_key_doubt(name->text));
    }
}

static void test_a_key_has_an_end(void **state)
{
    char key[1024 + 2] = "";

    (void)state;
    memset(key, 'k', 1024);
    assert_null(database_key_fault(key));
    key[1024] = 'k';
    assert_non_null(strstr(database_key_fault(key), "1024"));
    assert_null(database_path_fault(key)); /* the file system knows its own */
    key[0] = '\n';
    assert_non_null(strstr(database_path_fault(key), "control character"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buckets),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_a_key_has_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
