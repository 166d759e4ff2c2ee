#include "s3db/s3_advice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *label, *code;
    enum status status;
    long http_status;
    enum s3_use use;
    const char *names; /* what the advice must speak of; NULL: none is given */
} cases[] = {
    {"a missing bucket", "NoSuchBucket", STATUS_NOT_FOUND, 404, S3_USE_READ,
     "DYNDNS_BUCKET"},
    {"a missing object can be uploaded", "NoSuchKey", STATUS_NOT_FOUND, 404,
     S3_USE_READ, "dyndb upload-database"},
    {"a missing object without a body", "", STATUS_NOT_FOUND, 404, S3_USE_READ,
     "dyndb upload-database"},
    {"403 on reading may mean that there is none", "AccessDenied",
     STATUS_DENIED, 403, S3_USE_READ, "s3:ListBucket"},
    {"403 on reading", "AccessDenied", STATUS_DENIED, 403, S3_USE_READ,
     "s3:GetObject"},
    {"403 on writing", "AccessDenied", STATUS_DENIED, 403, S3_USE_WRITE,
     "s3:PutObject"},
    {"403 on listing versions", "AccessDenied", STATUS_DENIED, 403,
     S3_USE_LIST_VERSIONS, "s3:ListBucketVersions"},
    {"403 on reading a version", "AccessDenied", STATUS_DENIED, 403,
     S3_USE_READ_VERSION, "s3:GetObjectVersion"},
    {"a version that has gone", "NoSuchVersion", STATUS_NOT_FOUND, 404,
     S3_USE_READ_VERSION, "try again"},
    {"a store without versions", "NotImplemented", STATUS_INVALID, 501,
     S3_USE_LIST_VERSIONS, "no versions"},
    {"a missing bucket without a body", "", STATUS_NOT_FOUND, 404,
     S3_USE_LIST_VERSIONS, "DYNDNS_BUCKET"},
    {"an unknown key id", "InvalidAccessKeyId", STATUS_DENIED, 403, S3_USE_READ,
     "AWS_ACCESS_KEY_ID"},
    {"a wrong secret", "SignatureDoesNotMatch", STATUS_DENIED, 403,
     S3_USE_WRITE, "AWS_SECRET_ACCESS_KEY"},
    {"an old session", "ExpiredToken", STATUS_DENIED, 400, S3_USE_READ,
     "AWS_SESSION_TOKEN"},
    {"a wrong clock", "RequestTimeTooSkewed", STATUS_DENIED, 403, S3_USE_READ,
     "clock"},
    {"a wrong region", "AuthorizationHeaderMalformed", STATUS_INVALID, 400,
     S3_USE_READ, "AWS_REGION"},
    {"an object in an archive", "InvalidObjectState", STATUS_INVALID, 403,
     S3_USE_READ, "restore"},
    {"no answer at all", "", STATUS_UNAVAILABLE, 0, S3_USE_READ, "network"},
    {"an object that trickled, or was cut short", "", STATUS_UNAVAILABLE, 200,
     S3_USE_READ, "in time"},
    {"a store in trouble", "InternalError", STATUS_UNAVAILABLE, 500,
     S3_USE_READ, "later"},
    {"too many requests", "SlowDown", STATUS_THROTTLED, 503, S3_USE_WRITE,
     "later"},
    {"somebody else at the object", "OperationAborted", STATUS_CONFLICT, 409,
     S3_USE_WRITE, "try again"},
    {"what nobody has heard of", "StrangeError", STATUS_INVALID, 400,
     S3_USE_READ, NULL},
};

/* Nothing was sent, so that no permission is missing. */
static void test_no_credentials(void **state)
{
    const struct aws_reply reply = {.status = STATUS_DENIED,
                                    .condition = AWS_NO_CREDENTIALS};

    (void)state;
    assert_non_null(
        strstr(s3_advice(&reply, S3_USE_WRITE), "AWS_ACCESS_KEY_ID"));
    assert_null(strstr(s3_advice(&reply, S3_USE_READ), "s3:"));
}

static void test_advice_names_what_to_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct aws_reply reply = {.status = cases[i].status,
                                  .http_status = cases[i].http_status};
        const char *advice;

        snprintf(reply.code, sizeof reply.code, "%s", cases[i].code);
        advice = s3_advice(&reply, cases[i].use);
        if (cases[i].names == NULL ? advice[0] != '\0'
                                   : strstr(advice, cases[i].names) == NULL)
            fail_msg("%s: %s", cases[i].label, advice);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_credentials),
        cmocka_unit_test(test_advice_names_what_to_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
