/* basic_auth -- the credentials in an Authorization header (RFC 7617). Pure.
 */
#ifndef SERVER_HTTP_BASIC_AUTH_H
#define SERVER_HTTP_BASIC_AUTH_H

#include "base/span.h"

enum {
    /* A host name, a colon and the longest token: what is longer can match
     * nothing, so it is not even decoded. */
    BASIC_AUTH_DECODED_MAX = 254 + 1 + 1024,
    BASIC_AUTH_BUFFER_BYTES = (BASIC_AUTH_DECODED_MAX + 2) / 3 * 3 + 1,
};

struct basic_auth {
    struct span user;
    struct span password; /* may itself hold colons; never to be logged */
};

/* Decodes the header's value into `buffer`, which *auth then borrows from.
 * False for another scheme, for what is no base64, has no colon, or is longer
 * than BASIC_AUTH_DECODED_MAX. */
bool basic_auth_parse(struct span header,
                      unsigned char buffer[BASIC_AUTH_BUFFER_BYTES],
                      struct basic_auth *auth);

#endif
