/* reflect -- /reflect: tells a caller the address from which he calls, in the
 * JSON that autodns reads. Who has no key, where one is asked for, is told
 * nothing.
 */
#ifndef SERVER_HTTP_REFLECT_H
#define SERVER_HTTP_REFLECT_H

#include "server/http/http_context.h"

void reflect(struct http_context *context, h2o_req_t *req);

#endif
