/* response -- what came back over the wire for one request, before anybody
 * says what it means. Private to this floor.
 */
#ifndef AWS_RESPONSE_H
#define AWS_RESPONSE_H

#include "aws/s3_etag.h"
#include "aws/s3_md5.h"
#include "base/span.h"
#include "base/status.h"

#include <stdint.h>

enum aws_service {
    AWS_ROUTE53,
    AWS_S3,
    AWS_SNS,
    AWS_STS,
    AWS_CREDENTIALS_ENDPOINT, /* who gives out credentials, and is not AWS's */
    AWS_SERVICE_COUNT
};

struct aws_response {
    enum aws_service service;
    /* STATUS_OK: an answer came, and came whole. Else why not:
     * STATUS_UNAVAILABLE, STATUS_DENIED (there are no credentials, so nothing was
     * sent), or what the receiver of the body stopped it with;
     * http_status is then 0 or whatever had come by then. Memory that ran out
     * is STATUS_UNAVAILABLE too: by then the request may have been carried
     * out, and STATUS_NOMEM would say that nothing was changed. */
    enum status transport;
    char transport_message[1024]; /* libcurl's words, or "" */
    bool timed_out;
    long http_status;
    int64_t retry_after_ms; /* what it asks for; 0: nothing */
    int64_t date;           /* the answer's Date, in seconds; 0: none */
    struct span body;       /* of a body handed on in pieces: empty */
    char request_id[64];
    char etag[S3_ETAG_MAX + 1];
    char md5[S3_MD5_HEX + 1]; /* of a body handed on in pieces; "": none */
    char encryption[32];      /* x-amz-server-side-encryption */
    char bucket_region[64];   /* x-amz-bucket-region */
};

#endif
