/* http_response -- sends a short text reply through h2o, always with its length
 * and never chunked: old clients read a chunk's size as the answer.
 */
#ifndef SERVER_HTTP_HTTP_RESPONSE_H
#define SERVER_HTTP_HTTP_RESPONSE_H

#include "server/http/http_context.h"
#include "server/http/protocol.h"

/* Before the text is sent: that credentials are asked for, and in how many
 * seconds to try again. */
void http_response_add_challenge(h2o_req_t *req, enum http_realm realm);
void http_response_add_retry_after(h2o_req_t *req, unsigned seconds);

/* Before a reply with a status that sends the browser elsewhere. */
void http_response_add_location(h2o_req_t *req, const char *location);

/* Sends a text of a literal type ("text/plain"). */
void http_response_send_text(const struct http_context *context, h2o_req_t *req,
                             int status, const char *reason, const char *type,
                             struct span body);

/* The same, of a protocol's answer, which is counted as that. */
void http_response_send(const struct http_context *context, h2o_req_t *req,
                        int status, const char *reason, const char *type,
                        struct span body, enum answer answer);

/* The same of what may be kept, as the literal `cache_control` has it. */
void http_response_send_kept(const struct http_context *context, h2o_req_t *req,
                             int status, const char *reason, const char *type,
                             struct span body, const char *cache_control);

/* 404: there is no such URL. */
void http_response_send_not_found(const struct http_context *context,
                                  h2o_req_t *req);

/* 405, with the methods that are allowed, a literal. */
void http_response_send_not_allowed(const struct http_context *context,
                                    h2o_req_t *req, const char *allowed);

#endif
