/* basic_auth -- the credentials in an Authorization header (RFC 7617). Pure.
 */
#ifndef SERVER_HTTP_BASIC_AUTH_H
#define SERVER_HTTP_BASIC_AUTH_H

#include "base/span.h"

enum {
    /* A login is a host's name, which may end in a dot, or a user, which is no
     * longer; a password is at most the longest token. What is longer can match
     * nothing, so it is not even decoded. */
    BASIC_AUTH_LOGIN_MAX = 254,
    BASIC_AUTH_PASSWORD_MAX = 1024,
    BASIC_AUTH_DECODED_MAX = BASIC_AUTH_LOGIN_MAX + 1 + BASIC_AUTH_PASSWORD_MAX,
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
