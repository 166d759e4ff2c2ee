/* parking -- makes a request that waits for the updater small.
 *
 * h2o keeps a buffer of 4 KB for what was read and a pool of 4 KB for what was
 * parsed until the reply is sent; of both, a request that has been understood
 * needs next to nothing. With thousands of callers waiting through an outage
 * of Route 53, that is the difference between 10 KB and 2 KB a caller.
 *
 * It knows how libh2o's HTTP/1 holds a request, and demands one (http1.h).
 */
#ifndef SERVER_HTTP_PARKING_H
#define SERVER_HTTP_PARKING_H

#include <h2o.h>

/* Gives back what h2o holds for a GET or POST request whose reply is sent
 * later. Afterwards its path, headers and entity are gone and only a reply may
 * be made of it; bytes that the client has sent beyond it are kept. */
void parking_shrink(h2o_req_t *req);

#endif
