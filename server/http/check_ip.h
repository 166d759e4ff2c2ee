/* check_ip -- /check_ip: tells a caller the address from which he calls.
 */
#ifndef SERVER_HTTP_CHECK_IP_H
#define SERVER_HTTP_CHECK_IP_H

#include "server/http/http_context.h"

void check_ip(struct http_context *context, h2o_req_t *req);

#endif
