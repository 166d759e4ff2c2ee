/* credentials -- the login and the password that come with a request: in an
 * Authorization header (RFC 7617), or, where that is allowed, among its
 * parameters. Pure.
 */
#ifndef SERVER_HTTP_CREDENTIALS_H
#define SERVER_HTTP_CREDENTIALS_H

#include "server/http/protocol.h"

#include "server/http/basic_auth.h"

enum credentials_result {
    CREDENTIALS_ABSENT, /* a browser's or wget's first try: no refusal */
    CREDENTIALS_BROKEN, /* there is something that none can be read from */
    CREDENTIALS_GIVEN,
};

struct credentials {
    struct span login, password; /* never to be logged; in `bytes` */
    union {
        unsigned char basic[BASIC_AUTH_BUFFER_BYTES];
        struct {
            char login[BASIC_AUTH_LOGIN_MAX];
            char password[BASIC_AUTH_PASSWORD_MAX];
        } parameters;
    } bytes;
};

/* The header counts, if there is one. `username` and `password`, in the query or
 * in a form, count only with settings->query_auth. In place. */
enum credentials_result credentials_read(const struct protocol_request *request,
                                         struct credentials *credentials);

#endif
