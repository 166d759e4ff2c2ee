/* rrset_preload -- after a start, reads what the records say, as far as that
 * is cheap: so that the log can name the old address of a first change, and an
 * address that has not changed needs no call at all.
 *
 * Best effort, once: a listing shows 300 records, so a home's or a club's zones
 * are read in a call or two; after RRSET_PRELOAD_MAX_CALLS it ends, since a
 * large service must not spend its calls on reading. A failure ends it too,
 * and so does a listing that names as its next page the one at hand.
 * Its calls are spent from the account's budget, and its owner sends them only
 * while nothing else wants to leave. Lives on the updater's thread.
 */
#ifndef SERVER_DNS_RRSET_PRELOAD_H
#define SERVER_DNS_RRSET_PRELOAD_H

#include "aws/route53.h"
#include "aws/zone_lookup.h"

enum { RRSET_PRELOAD_MAX_CALLS = 20 };

struct rrset_preload;

struct rrset_preload_hooks {
    void *arg;
    /* A call that left at `sent_at` has ended. */
    void (*call_done)(void *arg, int64_t sent_at,
                      const struct aws_reply *reply);
    /* Route 53 listed this record, in a call that left at `sent_at`. */
    void (*found)(void *arg, const struct rrset *rrset, int64_t sent_at);
};

/* `client` is borrowed, `hooks` is copied. NULL when memory is short. */
struct rrset_preload *rrset_preload_new(
    struct aws_client *client, const struct rrset_preload_hooks *hooks);

/* Only after aws_client_free(), or with no call under way. NULL is allowed. */
void rrset_preload_free(struct rrset_preload *preload);

/* Whether one of the zones is still to be read, and calls are left for it. */
bool rrset_preload_has_more(const struct rrset_preload *preload,
                            const struct zone_lookup *zones);

/* Ends it, and says so in the log. */
void rrset_preload_end(struct rrset_preload *preload);

/* Whether it has ended; whether a call is under way. */
bool rrset_preload_is_over(const struct rrset_preload *preload);
bool rrset_preload_is_reading(const struct rrset_preload *preload);

/* Sends it. Only while it has more, is not over, and no call is
 * under way. */
void rrset_preload_send(struct rrset_preload *preload,
                        const struct zone_lookup *zones, int64_t now);

#endif
