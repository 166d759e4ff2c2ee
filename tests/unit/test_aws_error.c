#include "aws/aws_error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define NS " xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\""

/* Route 53's two shapes, and S3's. */
#define ROUTE53_ERROR(code, message)                                           \
    "<?xml version=\"1.0\"?>\n<ErrorResponse" NS "><Error><Type>Sender</Type>" \
    "<Code>" code "</Code><Message>" message "</Message></Error>"              \
    "<RequestId>r-1</RequestId></ErrorResponse>"
#define ROUTE53_BATCH(messages)                                                \
    "<?xml version=\"1.0\"?>\n<InvalidChangeBatch" NS "><Messages>" messages   \
    "</Messages><RequestId>r-1</RequestId></InvalidChangeBatch>"
#define S3_ERROR(code, message)                                                \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" code           \
    "</Code><Message>" message "</Message><Key>hosts.csv</Key>"                \
    "<RequestId>r-1</RequestId><HostId>h=</HostId></Error>"

/* An answer read, as far as the tables below ask. */
static struct aws_reply read_answer(enum aws_service service, long http_status,
                                    const char *request_id, const char *body)
{
    struct aws_response response = {
        .service = service,
        .http_status = http_status,
        .body = span_from_string(body),
    };
    struct aws_reply reply;

    snprintf(response.request_id, sizeof response.request_id, "%s", request_id);
    aws_reply_read(&reply, &response, NULL);
    return reply;
}

static const struct {
    const char *code;
    long http_status;
    enum status expected;
} route53_codes[] = {
    {"Throttling", 400, STATUS_THROTTLED},
    {"ThrottlingException", 400, STATUS_THROTTLED},
    {"TooManyRequestsException", 429, STATUS_THROTTLED},
    {"RequestLimitExceeded", 503, STATUS_THROTTLED},
    {"PriorRequestNotComplete", 400, STATUS_BUSY},
    {"InternalError", 500, STATUS_UNAVAILABLE},
    {"InternalFailure", 500, STATUS_UNAVAILABLE},
    {"ServiceUnavailable", 503, STATUS_UNAVAILABLE},
    {"RequestTimeout", 400, STATUS_UNAVAILABLE},
    {"AccessDenied", 403, STATUS_DENIED},
    {"AccessDeniedException", 403, STATUS_DENIED},
    {"ExpiredToken", 403, STATUS_DENIED},
    {"ExpiredToken", 400, STATUS_DENIED},
    {"ExpiredTokenException", 400, STATUS_DENIED},
    {"RequestExpired", 400, STATUS_DENIED},
    {"InvalidClientTokenId", 403, STATUS_DENIED},
    {"SignatureDoesNotMatch", 403, STATUS_DENIED},
    {"IncompleteSignature", 400, STATUS_DENIED},
    {"MissingAuthenticationToken", 403, STATUS_DENIED},
    {"OptInRequired", 403, STATUS_DENIED},
    {"NoSuchHostedZone", 404, STATUS_NOT_FOUND},
    {"InvalidChangeBatch", 400, STATUS_INVALID},
    {"InvalidInput", 400, STATUS_INVALID},
    {"MalformedInput", 400, STATUS_INVALID},
    {"SomethingNew", 400, STATUS_INVALID},
    {"SomethingNew", 403, STATUS_DENIED},
    {"SomethingNew", 429, STATUS_THROTTLED},
    {"SomethingNew", 500, STATUS_UNAVAILABLE},
    {"SomethingNew", 409, STATUS_INVALID},
};

