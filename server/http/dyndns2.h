/* dyndns2 -- the return codes of the dyndns2 protocol, each with HTTP's status.
 *
 * The words are those that every router's client knows ("Return Codes" at
 * help.dyn.com). A word that concerns one host comes with status 200, since
 * clients do not read the body of anything else; trouble with the service or
 * the credentials has a status of its own, for curl -f and for proxies. Pure.
 */
#ifndef SERVER_HTTP_DYNDNS2_H
#define SERVER_HTTP_DYNDNS2_H

#include "server/http/protocol.h"

enum dyndns2_word {
    DYNDNS2_GOOD,    /* the rrset says so now */
    DYNDNS2_NOCHG,   /* the rrset is known to say so already */
    DYNDNS2_BADAUTH, /* host unknown or token wrong: the caller cannot tell */
    DYNDNS2_DNSERR,  /* this address, or this rrset, cannot be registered */
    DYNDNS2_911,     /* the service cannot do it now; try again later */
};

enum { DYNDNS2_RETRY_AFTER_SECONDS = 60 };

/* The word for an outcome that is known. */
enum dyndns2_word dyndns2_word_of(enum outcome outcome);

/* `address` is read for DYNDNS2_GOOD and DYNDNS2_NOCHG only. */
void dyndns2_reply_init(struct protocol_reply *reply, enum dyndns2_word word,
                        const struct address *address);

#endif
