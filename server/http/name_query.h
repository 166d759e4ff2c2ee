/* name_query -- a question to a name server, and its answer, as they are sent
 * (RFC 1035, 4): which addresses a name has. Pure.
 *
 * The answer comes from a network that anybody may send to: what is no answer
 * to this very question is not looked at, and what is not well formed is none.
 */
#ifndef SERVER_HTTP_NAME_QUERY_H
#define SERVER_HTTP_NAME_QUERY_H

#include "base/address.h"

#include <stdint.h>

enum {
    NAME_QUERY_MAX_BYTES = 12 + 255 + 4, /* header, name, type and class */
    NAME_ANSWER_MAX_BYTES = 4096,        /* that a server may send back */
    NAME_ADDRESSES_MAX = 4,              /* kept of an answer */
};

enum name_result {
    NAME_UNANSWERED, /* nobody said anything yet */
    NAME_FOUND,
    NAME_ABSENT, /* there is no such name, or it has no such record */
    NAME_FAILED, /* the server could not tell, or would not */
};

struct name_answer {
    enum name_result result;
    size_t count;                                 /* with NAME_FOUND, from 1 */
    struct address addresses[NAME_ADDRESSES_MAX]; /* the first ones */
};

/* Writes the question for the A (ADDRESS_IPV4) or AAAA record of a normalised
 * name. Returns its length; 0: there is no such name. */
size_t name_query_write(struct span name, enum address_family family,
                        uint16_t id, unsigned char out[NAME_QUERY_MAX_BYTES]);

/* Reads what came back, if it is the answer to this question. False, with
 * *answer untouched: it is none. */
bool name_query_read(const unsigned char *query, size_t query_len,
                     const unsigned char *packet, size_t len,
                     struct name_answer *answer);

#endif