static const struct {
    const char *code;
    long http_status;
    enum status expected;
} s3_codes[] = {
    {"NoSuchKey", 404, STATUS_NOT_FOUND},
    {"NoSuchBucket", 404, STATUS_NOT_FOUND},
    {"AccessDenied", 403, STATUS_DENIED},
    {"InvalidAccessKeyId", 403, STATUS_DENIED},
    {"SignatureDoesNotMatch", 403, STATUS_DENIED},
    {"RequestTimeTooSkewed", 403, STATUS_DENIED},
    {"ExpiredToken", 400, STATUS_DENIED},
    {"InvalidToken", 400, STATUS_DENIED},
    {"AuthorizationHeaderMalformed", 400, STATUS_DENIED},
    {"SlowDown", 503, STATUS_THROTTLED},
    {"RequestTimeout", 400, STATUS_UNAVAILABLE},
    {"InternalError", 500, STATUS_UNAVAILABLE},
    {"ServiceUnavailable", 503, STATUS_UNAVAILABLE},
    {"PreconditionFailed", 412, STATUS_CONFLICT},
    {"ConditionalRequestConflict", 409, STATUS_CONFLICT},
    {"OperationAborted", 409, STATUS_CONFLICT},
    {"NotImplemented", 501, STATUS_INVALID},
    {"PermanentRedirect", 301, STATUS_INVALID},
    {"BadDigest", 400, STATUS_INVALID},
    {"MethodNotAllowed", 405, STATUS_INVALID},
    {"SomethingNew", 409, STATUS_CONFLICT},
    {"SomethingNew", 502, STATUS_UNAVAILABLE},
};

static void test_route53_codes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(route53_codes); i++) {
        char body[1000];
        struct aws_reply reply;

        print_message("  %s %ld\n", route53_codes[i].code,
                      route53_codes[i].http_status);
        snprintf(body, sizeof body, ROUTE53_ERROR("%s", "words"),
                 route53_codes[i].code);
        reply =
            read_answer(AWS_ROUTE53, route53_codes[i].http_status, "", body);
        assert_int_equal(reply.status, route53_codes[i].expected);
        assert_string_equal(reply.code, route53_codes[i].code);
        assert_string_equal(reply.message, "words");
        assert_string_equal(reply.request_id, "r-1");
    }
}

static void test_s3_codes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(s3_codes); i++) {
        char body[1000];
        struct aws_reply reply;

        print_message("  %s %ld\n", s3_codes[i].code, s3_codes[i].http_status);
        snprintf(body, sizeof body, S3_ERROR("%s", "words"), s3_codes[i].code);
        reply = read_answer(AWS_S3, s3_codes[i].http_status, "r-0", body);
        assert_int_equal(reply.status, s3_codes[i].expected);
        assert_string_equal(reply.code, s3_codes[i].code);
        assert_string_equal(reply.message, "words");
        assert_string_equal(reply.request_id, "r-0");
    }
}

/* Route 53 API Reference, "Errors" of ChangeResourceRecordSets, ListHostedZones,
 * GetHostedZone, ListResourceRecordSets and GetChange, and "Common Error Types";
 * S3 API Reference, "Error responses", as far as GetObject, PutObject and
 * HeadObject can cause them. */
