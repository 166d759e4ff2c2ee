/* reply -- what a caller is told: dyndns2's words and HTTP's status.
 *
 * The words are those of the dyndns2 protocol ("Return Codes" at help.dyn.com)
 * which every router's client knows. Words that concern one host come with
 * status 200, since clients do not read the body of anything else; trouble
 * with the service or the credentials has a status of its own, for curl -f and
 * for proxies. Pure.
 */
#ifndef SERVER_HTTP_DYNDNS2_H
#define SERVER_HTTP_DYNDNS2_H

#include "base/address.h"

enum reply_word {
    REPLY_GOOD,    /* the record says so now */
    REPLY_NOCHG,   /* the record is known to say so already */
    REPLY_BADAUTH, /* host unknown or token wrong: the caller cannot tell */
    REPLY_DNSERR,  /* this address, or this record, cannot be registered */
    REPLY_911,     /* the service cannot do it now; try again later */
};

enum {
    REPLY_BODY_MAX = 16 + ADDRESS_TEXT_MAX,
    REPLY_RETRY_AFTER_SECONDS = 60,
};

struct reply {
    int status;
    const char *reason; /* HTTP's phrase, a literal */
    bool challenge;     /* WWW-Authenticate goes with it */
    bool retry_after;   /* Retry-After goes with it */
    size_t body_len;
    char body[REPLY_BODY_MAX];
};

/* `address` is read for REPLY_GOOD and REPLY_NOCHG only. */
void reply_init(struct reply *reply, enum reply_word word,
                const struct address *address);

#endif
