/* trace_id -- by which word a caller, or a proxy before us, finds the lines of one
 * request in several logs.
 *
 * That is the trace-id of a header traceparent (W3C Trace Context, section 3.2), or
 * else an X-Request-ID as Heroku's router has them: 20 to 200 letters, digits and
 * "+", "/", "=", "-". What is not exactly so is nobody's word, and never reaches a
 * log. Pure.
 */
#ifndef SERVER_HTTP_TRACE_ID_H
#define SERVER_HTTP_TRACE_ID_H

#include "base/span.h"

enum { TRACE_ID_MAX = 200 };

/* The word, of the values of the two headers; empty if there is none in them. */
struct span trace_id_read(struct span traceparent, struct span request_id);

#endif
