/* dyndns2 -- the return codes of the dyndns2 protocol, and the replies that are
 * made of them.
 *
 * The words are those that every router's client knows ("Return Codes" at
 * help.dyn.com). Clients of dyndns2 read the word and want 200 for the status;
 * only where the word says that nothing was tried with the credentials does
 * every URL send a status of its own, for curl -f and for proxies. Pure.
 */
#ifndef SERVER_HTTP_DYNDNS2_H
#define SERVER_HTTP_DYNDNS2_H

#include "server/http/protocol.h"

/* In the order in which they count where one line has to say both: the later
 * one is said. */
enum dyndns2_word {
    DYNDNS2_NOCHG,   /* the rrset is known to say so already */
    DYNDNS2_GOOD,    /* the rrset says so now */
    DYNDNS2_NOTFQDN, /* this cannot be the name of a host */
    DYNDNS2_NOHOST,  /* the caller has no such host */
    DYNDNS2_ABUSE,   /* the host is locked, or changes too often, or the caller
                        is blocked */
    DYNDNS2_DNSERR,  /* this address, or this rrset, cannot be registered */
    DYNDNS2_911,     /* the service cannot do it now; try again later */
    DYNDNS2_NUMHOST, /* too many hosts in one request */
    DYNDNS2_BADAUTH, /* login unknown or token wrong: the caller cannot tell */
};

enum { DYNDNS2_RETRY_AFTER_SECONDS = 60 };

/* HTTP's status of a reply in which there is 911. ddclient reads no more of a
 * reply than a status that is no success; a script, or whoever watches, lives
 * by the status alone. */
enum dyndns2_911_status { DYNDNS2_911_IS_200 = 200, DYNDNS2_911_IS_503 = 503 };

/* The word for what became of one change. */
enum dyndns2_word dyndns2_word_of(const struct protocol_result *result);

/* For the metrics. */
enum answer dyndns2_answer_of(enum dyndns2_word word);

/* A reply of one word, which is none of those with an address. */
void dyndns2_reply_word(struct protocol_reply *reply, enum dyndns2_word word,
                        enum dyndns2_911_status unavailable);

/* That the caller's address was wrong too often: "abuse", with a status of its
 * own, since the word alone would be about a host. */
void dyndns2_reply_turned_away(struct protocol_reply *reply);

/* A line for each host asked for, which holds what became of all its changes;
 * 911 alone if that is all there is to say. */
void dyndns2_reply_lines(struct protocol_reply *reply,
                         const struct protocol_result *results, size_t count,
                         enum dyndns2_911_status unavailable);

#endif
