/* exchange -- one request as an easy handle of libcurl's: set up to be sent and
 * signed, its answer read back. Private to this floor.
 *
 * libcurl signs (CURLOPT_AWS_SIGV4), and signs rightly as long as the URL is
 * in AWS's canonical form (uri.h), the body's hash stands in a header of its
 * own, and no header is taken away from what libcurl would send. Only a request
 * for a service whose clock differs from ours is signed by signature.h.
 */
#ifndef AWS_EXCHANGE_H
#define AWS_EXCHANGE_H

#include "aws/request.h"

#include <curl/curl.h>

/* Sets up a handle that is fresh or was reset, to be signed with these keys
 * (NULL: not at all), which may go away when it returns. False: memory, or a
 * libcurl that lacks what we need. */
NODISCARD bool exchange_set_up(CURL *easy, struct aws_request *request,
                               const struct aws_credentials *keys);

/* Fills request->response once libcurl is done, before the handle is reset.
 * Its body points into the request. */
void exchange_read_response(struct aws_request *request, CURLcode result);

#endif