static const struct {
    enum aws_service service;
    const char *code;
    long http_status;
    enum status expected;
} documented[] = {
    {AWS_ROUTE53, "NoSuchHostedZone", 404, STATUS_NOT_FOUND},
    {AWS_ROUTE53, "NoSuchHealthCheck", 404, STATUS_INVALID},
    {AWS_ROUTE53, "InvalidChangeBatch", 400, STATUS_INVALID},
    {AWS_ROUTE53, "InvalidInput", 400, STATUS_INVALID},
    {AWS_ROUTE53, "PriorRequestNotComplete", 400, STATUS_BUSY},
    {AWS_ROUTE53, "NoSuchDelegationSet", 400, STATUS_INVALID},
    {AWS_ROUTE53, "DelegationSetNotReusable", 400, STATUS_INVALID},
    {AWS_ROUTE53, "NoSuchChange", 404, STATUS_NOT_FOUND},
    {AWS_ROUTE53, "Throttling", 400, STATUS_THROTTLED},

    {AWS_ROUTE53, "AccessDeniedException", 400, STATUS_DENIED},
    {AWS_ROUTE53, "AccessDeniedException", 403, STATUS_DENIED},
    {AWS_ROUTE53, "ExpiredTokenException", 403, STATUS_DENIED},
    {AWS_ROUTE53, "IncompleteSignature", 400, STATUS_DENIED},
    {AWS_ROUTE53, "IncompleteSignature", 403, STATUS_DENIED},
    {AWS_ROUTE53, "InternalFailure", 500, STATUS_UNAVAILABLE},
    {AWS_ROUTE53, "InvalidAction", 400, STATUS_INVALID},
    {AWS_ROUTE53, "InvalidClientTokenId", 403, STATUS_DENIED},
    {AWS_ROUTE53, "InvalidParameterCombination", 400, STATUS_INVALID},
    {AWS_ROUTE53, "InvalidParameterValue", 400, STATUS_INVALID},
    {AWS_ROUTE53, "InvalidQueryParameter", 400, STATUS_INVALID},
    {AWS_ROUTE53, "MalformedHttpRequestException", 400, STATUS_INVALID},
    {AWS_ROUTE53, "MalformedQueryString", 404, STATUS_INVALID},
    {AWS_ROUTE53, "MissingAction", 400, STATUS_INVALID},
    {AWS_ROUTE53, "MissingAuthenticationToken", 403, STATUS_DENIED},
    {AWS_ROUTE53, "MissingParameter", 400, STATUS_INVALID},
    {AWS_ROUTE53, "NotAuthorized", 400, STATUS_DENIED},
    {AWS_ROUTE53, "NotAuthorized", 401, STATUS_DENIED},
    {AWS_ROUTE53, "OptInRequired", 403, STATUS_DENIED},
    {AWS_ROUTE53, "RequestAbortedException", 400, STATUS_UNAVAILABLE},
    {AWS_ROUTE53, "RequestEntityTooLargeException", 413, STATUS_INVALID},
    {AWS_ROUTE53, "RequestExpired", 400, STATUS_DENIED},
    {AWS_ROUTE53, "RequestExpired", 403, STATUS_DENIED},
    {AWS_ROUTE53, "RequestTimeoutException", 408, STATUS_UNAVAILABLE},
    {AWS_ROUTE53, "ServiceUnavailable", 503, STATUS_UNAVAILABLE},
    {AWS_ROUTE53, "ThrottlingException", 400, STATUS_THROTTLED},
    {AWS_ROUTE53, "ThrottlingException", 429, STATUS_THROTTLED},
    {AWS_ROUTE53, "UnknownOperationException", 404, STATUS_INVALID},
    {AWS_ROUTE53, "UnrecognizedClientException", 403, STATUS_DENIED},
    {AWS_ROUTE53, "ValidationError", 400, STATUS_INVALID},

    {AWS_S3, "AccessDenied", 403, STATUS_DENIED},
    {AWS_S3, "AccountProblem", 403, STATUS_DENIED},
    {AWS_S3, "AllAccessDisabled", 403, STATUS_DENIED},
    {AWS_S3, "AuthorizationHeaderMalformed", 400, STATUS_DENIED},
    {AWS_S3, "BadDigest", 400, STATUS_INVALID},
    {AWS_S3, "ConditionalRequestConflict", 409, STATUS_CONFLICT},
    {AWS_S3, "CredentialsNotSupported", 400, STATUS_INVALID},
    {AWS_S3, "EntityTooLarge", 400, STATUS_INVALID},
    {AWS_S3, "EntityTooSmall", 400, STATUS_INVALID},
    {AWS_S3, "ExpiredToken", 400, STATUS_DENIED},
    {AWS_S3, "IllegalLocationConstraintException", 400, STATUS_INVALID},
    {AWS_S3, "IncompleteBody", 400, STATUS_UNAVAILABLE},
    {AWS_S3, "InternalError", 500, STATUS_UNAVAILABLE},
    {AWS_S3, "InvalidAccessKeyId", 403, STATUS_DENIED},
    {AWS_S3, "InvalidArgument", 400, STATUS_INVALID},
    {AWS_S3, "InvalidBucketName", 400, STATUS_INVALID},
    {AWS_S3, "InvalidBucketState", 409, STATUS_INVALID},
    {AWS_S3, "InvalidDigest", 400, STATUS_INVALID},
    {AWS_S3, "InvalidEncryptionAlgorithmError", 400, STATUS_INVALID},
    {AWS_S3, "InvalidObjectState", 403, STATUS_INVALID},
    {AWS_S3, "InvalidPayer", 403, STATUS_DENIED},
    {AWS_S3, "InvalidRange", 416, STATUS_INVALID},
    {AWS_S3, "InvalidRequest", 400, STATUS_INVALID},
    {AWS_S3, "InvalidSecurity", 403, STATUS_DENIED},
    {AWS_S3, "InvalidStorageClass", 400, STATUS_INVALID},
    {AWS_S3, "InvalidToken", 400, STATUS_DENIED},
    {AWS_S3, "InvalidURI", 400, STATUS_INVALID},
    {AWS_S3, "KeyTooLongError", 400, STATUS_INVALID},
    {AWS_S3, "KMS.DisabledException", 400, STATUS_INVALID},
    {AWS_S3, "KMS.NotFoundException", 400, STATUS_INVALID},
    {AWS_S3, "MaxMessageLengthExceeded", 400, STATUS_INVALID},
    {AWS_S3, "MetadataTooLarge", 400, STATUS_INVALID},
    {AWS_S3, "MethodNotAllowed", 405, STATUS_INVALID},
    {AWS_S3, "MissingContentLength", 411, STATUS_INVALID},
    {AWS_S3, "MissingSecurityHeader", 400, STATUS_INVALID},
    {AWS_S3, "NoSuchBucket", 404, STATUS_NOT_FOUND},
    {AWS_S3, "NoSuchKey", 404, STATUS_NOT_FOUND},
    {AWS_S3, "NoSuchVersion", 404, STATUS_NOT_FOUND},
    {AWS_S3, "NotImplemented", 501, STATUS_INVALID},
    {AWS_S3, "NotSignedUp", 403, STATUS_DENIED},
    {AWS_S3, "OperationAborted", 409, STATUS_CONFLICT},
    {AWS_S3, "PermanentRedirect", 301, STATUS_INVALID},
    {AWS_S3, "PreconditionFailed", 412, STATUS_CONFLICT},
    {AWS_S3, "Redirect", 307, STATUS_INVALID},
    {AWS_S3, "RequestHeaderSectionTooLarge", 400, STATUS_INVALID},
    {AWS_S3, "RequestTimeout", 400, STATUS_UNAVAILABLE},
    {AWS_S3, "RequestTimeTooSkewed", 403, STATUS_DENIED},
    {AWS_S3, "ServiceUnavailable", 503, STATUS_UNAVAILABLE},
    {AWS_S3, "SignatureDoesNotMatch", 403, STATUS_DENIED},
    {AWS_S3, "SlowDown", 503, STATUS_THROTTLED},
    {AWS_S3, "TemporaryRedirect", 307, STATUS_INVALID},
    {AWS_S3, "TokenRefreshRequired", 400, STATUS_DENIED},
    {AWS_S3, "UnexpectedContent", 400, STATUS_INVALID},
    {AWS_S3, "UserKeyMustBeSpecified", 400, STATUS_INVALID},
    {AWS_S3, "XAmzContentSHA256Mismatch", 400, STATUS_INVALID},
};

