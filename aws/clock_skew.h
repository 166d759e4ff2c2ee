/* clock_skew -- how far this machine's clock is from a service's, learnt from
 * the Date of an answer that refuses a signature for its time.
 *
 * AWS takes signatures that are some minutes off, Route 53 five, S3 fifteen.
 * Who is told that his is older or newer may sign again with the service's own
 * time: its Date can be trusted as far as the rest of the answer. Pure; private
 * to this floor.
 */
#ifndef AWS_CLOCK_SKEW_H
#define AWS_CLOCK_SKEW_H

#include "aws/response.h"

/* Whether the answer to a request, signed with `used` seconds added to this
 * machine's time, says that its clock is at fault, and a Date that signing
 * again may mend it; `now` is this machine's time. *known is then what to add:
 * unchanged if it was right already, as when several requests were under way,
 * and 0 once this machine's clock is right again. */
bool clock_skew_learn(int64_t *known, int64_t used,
                      const struct aws_response *response, int64_t now);

#endif
