/* set_ip_report -- tells how a round of set-ip ended: a person on standard
 * error, and the subscribers of a topic; of trouble that goes on each hears
 * once, and once of its end.
 */
#ifndef CLI_SET_IP_REPORT_H
#define CLI_SET_IP_REPORT_H

#include "cli/set_ip_plan.h"

#include "aws/aws_client.h"

/* `trouble` is empty if all went well. Returns whether nothing is left to do:
 * no trouble, and no alert that could not be sent. */
bool set_ip_report(const struct set_ip_plan *plan, struct aws_client *client,
                   const struct strbuf *trouble);

#endif