/* Whatever is decided, a person is told all that AWS said. */
static void test_documented_codes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(documented); i++) {
        const char *code = documented[i].code;
        char body[1000];
        struct aws_reply reply;

        print_message("  %s %ld\n", code, documented[i].http_status);
        if (documented[i].service == AWS_ROUTE53)
            snprintf(body, sizeof body, ROUTE53_ERROR("%s", "its words"), code);
        else
            snprintf(body, sizeof body, S3_ERROR("%s", "its words"), code);
        reply = read_answer(documented[i].service, documented[i].http_status,
                            "", body);
        assert_int_equal(reply.status, documented[i].expected);
        assert_string_equal(reply.code, code);
        assert_string_equal(reply.message, "its words");
        assert_string_equal(reply.request_id, "r-1");
        assert_int_equal(reply.http_status, documented[i].http_status);
    }
}

static const struct {
    const char *label;
    long http_status;
    const char *body, *code, *message;
    enum status status;
} shapes[] = {
    {"the messages of a change batch are joined", 400,
     ROUTE53_BATCH("<Message>one</Message><Message>two</Message>"),
     "InvalidChangeBatch", "one; two", STATUS_INVALID},
    {"a change batch without a reason", 400, ROUTE53_BATCH(""),
     "InvalidChangeBatch", "", STATUS_INVALID},
    {"the other shape of the same error", 400,
     ROUTE53_ERROR("InvalidChangeBatch", "[one, two]"), "InvalidChangeBatch",
     "[one, two]", STATUS_INVALID},
    {"an exception for a root", 403,
     "<AccessDeniedException><Message>no</Message></AccessDeniedException>",
     "AccessDeniedException", "no", STATUS_DENIED},
    {"an exception without words", 404, "<UnknownOperationException/>",
     "UnknownOperationException", "", STATUS_INVALID},
    {"escapes are undone", 400,
     ROUTE53_ERROR("InvalidInput", "name=&apos;\\052.x.&apos; &amp; y"),
     "InvalidInput", "name='\\052.x.' & y", STATUS_INVALID},
    {"control characters become spaces", 400,
     ROUTE53_ERROR("InvalidInput", "a&#9;b"), "InvalidInput", "a b",
     STATUS_INVALID},
    {"the canonical request of a refused signature is not repeated", 403,
     ROUTE53_ERROR("SignatureDoesNotMatch",
                   "It does not match.\n\nThe Canonical String for this "
                   "request should have been\n'POST\nx-amz-security-token:"
                   "hush-hush\n'"),
     "SignatureDoesNotMatch", "It does not match.", STATUS_DENIED},
    {"nor an Authorization header", 400,
     ROUTE53_ERROR("IncompleteSignature",
                   "bad header: AWS4-HMAC-SHA256 Credential=AKIA, "
                   "Signature=hush-hush"),
     "IncompleteSignature", "bad header:", STATUS_DENIED},
};

