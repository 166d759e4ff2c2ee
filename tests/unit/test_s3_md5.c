#include "aws/s3_md5.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

/* RFC 1321, section A.5. */
#define OF_NOTHING "d41d8cd98f00b204e9800998ecf8427e"
#define OF_ABC "900150983cd24fb0d6963f7d28e17f72"

static void the_md5_is_of_all_pieces_together(void **state)
{
    char hex[S3_MD5_HEX + 1];
    struct s3_md5 md5;

    (void)state;
    s3_md5_init(&md5);
    s3_md5_add(&md5, span_from_string("a"));
    s3_md5_add(&md5, span_from("", 0));
    s3_md5_add(&md5, span_from_string("bc"));
    s3_md5_finish(&md5, hex);
    assert_string_equal(hex, OF_ABC);
}

static void an_object_without_bytes_has_an_md5_too(void **state)
{
    char hex[S3_MD5_HEX + 1];
    struct s3_md5 md5;

    (void)state;
    s3_md5_init(&md5);
    s3_md5_finish(&md5, hex);
    assert_string_equal(hex, OF_NOTHING);
}

static void where_there_is_no_md5_nothing_is_compared(void **state)
{
    struct s3_md5 md5 = {NULL};
    char hex[S3_MD5_HEX + 1] = "?";

    (void)state;
    s3_md5_add(&md5, span_from_string("abc"));
    s3_md5_finish(&md5, hex);
    assert_string_equal(hex, "");
    s3_md5_clear(&md5);
}

static const struct {
    const char *label, *hex, *etag, *encryption;
    bool contradicts;
} cases[] = {
    {"the same", OF_ABC, "\"" OF_ABC "\"", "", false},
    {"the same in capitals", OF_ABC, "\"900150983CD24FB0D6963F7D28E17F72\"", "",
     false},
    {"another", OF_NOTHING, "\"" OF_ABC "\"", "", true},
    {"another in its last digit", OF_ABC,
     "\"900150983cd24fb0d6963f7d28e17f73\"", "", true},
    {"another, under S3's own key", OF_NOTHING, "\"" OF_ABC "\"", "AES256",
     true},

    {"under a KMS key an ETag is no MD5", OF_NOTHING, "\"" OF_ABC "\"",
     "aws:kms", false},
    {"nor under two", OF_NOTHING, "\"" OF_ABC "\"", "aws:kms:dsse", false},
    {"nor that of several parts", OF_NOTHING, "\"" OF_ABC "-2\"", "", false},
    {"nor a weak one", OF_NOTHING, "W/\"" OF_ABC "\"", "", false},
    {"nor one without quotes", OF_NOTHING, OF_ABC, "", false},
    {"nor one with half of them", OF_NOTHING, "\"" OF_ABC "x", "", false},
    {"nor a longer hash", OF_NOTHING, "\"" OF_ABC OF_ABC "\"", "", false},
    {"nor other digits than hex", OF_NOTHING,
     "\"900150983cd24fb0d6963f7d28e17f7g\"", "", false},
    {"nor nothing", OF_NOTHING, "", "", false},
    {"an MD5 that is not known contradicts none", "", "\"" OF_ABC "\"", "",
     false},
};

static void an_etag_that_is_an_md5_is_that_of_the_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        printf("  %s\n", cases[i].label);
        assert_int_equal(s3_md5_contradicts(cases[i].hex,
                                            span_from_string(cases[i].etag),
                                            cases[i].encryption),
                         cases[i].contradicts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_md5_is_of_all_pieces_together),
        cmocka_unit_test(an_object_without_bytes_has_an_md5_too),
        cmocka_unit_test(where_there_is_no_md5_nothing_is_compared),
        cmocka_unit_test(an_etag_that_is_an_md5_is_that_of_the_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
