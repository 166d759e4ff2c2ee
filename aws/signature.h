/* signature -- Signature Version 4 of a request for a time of our choice.
 *
 * libcurl signs (CURLOPT_AWS_SIGV4), but for this machine's time alone: told
 * another in a header of the caller's, 7.88 sends that header twice, and so
 * what it did not sign. This is for requests that go out with a service's own
 * time (clock_skew.h). IAM User Guide, "Create a signed AWS API request". Pure;
 * private to this floor.
 */
#ifndef AWS_SIGNATURE_H
#define AWS_SIGNATURE_H

#include "base/span.h"
#include "base/status.h"
#include "base/strbuf.h"

#include <stdint.h>

enum { SIGNATURE_TIMESTAMP_SIZE = sizeof "YYYYMMDDTHHMMSSZ" };

/* The value of X-Amz-Date, for seconds since 1970; false for years that it
 * cannot say. */
NODISCARD bool signature_timestamp(int64_t time,
                                   char out[SIGNATURE_TIMESTAMP_SIZE]);

/* What is signed: all of it is sent as it stands here. */
struct signature_subject {
    const char *method;
    const char *url;            /* in canonical form (uri.h) */
    const char *payload_sha256; /* x-amz-content-sha256 */
    const char *timestamp;      /* X-Amz-Date */
    const char *session_token;  /* x-amz-security-token; NULL: none */
    const char *region, *service;
};

/* The value of Host: the URL's host and port, less the scheme's own port. */
struct span signature_host(const char *url);

/* Appends the value of Authorization. It covers Host and the headers named
 * above. False: libcrypto's failure, or memory. */
NODISCARD bool signature_append(struct strbuf *out,
                                const struct signature_subject *subject,
                                const char *access_key_id,
                                const char *secret_access_key);

#endif
