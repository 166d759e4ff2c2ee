/* route53 -- the calls to Amazon Route 53 that this service makes.
 *
 * REST and XML, API version 2013-04-01. Every function queues one signed
 * request on the client; its completion is called once from
 * aws_client_poll(), with an aws_reply whose status means:
 *
 *   STATUS_OK           accepted
 *   STATUS_INVALID      refused for what it says: nothing of it was applied
 *                       (InvalidChangeBatch, InvalidInput and their like)
 *   STATUS_DENIED       credentials or policy (ExpiredToken, AccessDenied,
 *                       InvalidClientTokenId, SignatureDoesNotMatch ...)
 *   STATUS_NOT_FOUND    NoSuchHostedZone
 *   STATUS_THROTTLED    Throttling, ThrottlingException, 429 and their like
 *   STATUS_BUSY         PriorRequestNotComplete
 *   STATUS_UNAVAILABLE  no answer that can be trusted: whether the change was
 *                       applied is unknown
 *
 * A function itself fails with STATUS_NOMEM, with STATUS_FULL when the request
 * would break a limit of Route 53's, or with STATUS_INVALID when it cannot be
 * put into words (no record sets, a zone id that hosted_zone.h refuses, a name
 * or value that is empty or not ASCII); its completion is then never called.
 * Spans given are copied before the function returns.
 */
#ifndef AWS_ROUTE53_H
#define AWS_ROUTE53_H

#include "aws/aws_client.h"
#include "aws/aws_reply.h"
#include "aws/hosted_zone.h"
#include "aws/route53_limits.h"
#include "aws/rrset.h"

typedef void route53_done_fn(void *arg, const struct aws_reply *reply);

/* ChangeResourceRecordSets: UPSERTs all of them, or none. `timeout_ms` bounds
 * the whole request. The reply's change_id is for route53_get_change().
 * What the words of a refusal name, named_records.h finds. */
NODISCARD enum status route53_upsert(struct aws_client *client,
                                     struct span zone_id,
                                     const struct rrset *rrsets, size_t count,
                                     long timeout_ms, route53_done_fn *done,
                                     void *arg);

/* The same, to remove them. Each must be in the zone exactly as it is given,
 * with its TTL and its value: else all are refused (STATUS_INVALID). */
NODISCARD enum status route53_delete(struct aws_client *client,
                                     struct span zone_id,
                                     const struct rrset *rrsets, size_t count,
                                     long timeout_ms, route53_done_fn *done,
                                     void *arg);

/* With a reply that is not STATUS_OK, in_sync is false. */
typedef void route53_change_fn(void *arg, const struct aws_reply *reply,
                               bool in_sync);

/* GetChange: whether a change has reached all of Route 53's servers (INSYNC),
 * which it has mostly after a minute at the latest, or not (PENDING). */
NODISCARD enum status route53_get_change(struct aws_client *client,
                                         struct span change_id, long timeout_ms,
                                         route53_change_fn *done, void *arg);

/* One page of ListHostedZones, or the one zone of GetHostedZone. Borrowed for
 * the time of the callback. `next_marker` is empty on the last page. With a
 * reply that is not STATUS_OK, count is 0. */
typedef void route53_zones_fn(void *arg, const struct aws_reply *reply,
                              const struct hosted_zone *zones, size_t count,
                              struct span next_marker);

/* ListHostedZones, from `marker` on (empty: from the start). */
NODISCARD enum status route53_list_hosted_zones(struct aws_client *client,
                                                struct span marker,
                                                long timeout_ms,
                                                route53_zones_fn *done,
                                                void *arg);

/* GetHostedZone: the zone's name and whether it is private. */
NODISCARD enum status route53_get_hosted_zone(struct aws_client *client,
                                              struct span zone_id,
                                              long timeout_ms,
                                              route53_zones_fn *done,
                                              void *arg);

/* One page of ListResourceRecordSets, at most 300 sets: those of type A or AAAA;
 * others are left out. One that is not simple (several values, an alias, a
 * routing policy) has no value. Borrowed for the time of the callback. */
typedef void route53_rrsets_fn(void *arg, const struct aws_reply *reply,
                               const struct rrset *rrsets, size_t count,
                               const struct rrset_cursor *next);

NODISCARD enum status route53_list_rrsets(struct aws_client *client,
                                          struct span zone_id,
                                          const struct rrset_cursor *from,
                                          long timeout_ms,
                                          route53_rrsets_fn *done, void *arg);

/* What stands at a name and a type. Borrowed for the time of the callback;
 * with a reply that is not STATUS_OK, an absent one. */
typedef void route53_found_fn(void *arg, const struct aws_reply *reply,
                              const struct rrset_found *found);

/* ListResourceRecordSets, for one set alone. `name` is normalised. */
NODISCARD enum status route53_find_rrset(struct aws_client *client,
                                         struct span zone_id, struct span name,
                                         enum rrset_type type, long timeout_ms,
                                         route53_found_fn *done, void *arg);

#endif