static void test_shapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(shapes); i++) {
        struct aws_reply reply =
            read_answer(AWS_ROUTE53, shapes[i].http_status, "", shapes[i].body);

        print_message("  %s\n", shapes[i].label);
        assert_int_equal(reply.status, shapes[i].status);
        assert_string_equal(reply.code, shapes[i].code);
        assert_string_equal(reply.message, shapes[i].message);
        assert_null(strstr(reply.message, "hush-hush"));
    }
}

static const struct {
    const char *label;
    enum aws_service service;
    long http_status;
    const char *request_id, *body;
    enum status status;
} answers[] = {
    {"a 200 is for its reader to judge", AWS_ROUTE53, 200, "r", "<x/>",
     STATUS_OK},
    {"another success is none", AWS_ROUTE53, 204, "r", "", STATUS_UNAVAILABLE},
    {"not modified", AWS_S3, 304, "r", "", STATUS_UNCHANGED},
    {"Route 53 knows no such thing", AWS_ROUTE53, 304, "", "",
     STATUS_UNAVAILABLE},
    {"HEAD: no such object, no body", AWS_S3, 404, "r", "", STATUS_NOT_FOUND},
    {"HEAD: forbidden, no body", AWS_S3, 403, "r", "", STATUS_DENIED},
    {"HEAD: a bad request, no body", AWS_S3, 400, "r", "", STATUS_INVALID},
    {"HEAD: a fault of S3's, no body", AWS_S3, 500, "r", "",
     STATUS_UNAVAILABLE},
    {"a stranger's 404 says nothing about the object", AWS_S3, 404, "", "",
     STATUS_UNAVAILABLE},
    {"a proxy that wants a password", AWS_ROUTE53, 407, "", "<html/>",
     STATUS_DENIED},
    {"a gateway's 400 says nothing about the batch", AWS_ROUTE53, 400, "",
     "<html><body>Bad Request</body></html>", STATUS_UNAVAILABLE},
    {"nor with a request id", AWS_ROUTE53, 400, "r", "Bad Request",
     STATUS_UNAVAILABLE},
    {"a firewall's 403 is a refusal, but not AWS's", AWS_ROUTE53, 403, "r",
     "<html><body>Forbidden</body></html>", STATUS_DENIED},
    {"a 429 asks to slow down, whosever it is", AWS_ROUTE53, 429, "", "slow",
     STATUS_THROTTLED},
    {"a gateway's 503", AWS_ROUTE53, 503, "", "no healthy upstream",
     STATUS_UNAVAILABLE},
    {"a captive portal's redirect", AWS_S3, 302, "", "", STATUS_UNAVAILABLE},
    {"an error document cut short", AWS_ROUTE53, 400, "",
     "<ErrorResponse><Error><Code>InvalidInput</Code>", STATUS_UNAVAILABLE},
    {"an error document without a code", AWS_ROUTE53, 400, "",
     "<ErrorResponse><Error/></ErrorResponse>", STATUS_UNAVAILABLE},
};

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct aws_reply reply =
            read_answer(answers[i].service, answers[i].http_status,
                        answers[i].request_id, answers[i].body);

        print_message("  %s\n", answers[i].label);
        assert_int_equal(reply.status, answers[i].status);
        assert_int_equal(reply.http_status, answers[i].http_status);
    }
}

