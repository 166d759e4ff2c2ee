/* loopback -- an HTTP server within the test, on a port of the kernel's
 * choice, that records what it is sent and plays a script.
 *
 * Each whole request, on whatever connection, takes the next step of the
 * script; beyond its end there is silence. One thread serves all connections.
 */
#ifndef TESTS_UNIT_LOOPBACK_H
#define TESTS_UNIT_LOOPBACK_H

#include "base/span.h"

enum loopback_end {
    LOOPBACK_KEEP = 0, /* the connection stays open */
    LOOPBACK_CLOSE,
    LOOPBACK_RESET, /* closes with a TCP reset */
    /* The body comes byte by byte, 50 a second, and then the connection is
     * closed; sooner when the other end hangs up or the server is stopped. */
    LOOPBACK_TRICKLE,
};

enum loopback_body {
    LOOPBACK_AWAITS_BODY = 0,
    LOOPBACK_SAYS_CONTINUE, /* answers Expect: with 100 Continue first */
    LOOPBACK_NEEDS_NO_BODY, /* replies to the headers alone */
};

struct loopback_step {
    const char *reply; /* the bytes as they stand; NULL: none */
    enum loopback_end end;
    enum loopback_body body;
};

struct loopback;

/* `steps` is borrowed. Ends the test on any failure. */
struct loopback *loopback_start(const struct loopback_step *steps,
                                size_t count);

/* Ends the thread and closes everything. */
void loopback_stop(struct loopback *server);

/* "http://127.0.0.1:PORT", borrowed. */
const char *loopback_url(const struct loopback *server);

/* How many requests, and connections, there have been. */
size_t loopback_requests(struct loopback *server);
size_t loopback_connections(struct loopback *server);

/* Request number i, headers and body as they came; borrowed until the stop.
 * Ends the test if there is none. */
struct span loopback_request(struct loopback *server, size_t i);

/* Whether request number i has this header line. */
bool loopback_has_header(struct loopback *server, size_t i, const char *line);

#endif
