/* route53_limits -- how much Route 53 takes at once.
 */
#ifndef AWS_ROUTE53_LIMITS_H
#define AWS_ROUTE53_LIMITS_H

enum {
    /* Developer Guide, "Quotas": one ChangeResourceRecordSets takes 1,000
     * ResourceRecord elements and 32,000 characters in their values, and an
     * UPSERT counts twice in both; a DELETE counts once. */
    ROUTE53_BATCH_MAX_UPSERTS = 500,
    ROUTE53_BATCH_MAX_CHARS = 16000,
    ROUTE53_BATCH_MAX_DELETES = 1000,
    ROUTE53_BATCH_MAX_DELETE_CHARS = 32000,

    ROUTE53_VALUE_MAX_CHARS = 4000, /* API Reference, "ResourceRecord" */
};

#endif
