/* aws_error -- what an answer of AWS means: which status, whose words.
 *
 * AWS's own error code decides; where there is none or it is a stranger, the
 * HTTP status does. A refusal that is not in AWS's form (a gateway's page, a
 * captive portal, a body cut short) says nothing about the request:
 * STATUS_UNAVAILABLE. Pure; private to this floor.
 */
#ifndef AWS_AWS_ERROR_H
#define AWS_AWS_ERROR_H

#include "aws/aws_reply.h"
#include "aws/response.h"

/* Fills the whole reply. STATUS_OK stands for "HTTP 200, and whole" alone:
 * whether the body is the one to expect is for its reader to say, with
 * aws_reply_distrust() if it is not. */
void aws_reply_read(struct aws_reply *reply,
                    const struct aws_response *response);

/* Turns a reply into STATUS_UNAVAILABLE, for the stated reason. */
void aws_reply_distrust(struct aws_reply *reply, const char *why);

#endif
