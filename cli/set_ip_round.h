/* set_ip_round -- finds our addresses, compares, and changes what differs:
 * set-ip once.
 */
#ifndef CLI_SET_IP_ROUND_H
#define CLI_SET_IP_ROUND_H

#include "cli/dns_records.h"
#include "cli/set_ip_plan.h"

struct set_ip_round {
    const struct set_ip_plan *plan;
    struct dns_records *records;
    const char *ca_bundle;
    /* Whether a person reads along: what stays as it is is told too. */
    bool tells_all;
};

/* Appends all that went wrong to `trouble`, which stays empty if nothing did.
 * One name's trouble does not keep the others from being set. */
void set_ip_round_run(const struct set_ip_round *round, struct strbuf *trouble);

#endif
