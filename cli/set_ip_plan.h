/* set_ip_plan -- what set-ip is to do, as the command line and perhaps the
 * configuration file of autodns say.
 */
#ifndef CLI_SET_IP_PLAN_H
#define CLI_SET_IP_PLAN_H

#include "cli/autodns_config.h"
#include "cli/ip_lookup.h"
#include "cli/options.h"

#include "base/dns_name.h"

#include <stdint.h>

enum {
    SET_IP_NAMES_MAX = 100,
    SET_IP_WAIT_SECONDS = 300, /* of --wait */
    SET_IP_USUAL_TTL = 300,
};

enum ip_need {
    IP_UNWANTED,
    IP_OPTIONAL, /* if a source has one */
    IP_REQUIRED, /* none is trouble */
};

/* Texts are borrowed from the command line, or from `config`. */
struct set_ip_plan {
    struct span names[SET_IP_NAMES_MAX]; /* normalised */
    size_t name_count;
    struct ip_source sources[IP_LOOKUP_SOURCES_MAX];
    size_t source_count;
    enum ip_need ipv4, ipv6;
    const char *zone; /* NULL: the one that the name is within */
    bool has_ttl;
    uint32_t ttl;
    const char *topic; /* NULL: nobody but who reads standard error */
    const char *state; /* NULL: the usual file */
    uint32_t wait_seconds;
    uint32_t every_seconds; /* 0: once */
    bool dry_run, quiet;

    struct autodns_config config;
    char (*room)[DNS_NAME_MAX]; /* of the names */
};

/* Makes the plan. STATUS_INVALID: something that was given is wrong, and
 * `fault` says what, in one line. STATUS_NOMEM. *plan needs
 * set_ip_plan_clear() always. */
NODISCARD enum status set_ip_plan_init(struct set_ip_plan *plan,
                                       const struct options *options,
                                       struct strbuf *fault);
void set_ip_plan_clear(struct set_ip_plan *plan);

#endif
