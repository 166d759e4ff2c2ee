/* check_ip -- tells a caller the address from which he calls.
 */
#ifndef SERVER_HTTP_CHECK_IP_H
#define SERVER_HTTP_CHECK_IP_H

#include "server/http/http_context.h"

/* /check_ip: the address alone, or with format=json as {"ip": "..."}. */
void check_ip(struct http_context *context, h2o_req_t *req);

/* /nic/checkip: in a sentence that clients of dyndns2 scan for it. */
void nic_checkip(struct http_context *context, h2o_req_t *req);

#endif
