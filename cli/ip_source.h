/* ip_source -- who is asked for our address: what --ip-from names. Pure.
 */
#ifndef CLI_IP_SOURCE_H
#define CLI_IP_SOURCE_H

#include "base/address.h"
#include "base/strbuf.h"

enum ip_source_kind {
    IP_SOURCE_URL,       /* a reflector's page */
    IP_SOURCE_INTERFACE, /* a network interface of this machine */
    IP_SOURCE_ADDRESS,   /* the address itself */
};

struct ip_source {
    enum ip_source_kind kind;
    const char *text; /* borrowed: the URL, or the interface's name */
    struct address address;
};

/* Who is asked where nobody is named: AWS's own reflector, which has IPv4. */
#define IP_SOURCE_USUAL "https://checkip.amazonaws.com/"

/* Reads "https://...", "interface:eth0" or an address. A page that is fetched
 * over the open network by http is refused unless `insecure`: who stands on the
 * way could choose what the record says. False with one line in `fault`. */
bool ip_source_parse(struct ip_source *source, const char *text, bool insecure,
                     struct strbuf *fault);

/* Appends what a person would call it, without a key that its URL may hold. */
void ip_source_append_name(struct strbuf *out, const struct ip_source *source);

#endif
