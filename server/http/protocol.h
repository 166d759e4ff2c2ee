/* protocol -- what a protocol adapter is: one file that turns a request into
 * the changes that it asks for, and what became of them into the protocol's
 * own words. The first one, and the one to copy, is register_ip.c.
 *
 *     request -> parse() -> changes wanted
 *                               | protocol_call.c: the cache, the updater
 *     reply <- format() <- outcomes
 *
 * An adapter is pure: it knows neither libh2o nor the updater. Who called, from
 * where, and with whose credentials, was found out before it is asked.
 */
#ifndef SERVER_HTTP_PROTOCOL_H
#define SERVER_HTTP_PROTOCOL_H

#include "s3db/hostdb.h"
#include "server/dns/outcome.h"

#include "base/address.h"

enum {
    PROTOCOL_CHANGES_MAX = 40, /* of one request: 20 hosts, both families */
    PROTOCOL_BODY_MAX = 4096,
};

struct protocol_request {
    struct span query, form; /* parameters (query.h); form: of a POST */
    struct address client;   /* ADDRESS_NONE: a trusted proxy did not say */
    const struct host *host; /* whose credentials the request had */
    bool allow_internal;     /* may internal addresses be registered? */
};

/* What one rrset is to say. */
struct protocol_change {
    struct host host;
    struct address address; /* its family decides between A and AAAA */
    enum outcome outcome;   /* OUTCOME_OPEN, or known from the start */

    /* Why it was refused by parse(), and what helps; literals, for the log.
     * NULL: it was not. */
    const char *fault, *advice;
};

struct protocol_changes {
    size_t count;
    struct protocol_change list[PROTOCOL_CHANGES_MAX];
};

/* What became of one, in the order of the changes. */
struct protocol_result {
    enum outcome outcome;   /* never OUTCOME_OPEN */
    struct address address; /* what the rrset says, with OUTCOME_ACCEPTED (it
                               may be newer than what was asked for) and
                               OUTCOME_UNCHANGED */
};

enum protocol_refusal {
    PROTOCOL_UNAUTHENTICATED, /* no credentials, or none of a host's */
    PROTOCOL_UNAVAILABLE,     /* there is no host table, or memory is short */
};

struct protocol_reply {
    int status;
    const char *reason;           /* HTTP's phrase, a literal */
    bool challenge;               /* WWW-Authenticate goes with it */
    unsigned retry_after_seconds; /* 0: no Retry-After */
    size_t body_len;
    char body[PROTOCOL_BODY_MAX];
};

struct protocol {
    /* Fills in `changes`, which holds none. */
    void (*parse)(const struct protocol_request *request,
                  struct protocol_changes *changes);

    /* Fill in the whole reply. */
    void (*format)(const struct protocol_result *results, size_t count,
                   struct protocol_reply *reply);
    void (*refuse)(enum protocol_refusal refusal, struct protocol_reply *reply);
};

#endif