/* What an answer tells about AWS itself. */
static const struct {
    const char *label;
    enum aws_service service;
    long http_status;
    const char *request_id, *body;
    enum aws_condition condition;
} told[] = {
    {"an answer", AWS_ROUTE53, 200, "r", "<x/>", AWS_WELL},
    {"nothing newer", AWS_S3, 304, "r", "", AWS_WELL},
    {"a refused record", AWS_ROUTE53, 400, "",
     ROUTE53_BATCH("<Message>no</Message>"), AWS_WELL},
    {"a zone that is busy", AWS_ROUTE53, 400, "",
     ROUTE53_ERROR("PriorRequestNotComplete", "wait"), AWS_WELL},
    {"no such object", AWS_S3, 404, "", S3_ERROR("NoSuchKey", "no"), AWS_WELL},
    {"Route 53 throttles", AWS_ROUTE53, 400, "",
     ROUTE53_ERROR("Throttling", "Rate exceeded"), AWS_THROTTLED},
    {"S3 throttles", AWS_S3, 503, "", S3_ERROR("SlowDown", "slow"),
     AWS_THROTTLED},
    {"a secret that is wrong", AWS_ROUTE53, 403, "",
     ROUTE53_ERROR("SignatureDoesNotMatch",
                   "The request signature we calculated does not match"),
     AWS_DENIED},
    {"a token that has expired is no clock", AWS_ROUTE53, 403, "",
     ROUTE53_ERROR("ExpiredToken", "The security token has expired"),
     AWS_DENIED},
    {"a permission that is not there", AWS_S3, 403, "",
     S3_ERROR("AccessDenied", "Access Denied"), AWS_DENIED},
    {"HEAD: a permission that is not there", AWS_S3, 403, "r", "", AWS_DENIED},
    {"a clock that is behind, in Route 53's words", AWS_ROUTE53, 403, "",
     ROUTE53_ERROR("SignatureDoesNotMatch",
                   "Signature expired: 20260301T100000Z is now earlier than "
                   "20260301T101000Z (20260301T101500Z - 5 min.)"),
     AWS_CLOCK_SKEWED},
    {"a clock that is ahead", AWS_ROUTE53, 403, "",
     ROUTE53_ERROR("SignatureDoesNotMatch",
                   "Signature not yet current: 20260301T102000Z is still later "
                   "than 20260301T101500Z (20260301T101000Z + 5 min.)"),
     AWS_CLOCK_SKEWED},
    {"the same from AWS's front door", AWS_ROUTE53, 403, "",
     "<InvalidSignatureException><Message>Signature expired: 2026 is now "
     "earlier than 2027</Message></InvalidSignatureException>",
     AWS_CLOCK_SKEWED},
    {"a clock, in S3's words", AWS_S3, 403, "",
     S3_ERROR("RequestTimeTooSkewed", "The difference is too large."),
     AWS_CLOCK_SKEWED},
    {"a clock, in the words of the common errors", AWS_ROUTE53, 400, "",
     ROUTE53_ERROR("RequestExpired", "too late"), AWS_CLOCK_SKEWED},
    {"a refusal of another kind in such words", AWS_ROUTE53, 400, "",
     ROUTE53_ERROR("InvalidInput", "Signature expired"), AWS_WELL},
    {"a fault of its own", AWS_ROUTE53, 500, "",
     ROUTE53_ERROR("InternalFailure", "oops"), AWS_FAILING},
    {"a gateway", AWS_S3, 502, "", "<html/>", AWS_FAILING},
    {"a stranger's 403 is not about our credentials", AWS_ROUTE53, 403, "",
     "<html>Forbidden</html>", AWS_FAILING},
    {"a proxy that wants a password", AWS_ROUTE53, 407, "", "<html/>",
     AWS_FAILING},
    {"a success that is none", AWS_ROUTE53, 204, "r", "", AWS_FAILING},
};

