#include "aws/clock_skew.h"

#include "aws/aws_error.h"

enum {
    /* A Date this close to our own time shows nothing wrong with it. */
    CLOSE_SECONDS = 60,
    /* Route 53 takes 5 minutes; a little less, since Date may lie behind. */
    REFUSED_SECONDS = 4 * 60,
};

static const int64_t LAST_DATE = INT64_C(253402300799); /* of the year 9999 */

/* Refusals that a wrong clock can cause, though they do not say so: a scope
 * of the wrong day, and the answer to a HEAD, which has no words at all. */
static bool may_be_the_clock(const struct aws_reply *reply)
{
    static const char *const codes[] = {"", "SignatureDoesNotMatch",
                                        "InvalidSignatureException",
                                        "IncompleteSignature", "AuthFailure"};

    if (reply->status != STATUS_DENIED && reply->status != STATUS_INVALID)
        return false;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (strcmp(reply->code, codes[i]) == 0)
            return true;
    return false;
}

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

bool clock_skew_learn(int64_t *known, int64_t used,
                      const struct aws_response *response, int64_t now)
{
    struct aws_reply reply;
    int64_t off;

    if (response->transport != STATUS_OK ||
        (response->http_status != 400 && response->http_status != 403) ||
        response->date <= 0 || response->date > LAST_DATE)
        return false;
    aws_reply_read(&reply, response, NULL);
    off = distance(response->date, now + used);
    if (reply.condition == AWS_CLOCK_SKEWED
            ? off < CLOSE_SECONDS
            : off < REFUSED_SECONDS || !may_be_the_clock(&reply))
        return false;
    off = response->date - now;
    if (distance(off, *known) >= CLOSE_SECONDS)
        *known = distance(off, 0) >= CLOSE_SECONDS ? off : 0;
    return true;
}
