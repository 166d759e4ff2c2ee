/* page_response -- sends pages, and the files that they need, through h2o, with
 * what a browser is told that a page may do: nothing but to show itself, to load
 * its own style and script, and to send its forms back here.
 */
#ifndef SERVER_HTTP_PAGE_RESPONSE_H
#define SERVER_HTTP_PAGE_RESPONSE_H

#include "server/http/http_context.h"

/* Before a page is sent. */
void page_response_add_headers(h2o_req_t *req);

/* 200, with a page. */
void page_response_send(const struct http_context *context, h2o_req_t *req,
                        struct span html);

/* 503, and in words that the page cannot be shown now, or that too many ask for
 * it, and when to try again; 404, that there is no such host. */
void page_response_send_unavailable(const struct http_context *context,
                                    h2o_req_t *req);
void page_response_send_busy(const struct http_context *context,
                             h2o_req_t *req);
void page_response_send_no_host(const struct http_context *context,
                                h2o_req_t *req);

/* A file of page_files.h, of a literal type; 304 if the browser has it. */
void page_response_send_file(const struct http_context *context, h2o_req_t *req,
                             const char *name, const char *type);

#endif
