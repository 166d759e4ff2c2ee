/* route53_xml -- Route 53's answers (API version 2013-04-01) read: a change
 * accepted, how far it is, a listing of zones, a listing of record sets. Pure;
 * private to this floor.
 */
#ifndef AWS_ROUTE53_XML_H
#define AWS_ROUTE53_XML_H

#include "aws/hosted_zone.h"
#include "aws/rrset.h"
#include "base/status.h"

#include <libxml/tree.h>

struct route53_change {
    char id[ROUTE53_ID_MAX + 1]; /* without "/change/"; "": none to use */
    bool in_sync;                /* all of Route 53's servers answer so */
};

/* Read the whole document that says a change was accepted, or that says how
 * far a change is. False when it is no such document. */
bool route53_xml_read_accepted(struct route53_change *change, struct span text);
bool route53_xml_read_progress(struct route53_change *change, struct span text);

/* A listing read; what its spans point into lives until
 * route53_xml_clear_zones(), or _rrsets(). */
struct route53_listing {
    xmlDoc *doc;
    char *names; /* decoded */
    size_t names_bytes;
};

struct route53_zones {
    struct route53_listing listing;
    struct hosted_zone *zones;
    size_t count;
    struct span next_marker;
};

struct route53_rrsets {
    struct route53_listing listing;
    struct rrset *rrsets;
    size_t count;
    struct rrset_cursor next;
};

/* Read a ListHostedZonesResponse or a GetHostedZoneResponse. STATUS_INVALID
 * when it is no such document, or one that lacks what the schema demands;
 * STATUS_NOMEM. A zone whose name no host of ours could be within is left
 * out. On failure there is nothing to clear. */
NODISCARD enum status route53_xml_read_zones(struct route53_zones *page,
                                             struct span text);
void route53_xml_clear_zones(struct route53_zones *page);

/* Reads a ListResourceRecordSetsResponse. Left out are other types, and names
 * that no host of ours could have. Without a value, and a TTL of 0, are: alias
 * and traffic policy records; those with a SetIdentifier; those with several
 * values. */
NODISCARD enum status route53_xml_read_rrsets(struct route53_rrsets *page,
                                              struct span text);
void route53_xml_clear_rrsets(struct route53_rrsets *page);

/* Reads what a ListResourceRecordSetsResponse that begins at this name and
 * type says of them: another set that comes after them is not theirs.
 * STATUS_INVALID, STATUS_NOMEM as above. */
NODISCARD enum status route53_xml_find_rrset(struct rrset_found *found,
                                             struct span text, struct span name,
                                             enum rrset_type type);

#endif
