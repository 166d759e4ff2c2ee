/* admission -- what is looked at before a request is believed: its protocol,
 * its head, its target, and whether another site's page made a browser send it.
 */
#ifndef SERVER_HTTP_ADMISSION_H
#define SERVER_HTTP_ADMISSION_H

#include "server/http/http_context.h"

/* To be called first of all for every request. False: it came by another
 * protocol than HTTP/1, on which the others rely (http1.h), and was answered
 * 505. libh2o is set up to speak nothing else. */
bool admission_check_protocol(struct http_context *context, h2o_req_t *req);

/* To be called next for every request. False: it was answered 400 and its
 * connection ends, or 405. True: its head means one thing only
 * (request_head.h); req->path and its companions are those of the target,
 * whatever its form, and req->authority is whom it is for, empty if it does
 * not say. */
bool admission_check(struct http_context *context, h2o_req_t *req);

/* To be called for an update, before its credentials are looked at, so that
 * another site's page does not even learn whether there are any. False: it
 * was answered 403. */
bool admission_check_update(struct http_context *context, h2o_req_t *req);

/* To be called for a page that changes nothing, which any link may lead to: not
 * to be loaded within another site's page, nor fetched by its script. False: it
 * was answered 403. */
bool admission_check_page(struct http_context *context, h2o_req_t *req);

/* To be called before admission_check_update() for an update that comes from a form of our own
 * page: the browser has to say so, for nobody else sends one. False: it was
 * answered 403. */
bool admission_check_form(struct http_context *context, h2o_req_t *req);

#endif