static void test_what_an_answer_tells_about_aws(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(told); i++) {
        struct aws_reply reply =
            read_answer(told[i].service, told[i].http_status,
                        told[i].request_id, told[i].body);

        if (reply.condition != told[i].condition)
            fail_msg("%s: %d", told[i].label, (int)reply.condition);
    }
}

static const struct {
    const char *label, *body;
    long http_status;
    bool is_head, expected;
} expiries[] = {
    {"Route 53 and most others", ROUTE53_ERROR("ExpiredToken", "x"), 403, false,
     true},
    {"the services that speak JSON",
     ROUTE53_ERROR("ExpiredTokenException", "x"), 400, false, true},
    {"a request that took too long", ROUTE53_ERROR("RequestExpired", "x"), 400,
     false, true},
    {"S3", "<Error><Code>ExpiredToken</Code></Error>", 400, false, true},
    {"S3's answer to HEAD has no words", "", 400, true, true},
    {"HEAD of what may not be read", "", 403, true, false},
    {"a token that was never good", ROUTE53_ERROR("InvalidClientTokenId", "x"),
     403, false, false},
    {"a wrong signature", ROUTE53_ERROR("SignatureDoesNotMatch", "x"), 403,
     false, false},
    {"a server's fault in these words", ROUTE53_ERROR("ExpiredToken", "x"), 500,
     false, false},
    {"a page", "<html>ExpiredToken</html>", 403, false, false},
};

static void test_expired(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof expiries / sizeof expiries[0]; i++) {
        struct aws_response response = {
            .http_status = expiries[i].http_status,
            .body = span_from_string(expiries[i].body),
        };

        if (aws_error_says_expired(&response, expiries[i].is_head) !=
            expiries[i].expected)
            fail_msg("%s", expiries[i].label);
        response.transport = STATUS_UNAVAILABLE;
        assert_false(aws_error_says_expired(&response, expiries[i].is_head));
    }
}

/* Not sent at all: neither AWS nor a proxy has denied anything. */
static void test_no_credentials(void **state)
{
    const struct aws_response response = {
        .transport = STATUS_DENIED,
        .transport_message = "instance role: no role",
    };
    struct aws_reply reply;

    (void)state;
    aws_reply_read(&reply, &response, NULL);
    assert_int_equal(reply.status, STATUS_DENIED);
    assert_int_equal(reply.condition, AWS_NO_CREDENTIALS);
    assert_string_equal(reply.message, "instance role: no role");
}

static void test_broken_transport(void **state)
{
    struct aws_response response = {
        .service = AWS_ROUTE53,
        .transport = STATUS_UNAVAILABLE,
        .transport_message = "Connection refused",
    };
    struct aws_reply reply;

    (void)state;
    aws_reply_read(&reply, &response, NULL);
    assert_int_equal(reply.status, STATUS_UNAVAILABLE);
    assert_string_equal(reply.message, "Connection refused");
    assert_int_equal(reply.condition, AWS_UNREACHABLE);

    /* Cut short: whatever it was going to say, it did not say it. */
    response.http_status = 400;
    response.body = span_from_string(ROUTE53_ERROR("InvalidInput", "x"));
    snprintf(response.request_id, sizeof response.request_id, "r");
    aws_reply_read(&reply, &response, NULL);
    assert_int_equal(reply.status, STATUS_UNAVAILABLE);
    assert_string_equal(reply.code, "");
    assert_int_equal(reply.condition, AWS_FAILING);

    response.transport = STATUS_FULL; /* the receiver's own verdict */
    aws_reply_read(&reply, &response, NULL);
    assert_int_equal(reply.status, STATUS_FULL);
    assert_int_equal(reply.condition, AWS_WELL);
}

static void test_distrust(void **state)
{
    struct aws_reply reply = read_answer(AWS_ROUTE53, 200, "r", "<html/>");

    (void)state;
    aws_reply_distrust(&reply, "a page");
    assert_int_equal(reply.status, STATUS_UNAVAILABLE);
    assert_int_equal(reply.condition, AWS_FAILING);
    assert_string_equal(reply.message, "a page");
    assert_string_equal(reply.request_id, "r");
}

