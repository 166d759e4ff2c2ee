/* rrset_expiry -- removes records whose hosts are gone: looks what they say, and
 * hands those that are as expected to the coalescer.
 *
 * A listing shows 300 records, so the records of a request are looked at in the
 * order of listings, and one page tells of all that lie on it. One request at a
 * time. Its calls are spent from the account's budget, and its owner sends them
 * when nobody waits, or seldom. Lives on the updater's thread.
 */
#ifndef SERVER_DNS_RRSET_EXPIRY_H
#define SERVER_DNS_RRSET_EXPIRY_H

#include "aws/route53.h"
#include "server/dns/coalescer.h"
#include "server/dns/expiry_request.h"

struct rrset_expiry;

struct rrset_expiry_hooks {
    void *arg;
    /* A call that left at `sent_at` has ended. */
    void (*call_done)(void *arg, int64_t sent_at,
                      const struct aws_reply *reply);
    /* As the coalescer asks. */
    enum zone_answer (*find_zone)(void *arg, struct span name,
                                  struct span *zone_id);
    /* Why it is to stay all the same, or EXPIRY_OPEN. */
    enum expiry_outcome (*objection)(void *arg,
                                     const struct expired_rrset *rrset);
    /* coalescer_remove() */
    enum status (*remove)(void *arg, const struct unwanted_rrset *unwanted);
    /* A listing that left at `sent_at` shows once more that it is_missing,
     * and nothing speaks against that. */
    void (*missing)(void *arg, const struct expired_rrset *rrset,
                    int64_t sent_at);
};

/* `client` is borrowed, `hooks` is copied. NULL when memory is short. */
struct rrset_expiry *rrset_expiry_new(struct aws_client *client,
                                      const struct rrset_expiry_hooks *hooks);

/* Only after aws_client_free(), or with no call under way. What is open ends as
 * EXPIRY_UNAVAILABLE. NULL is allowed. */
void rrset_expiry_free(struct rrset_expiry *expiry);

/* Takes a request on; while there is another, it comes back at once. */
void rrset_expiry_take(struct rrset_expiry *expiry,
                       struct expiry_request *request);

/* Whether a record is still to be looked at, and no call is under way; whether
 * one is. */
bool rrset_expiry_wants_call(const struct rrset_expiry *expiry);
bool rrset_expiry_is_reading(const struct rrset_expiry *expiry);

/* What is not looked at in time is given up. Returns whether there is still a
 * call to send. */
bool rrset_expiry_prepare(struct rrset_expiry *expiry, int64_t now);

/* Sends it, if rrset_expiry_prepare() has just said so. */
void rrset_expiry_send(struct rrset_expiry *expiry, int64_t now);

/* The coalescer says how a removal ended. Returns for how long nobody had
 * called for the record, in seconds. */
uint32_t rrset_expiry_ended(struct rrset_expiry *expiry,
                            const struct ended_removal *ended);

#endif
