/* endpoint -- where Amazon S3 and Route 53 live: the URL to speak to and the
 * region to sign for.
 *
 * AWS is split into partitions (the public cloud, China, GovCloud ...) with
 * domains of their own; the region's name tells the partition. Route 53 is one
 * global service in each of them, and signs for one fixed region there. An
 * endpoint that the operator configured replaces AWS's own. Pure.
 */
#ifndef AWS_ENDPOINT_H
#define AWS_ENDPOINT_H

#include "base/span.h"
#include "base/strbuf.h"

enum { ENDPOINT_REGION_MAX = 63 }; /* libcurl signs for no longer one */

/* Whether this can be a region's name: letters, digits and hyphens. */
bool endpoint_region_is_valid(struct span region);

/* Whether this can be the name of one of AWS's own regions, all of which are
 * words and a number, as in eu-west-1 and us-gov-west-1 (AWS General Reference,
 * "Regional endpoints"); a zone, as in eu-west-1a, is none. */
bool endpoint_region_is_aws(struct span region);

/* Whether a URL may serve as a configured endpoint: http or https, a host, an
 * optional port, an optional plain path; no user, query or fragment. Returns
 * NULL when it may, else the rule it breaks, in words. */
const char *endpoint_fault(const char *url);

/* Whether the URL's host is this machine, so that no proxy may stand between:
 * localhost, a name below it, 127.0.0.0/8 or [::1]. */
bool endpoint_is_loopback(const char *url);

/* Appends the URL of an object. A configured endpoint is spoken to in path
 * style, ENDPOINT/BUCKET/KEY, since its bucket need not have a DNS name; so is
 * AWS when the bucket's name is no plain DNS label (a dot does not fit the
 * wildcard certificate). Else https://BUCKET.s3.REGION.amazonaws.com/KEY.
 * `configured` may be NULL. */
void endpoint_append_s3_object(struct strbuf *out, const char *configured,
                               const char *region, const char *bucket,
                               const char *key);

/* Appends Route 53's base URL, without a slash at the end. */
void endpoint_append_route53(struct strbuf *out, const char *configured,
                             const char *region);

/* The region Route 53 signs for in the partition of `region`. A literal. */
const char *endpoint_route53_region(const char *region);

#endif
