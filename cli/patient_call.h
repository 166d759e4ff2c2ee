/* patient_call -- one call of AWS, made until it is answered: what AWS did not
 * answer, or asked to be patient about, is attempted again as retry.h says.
 */
#ifndef CLI_PATIENT_CALL_H
#define CLI_PATIENT_CALL_H

#include "aws/aws_client.h"
#include "aws/aws_reply.h"
#include "aws/retry.h"

#include <stdint.h>

enum { PATIENT_CALL_TIMEOUT_MS = 10000 }; /* of one attempt */

/* The first member of whatever a caller needs to make its call. */
struct patient_call {
    /* Submits it; the completion ends in patient_call_done(). */
    enum status (*submit)(struct aws_client *client, struct patient_call *call);
    struct aws_reply reply; /* without its words */
    bool done;
};

/* Makes the call; again and again, as far as the quota goes, or only once if it
 * is NULL. Returns the last reply's status.
 *
 * When the program is to stop (stop.h) it does not wait for the answer: then
 * the client may only be freed. Later calls are not even made. */
NODISCARD enum status patient_call_run(struct patient_call *call,
                                       struct aws_client *client,
                                       struct retry_quota *quota);

void patient_call_done(struct patient_call *call,
                       const struct aws_reply *reply);

/* Appends what AWS said of a call that failed. */
void patient_call_describe(const struct aws_reply *reply, struct strbuf *out);

#endif
