/* zone_listing -- keeps the zone_lookup true: reads the hosted zones from
 * Route 53, page by page, when they are first needed and again when a host has
 * no zone or a zone is gone.
 *
 * A reading that fails leaves the directory as it was, and is begun anew after
 * a while. A listing that goes on beyond ZONE_LISTING_MAX_PAGES, or names as its
 * next page the one at hand, has failed.
 *
 * With DYNDNS_HOSTED_ZONES only those zones are read, by id. Its calls are
 * spent from the account's budget like all others: the owner asks
 * zone_listing_wait_ms(), looks at the budget, and calls zone_listing_send().
 * Lives on the updater's thread.
 */
#ifndef SERVER_DNS_ZONE_LISTING_H
#define SERVER_DNS_ZONE_LISTING_H

#include "server/dns/dns_settings.h"

#include "aws/route53.h"
#include "aws/zone_lookup.h"

enum {
    /* Of up to 100 zones; twice what ZONE_LOOKUP_MAX public ones need, for
     * private zones and pages that are not full. */
    ZONE_LISTING_MAX_PAGES = 200,
};

struct zone_listing;

struct zone_listing_hooks {
    void *arg;
    /* A call that left at `sent_at` has ended. */
    void (*call_done)(void *arg, int64_t sent_at,
                      const struct aws_reply *reply);
    /* A reading is complete and in force. */
    void (*complete)(void *arg);
};

/* `client` and `settings` are borrowed, `hooks` is copied. */
struct zone_listing *zone_listing_new(struct aws_client *client,
                                      const struct dns_settings *settings,
                                      const struct zone_listing_hooks *hooks,
                                      uint64_t seed);

/* Only after aws_client_free(), or with no call under way. */
void zone_listing_free(struct zone_listing *listing);

/* Asks for the zones to be read again as soon as that is decent: at most once
 * in some seconds. */
void zone_listing_request(struct zone_listing *listing);

/* A zone that Route 53 does not know any more: no host belongs to it from now
 * on, and hosts that find no zone are not told so before the next reading. */
void zone_listing_zone_gone(struct zone_listing *listing, struct span id);

/* Milliseconds until a call wants to leave; -1: none does. */
int64_t zone_listing_wait_ms(const struct zone_listing *listing, int64_t now);

/* Sends the next call of a reading. Only when zone_listing_wait_ms() is 0. */
void zone_listing_send(struct zone_listing *listing, int64_t now);

/* Whether a call is under way. */
bool zone_listing_is_reading(const struct zone_listing *listing);

/* Whether a listing fresh enough to say "no zone" is in force. */
bool zone_listing_is_fresh(const struct zone_listing *listing, int64_t now);

/* Borrowed from the listing. */
const struct zone_lookup *zone_listing_lookup(
    const struct zone_listing *listing);

#endif
