/* dns_records -- one record after the other in Route 53: in which zone it is,
 * what it says, what it shall say, and whether all of Route 53 says so.
 *
 * Each call is made with patience. What fails leaves a sentence for a person in
 * `fault`, with what to do where that is known.
 */
#ifndef CLI_DNS_RECORDS_H
#define CLI_DNS_RECORDS_H

#include "aws/aws_client.h"
#include "aws/hosted_zone.h"
#include "aws/rrset.h"
#include "base/strbuf.h"

#include <stddef.h>
#include <stdint.h>

struct dns_records;

/* `client` is borrowed; each call is attempted so often. NULL: memory. */
struct dns_records *dns_records_new(struct aws_client *client,
                                    unsigned max_attempts);
void dns_records_free(struct dns_records *records);

/* The public hosted zone that a normalised name is within. The zones are read
 * when they are first needed, and kept until dns_records_forget_zones(). */
NODISCARD enum status dns_records_find_zone(struct dns_records *records,
                                            struct span name,
                                            char id[ROUTE53_ID_MAX + 1],
                                            struct strbuf *fault);
void dns_records_forget_zones(struct dns_records *records);

NODISCARD enum status dns_records_find(struct dns_records *records,
                                       const char *zone_id, struct span name,
                                       enum rrset_type type,
                                       struct rrset_found *found,
                                       struct strbuf *fault);

/* Changes all of them or none; change_id is for dns_records_wait(), or "". */
NODISCARD enum status dns_records_upsert(struct dns_records *records,
                                         const char *zone_id,
                                         const struct rrset *rrsets,
                                         size_t count,
                                         char change_id[ROUTE53_ID_MAX + 1],
                                         struct strbuf *fault);

/* Asks until the change is INSYNC, less and less often, for so many seconds. */
NODISCARD enum status dns_records_wait(struct dns_records *records,
                                       const char *change_id, uint32_t seconds,
                                       struct strbuf *fault);

#endif
