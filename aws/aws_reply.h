/* aws_reply -- what AWS answered, as the completion of a call receives it: for
 * the decision (status) and for people (the rest).
 *
 * Lives for the duration of the completion callback.
 */
#ifndef AWS_AWS_REPLY_H
#define AWS_AWS_REPLY_H

#include "base/span.h"
#include "base/status.h"

#include <stdint.h>

/* What a call tells about AWS itself, whatever it says of the request: how well
 * we can work with it. */
enum aws_condition {
    AWS_NOT_ASKED = 0,  /* the call was never made */
    AWS_WELL,           /* it answered, if only to refuse this request */
    AWS_THROTTLED,      /* it asks for fewer calls */
    AWS_DENIED,         /* our credentials: wrong, expired, or too weak */
    AWS_NO_CREDENTIALS, /* it was not asked, since we have none */
    AWS_CLOCK_SKEWED,   /* our clock: signatures are refused for their time */
    AWS_FAILING,        /* what came is its own fault, or not AWS's answer */
    AWS_UNREACHABLE,    /* no answer came */
};

/* Texts that do not fit are cut and end in "..."; none ever repeats a
 * credential. */
struct aws_reply {
    enum status status;
    enum aws_condition condition;
    long http_status; /* 0: no answer came */
    bool timed_out;
    int64_t retry_after_ms; /* how long AWS asks to be left alone; 0: none */
    char code[64];          /* AWS's error code, else ""; e.g. "Throttling" */
    char message[1024];  /* AWS's or libcurl's words; messages joined by "; " */
    char request_id[64]; /* to quote to AWS's support, else "" */
    char change_id[33];  /* of a change accepted: route53_get_change()'s */
    /* In a refusal of a batch of changes all messages, which may be about each
     * of 500 changes; elsewhere empty. Goes away with the callback, so a copy
     * of the reply must not keep it. */
    struct span words;
};

/* All that AWS said, for a program to read: `message` is for people. */
static inline struct span aws_reply_words(const struct aws_reply *reply)
{
    return reply->words.len > 0 ? reply->words
                                : span_from_string(reply->message);
}

#endif
