/* aws_error -- what an answer of AWS means: which status, whose words.
 *
 * AWS's own error code decides; where there is none or it is unknown, the
 * HTTP status does. A refusal that is not in AWS's form (a gateway's page, a
 * captive portal, a body cut short) says nothing about the request:
 * STATUS_UNAVAILABLE. Pure; private to this floor.
 */
#ifndef AWS_AWS_ERROR_H
#define AWS_AWS_ERROR_H

#include "aws/aws_reply.h"
#include "aws/response.h"
#include "base/strbuf.h"

/* Room for the words of any refusal of a batch: a sentence about each of its
 * 500 changes, in which two names of 253 bytes stand at most, takes less than
 * 1 KiB. */
enum { AWS_REPLY_WORDS_MAX_BYTES = 512 * 1024 };

/* The codes that this program knows: where one stands in its list,
 * AWS_ERROR_CODES if it does not; and which stands where, a literal. */
enum { AWS_ERROR_CODES = 55 };
size_t aws_error_code_place(const char *code);
const char *aws_error_code_at(size_t place);

/* Fills the whole reply. STATUS_OK stands for "HTTP 200, and whole" alone:
 * whether the body is the one to expect is for its reader to say, with
 * aws_reply_distrust() if it is not. `words`, if it is not NULL, is where
 * reply->words stand and must outlive them: whole messages, as many as it has
 * room for; only a first one that is too long by itself is cut, and ends in
 * "...". */
void aws_reply_read(struct aws_reply *reply,
                    const struct aws_response *response, struct strbuf *words);

/* Whether AWS refuses the credentials because their time is over: then others
 * may do. A refused HEAD has no words, so that a 400 may mean that. */
bool aws_error_says_expired(const struct aws_response *response, bool is_head);

/* Turns a reply into STATUS_UNAVAILABLE, for the stated reason. */
void aws_reply_distrust(struct aws_reply *reply, const char *why);

#endif