/* A name cut in the middle could pass for another one. */
static void test_long_words_end_in_dots(void **state)
{
    char body[3000] = "<Error><Code>", *end = body + strlen(body);
    struct aws_reply reply;

    (void)state;
    memset(end, 'C', 100);
    strcpy(end + 100, "</Code><Message>");
    end += strlen(end);
    memset(end, 'm', 2000);
    strcpy(end + 2000, "</Message></Error>");
    reply = read_answer(AWS_S3, 400, "", body);
    assert_int_equal(strlen(reply.code), sizeof reply.code - 1);
    assert_string_equal(reply.code + sizeof reply.code - 5, "C...");
    assert_int_equal(strlen(reply.message), sizeof reply.message - 1);
    assert_string_equal(reply.message + sizeof reply.message - 5, "m...");
}

/* ---- all the words ---- */

/* Reads a refused batch with room for `room` bytes of words. */
static struct aws_reply read_batch(struct strbuf *words, size_t room,
                                   const char *body)
{
    struct aws_response response = {
        .service = AWS_ROUTE53,
        .http_status = 400,
        .body = span_from_string(body),
    };
    struct aws_reply reply;

    strbuf_init(words, room);
    aws_reply_read(&reply, &response, words);
    return reply;
}

static const struct {
    const char *label, *body;
    size_t room;
    const char *words;
} kept[] = {
    {"all messages",
     ROUTE53_BATCH("<Message>one</Message><Message>two"
                   "</Message>"),
     100, "one; two"},
    {"the other shape", ROUTE53_ERROR("InvalidChangeBatch", "[one, two]"), 100,
     "[one, two]"},
    {"control characters become spaces",
     ROUTE53_BATCH("<Message>a&#9;b</Message>"), 100, "a b"},
    {"no secret is repeated",
     ROUTE53_BATCH("<Message>one</Message>"
                   "<Message>AWS4-HMAC-SHA256 hush-hush</Message>"
                   "<Message>two\nhush-hush</Message>"),
     100, "one; two"},
    {"room for just these",
     ROUTE53_BATCH("<Message>one</Message><Message>two</Message>"), 8,
     "one; two"},
    {"a message without room is left out whole",
     ROUTE53_BATCH("<Message>one</Message><Message>two</Message>"), 7, "one"},
    {"and so are those behind it",
     ROUTE53_BATCH("<Message>one</Message><Message>three</Message>"
                   "<Message>2</Message>"),
     8, "one"},
    {"a first one that is too long ends in dots",
     ROUTE53_BATCH("<Message>123456789</Message><Message>x</Message>"), 8,
     "12345..."},
    {"a stranger's words are none",
     "<html><Error><Message>one</Message>"
     "</Error></html>",
     100, "HTTP 400 without an error document of AWS"},
};

static void test_all_words_are_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(kept); i++) {
        struct strbuf words;
        struct aws_reply reply = read_batch(&words, kept[i].room, kept[i].body);

        if (!span_is(aws_reply_words(&reply), kept[i].words))
            fail_msg("%s: %.*s", kept[i].label, (int)reply.words.len,
                     reply.words.ptr);
        strbuf_clear(&words);
    }
}

static void test_a_reply_that_is_not_trusted_has_no_words(void **state)
{
    struct strbuf words;
    struct aws_reply reply =
        read_batch(&words, 100, ROUTE53_BATCH("<Message>one</Message>"));

    (void)state;
    aws_reply_distrust(&reply, "a page");
    assert_true(span_is(aws_reply_words(&reply), "a page"));
    strbuf_clear(&words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_route53_codes),
        cmocka_unit_test(test_s3_codes),
        cmocka_unit_test(test_documented_codes),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_what_an_answer_tells_about_aws),
        cmocka_unit_test(test_expired),
        cmocka_unit_test(test_no_credentials),
        cmocka_unit_test(test_broken_transport),
        cmocka_unit_test(test_distrust),
        cmocka_unit_test(test_long_words_end_in_dots),
        cmocka_unit_test(test_all_words_are_kept),
        cmocka_unit_test(test_a_reply_that_is_not_trusted_has_no_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
