/* parameters -- where the parameters of a request stand: in its query, in its
 * body, and in headers. query.h reads a query and a form.
 */
#ifndef SERVER_HTTP_PARAMETERS_H
#define SERVER_HTTP_PARAMETERS_H

#include "base/span.h"

#include <h2o.h>

/* Without the "?"; empty when there is none. Valid while the request is. */
struct span parameters_of_query(const h2o_req_t *req);

/* The body, if it is application/x-www-form-urlencoded; else empty. */
struct span parameters_of_form(const h2o_req_t *req);

/* The body, whatever its type; empty when there is none. */
struct span parameters_of_body(const h2o_req_t *req);

/* The value of the first header of this name, which is in lower case; empty
 * when there is none. */
struct span parameters_of_header(const h2o_req_t *req, const char *name);

#endif
