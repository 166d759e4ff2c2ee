/* parameters -- where the parameters of a request stand: in its query, and in a
 * form that was POSTed. query.h reads either.
 */
#ifndef SERVER_HTTP_PARAMETERS_H
#define SERVER_HTTP_PARAMETERS_H

#include "base/span.h"

#include <h2o.h>

/* Without the "?"; empty when there is none. Valid while the request is. */
struct span parameters_of_query(const h2o_req_t *req);

/* The body, if it is application/x-www-form-urlencoded; else empty. */
struct span parameters_of_form(const h2o_req_t *req);

#endif
