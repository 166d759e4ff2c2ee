/* endpoint -- where Amazon S3, Route 53 and SNS live: the URL to speak to and the
 * region to sign for.
 *
 * AWS is split into partitions (the public cloud, China, GovCloud ...) with
 * domains of their own; the region's name tells the partition. Route 53 is one
 * global service in each of them, and signs for one fixed region there. An
 * endpoint that the operator configured replaces AWS's own, and some of AWS's
 * have a second form for machines that must use FIPS 140 cryptography, or that
 * speak IPv6. Pure.
 */
#ifndef AWS_ENDPOINT_H
#define AWS_ENDPOINT_H

#include "base/span.h"
#include "base/strbuf.h"

enum { ENDPOINT_REGION_MAX = 63 }; /* libcurl signs for no longer one */

/* Which of a service's endpoints is wanted. `configured` goes with neither of
 * the other two, as with the AWS SDKs. */
struct endpoint_choice {
    const char *configured; /* NULL: AWS's own */
    bool fips, dualstack;
};

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

/* Whether the URL's host is next to this machine, as the metadata of an EC2
 * instance and the agents of ECS and EKS are, and behind no proxy either:
 * 169.254.0.0/16, [fe80::...] or [fd00:ec2::...]. */
bool endpoint_is_link_local(const char *url);

/* Why a service has no such endpoint in the region, in words that follow
 * "AWS_USE_FIPS_ENDPOINT " or "AWS_USE_DUALSTACK_ENDPOINT "; `variable` becomes
 * that name. NULL when it has one. */
const char *endpoint_s3_lack(const struct endpoint_choice *choice,
                             const char *region, const char **variable);
const char *endpoint_route53_lack(const struct endpoint_choice *choice,
                                  const char *region, const char **variable);
const char *endpoint_sts_lack(const struct endpoint_choice *choice,
                              const char *region, const char **variable);

/* Appends the URL of an object; that of the bucket itself when the key is
 * empty. A configured endpoint is spoken to in path
 * style, ENDPOINT/BUCKET/KEY, since its bucket need not have a DNS name; so is
 * AWS when the bucket's name is no plain DNS label (a dot does not fit the
 * wildcard certificate). Else https://BUCKET.s3.REGION.amazonaws.com/KEY. */
void endpoint_append_s3_object(struct strbuf *out,
                               const struct endpoint_choice *choice,
                               const char *region, const char *bucket,
                               const char *key);

/* Appends Route 53's base URL, without a slash at the end. */
void endpoint_append_route53(struct strbuf *out,
                             const struct endpoint_choice *choice,
                             const char *region);

/* Appends the base URL of the Security Token Service, or of SNS, in the region,
 * without a slash at the end. They sign for that region. */
void endpoint_append_sts(struct strbuf *out,
                         const struct endpoint_choice *choice,
                         const char *region);
void endpoint_append_sns(struct strbuf *out,
                         const struct endpoint_choice *choice,
                         const char *region);

/* The region Route 53 signs for in the partition of `region`. A literal. */
const char *endpoint_route53_region(const char *region);

#endif
