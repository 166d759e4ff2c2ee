/* hosted_zone -- a hosted zone of Route 53, and what its id can be.
 */
#ifndef AWS_HOSTED_ZONE_H
#define AWS_HOSTED_ZONE_H

#include "base/span.h"

enum { ROUTE53_ID_MAX = 32 }; /* Route 53 API Reference, "HostedZone" */

struct hosted_zone {
    struct span id;   /* without "/hostedzone/" */
    struct span name; /* normalised: \ooo decoded, lower case, no dot */
    bool is_private;
};

/* Whether this can be the id of a hosted zone: 1 to 32 upper-case letters and
 * digits (AWS CloudFormation's reference gives it as ^[A-Z0-9]{1,32}$, under
 * "AWS::Route53::KeySigningKey", HostedZoneId; the API Reference gives the
 * length alone). It goes into the path of a URL as it is: Route 53 signs for
 * paths that are encoded twice, which libcurl does not do, so no character that
 * needs encoding may be in it. */
bool hosted_zone_id_is_valid(struct span id);

/* The id alone: without "/hostedzone/", which the API and its tools write in
 * front of it. */
struct span hosted_zone_bare_id(struct span id);

#endif
