/* request_target -- what a request is for: the four forms that RFC 9112 3.2
 * knows. Pure.
 */
#ifndef SERVER_HTTP_REQUEST_TARGET_H
#define SERVER_HTTP_REQUEST_TARGET_H

#include "base/span.h"

enum request_target_form {
    REQUEST_TARGET_INVALID,
    REQUEST_TARGET_ORIGIN,    /* /path?query: what clients send */
    REQUEST_TARGET_ABSOLUTE,  /* http://host/path?query: sent to a proxy, and
                                 to be taken by every server */
    REQUEST_TARGET_AUTHORITY, /* host:port, of CONNECT alone */
    REQUEST_TARGET_ASTERISK,  /* *, of OPTIONS alone */
};

struct request_target {
    enum request_target_form form;
    /* Of the absolute form, in place of the Host header, which then does not
     * count (RFC 9112 3.2.2); else empty. */
    struct span authority;
    /* Of the origin and the absolute form: the path and the query. The path
     * of an absolute one may be empty, which is "/". Else empty. */
    struct span path;
};

void request_target_read(struct span method, struct span text,
                         struct request_target *target);

#endif
