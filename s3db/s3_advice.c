#include "s3db/s3_advice.h"

#include <stddef.h>
#include <string.h>

/* Error codes: Amazon S3 API Reference, "Error responses". */
static const struct {
    const char *code;
    const char *advice;
} by_code[] = {
    {"NoSuchBucket", "check DYNDNS_BUCKET (and AWS_ENDPOINT_URL_S3, if it is "
                     "set): there is no bucket of this name"},
    {"InvalidBucketName", "check DYNDNS_BUCKET: it is the bucket's name alone, "
                          "without s3:// and without slashes"},
    {"InvalidAccessKeyId", "check AWS_ACCESS_KEY_ID: AWS does not know it"},
    {"SignatureDoesNotMatch",
     "check AWS_SECRET_ACCESS_KEY: it does not belong to AWS_ACCESS_KEY_ID"},
    {"ExpiredToken",
     "get new temporary credentials: those in AWS_SESSION_TOKEN, or of the "
     "source that gave them, have expired"},
    {"InvalidToken", "check AWS_SESSION_TOKEN: unset it with long-lived keys, "
                     "else get new temporary credentials"},
    {"TokenRefreshRequired", "get new temporary credentials"},
    {"RequestTimeTooSkewed", "set this machine's clock: AWS refuses "
                             "signatures that are 15 minutes off"},
    {"AuthorizationHeaderMalformed",
     "set AWS_REGION to the region of the bucket"},
    {"InvalidObjectState", "restore the object from the archive, and give it "
                           "a storage class that can be read at once"},
    {"PermanentRedirect", "set AWS_REGION to the region of the bucket"},
    {"IllegalLocationConstraintException",
     "set AWS_REGION to the region of the bucket"},
};

static const char *denied_advice(enum s3_use use)
{
    switch (use) {
    case S3_USE_READ:
        return "allow the credentials s3:GetObject on the object; or it does "
               "not exist, which S3 tells only those who have s3:ListBucket "
               "on the bucket";
    case S3_USE_LIST_VERSIONS:
        return "allow the credentials s3:ListBucketVersions on the bucket";
    case S3_USE_READ_VERSION:
        return "allow the credentials s3:GetObjectVersion on the object";
    default:
        return "allow the credentials s3:PutObject and s3:GetObject on the "
               "object";
    }
}

static const char *not_found_advice(enum s3_use use)
{
    switch (use) {
    case S3_USE_READ:
        return "check DYNDNS_BUCKET and DYNDNS_DATABASE, or upload the "
               "database with: dyndb upload-database FILE";
    case S3_USE_READ_VERSION:
        return "try again: the version was removed at this moment";
    default:
        return "check DYNDNS_BUCKET and DYNDNS_DATABASE";
    }
}

/* A 200 that cannot be trusted: cut short, too slow, or no object at all. */
static const char *unavailable_advice(long http_status)
{
    switch (http_status) {
    case 0:
        return "check the network, AWS_REGION, and AWS_ENDPOINT_URL_S3 if it "
               "is set";
    case 200:
        return "check the way to the store, proxies included, and "
               "AWS_ENDPOINT_URL_S3 if it is set: the object did not come "
               "whole, or not in time";
    default:
        return "try again later: the fault is the store's";
    }
}

static const char *status_advice(const struct aws_reply *reply, enum s3_use use)
{
    switch (reply->status) {
    case STATUS_DENIED:
        return denied_advice(use);
    case STATUS_NOT_FOUND:
        return not_found_advice(use);
    case STATUS_INVALID:
        return use == S3_USE_LIST_VERSIONS ? "this store may know no versions"
                                           : "";
    case STATUS_CONFLICT:
        return "try again: somebody else is writing it at this moment";
    case STATUS_THROTTLED:
        return "try again later: S3 asks for fewer requests";
    case STATUS_UNAVAILABLE:
        return unavailable_advice(reply->http_status);
    default:
        return "";
    }
}

const char *s3_advice(const struct aws_reply *reply, enum s3_use use)
{
    if (reply->condition == AWS_NO_CREDENTIALS)
        return "give credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
               "or mend the source that is named";
    for (size_t i = 0; i < sizeof by_code / sizeof by_code[0]; i++)
        if (strcmp(reply->code, by_code[i].code) == 0)
            return by_code[i].advice;
    return status_advice(reply, use);
}
