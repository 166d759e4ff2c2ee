/* http_response -- sends a short text reply through h2o, always with its length
 * and never chunked: old clients read a chunk's size as the answer.
 */
#ifndef SERVER_HTTP_HTTP_RESPONSE_H
#define SERVER_HTTP_HTTP_RESPONSE_H

#include "server/http/loop.h"
#include "server/http/dyndns2.h"

/* Sends a dyndns2 word. */
void http_response_send(struct loop *loop, h2o_req_t *req,
                        const struct reply *reply);

/* Sends a text of a literal type ("text/plain"). */
void http_response_send_text(struct loop *loop, h2o_req_t *req, int status,
                             const char *reason, const char *type,
                             struct span body);

/* 405, with the methods that are allowed. */
void http_response_send_not_allowed(struct loop *loop, h2o_req_t *req,
                                    const char *allowed);

#endif
