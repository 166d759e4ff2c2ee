/* ip_lookup -- asks the sources for our address, and finds what they agree
 * about.
 */
#ifndef CLI_IP_LOOKUP_H
#define CLI_IP_LOOKUP_H

#include "cli/ip_source.h"

#include "base/status.h"

enum { IP_LOOKUP_SOURCES_MAX = 8 };

struct ip_lookup {
    const struct ip_source *sources;
    size_t count; /* from 1 to IP_LOOKUP_SOURCES_MAX */
    const char *ca_bundle;
    /* Whether it matters if there is none: then a page that does not answer is
     * asked for again. */
    bool required;
};

/* Finds our address of a family. STATUS_NOT_FOUND: no source has one that means
 * something to the world, or not one answered. STATUS_UNAVAILABLE: too few did.
 * STATUS_INVALID: they do not agree. `fault` then says what each of them said.
 */
NODISCARD enum status ip_lookup(const struct ip_lookup *lookup,
                                enum address_family family, struct address *out,
                                struct strbuf *fault);

#endif
