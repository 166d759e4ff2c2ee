#include "aws/route53_xml.h"

#include "aws/route53_name.h"
#include "aws/xml.h"

#include <stdlib.h>

/* Room for the decoded names of a document. No name is longer than its text,
 * so the document's own length is enough for all. */
struct room {
    char *at;
    size_t left;
};

/* Empty for a name that no host of ours could have, or be within. */
static struct span keep_name(struct room *room, struct span escaped)
{
    char name[DNS_NAME_MAX];
    size_t len = route53_name_decode(escaped, name);
    struct span kept = span_from(room->at, len);

    if (len > room->left)
        return span_from("", 0);
    memcpy(room->at, name, len);
    room->at += len;
    room->left -= len;
    return kept;
}

bool route53_xml_is_accepted(struct span text)
{
    const xmlNode *info;
    struct span status;
    bool accepted;
    xmlDoc *doc;

    if (xml_parse(text, &doc) != STATUS_OK)
        return false;
    info = xml_child(xml_root(doc, "ChangeResourceRecordSetsResponse"),
                     "ChangeInfo");
    status = xml_child_text(info, "Status");
    accepted = xml_child_text(info, "Id").len > 0 &&
               (span_is(status, "PENDING") || span_is(status, "INSYNC"));
    xmlFreeDoc(doc);
    return accepted;
}

/* Reads IsTruncated; false when it is neither "true" nor "false". */
static bool read_truncated(const xmlNode *root, bool *truncated)
{
    struct span text = xml_child_text(root, "IsTruncated");

    *truncated = span_is(text, "true");
    return *truncated || span_is(text, "false");
}

/* Parses a listing and makes room for its names. */
static enum status open_listing(struct route53_listing *listing,
                                struct span text)
{
    enum status status = xml_parse(text, &listing->doc);

    if (status != STATUS_OK)
        return status;
    listing->names = malloc(text.len);
    listing->names_bytes = text.len;
    return listing->names == NULL ? STATUS_NOMEM : STATUS_OK;
}

static void close_listing(struct route53_listing *listing)
{
    xmlFreeDoc(listing->doc);
    free(listing->names);
}

static bool add_zone(struct route53_zones *page, const xmlNode *element,
                     struct room *room)
{
    struct span id = xml_child_text(element, "Id");
    struct span name = xml_child_text(element, "Name");
    struct span is_private =
        xml_child_text(xml_child(element, "Config"), "PrivateZone");
    struct hosted_zone zone = {
        .id = hosted_zone_bare_id(id),
        .is_private = span_is(is_private, "true"),
    };

    if (zone.id.len == 0 || name.len == 0)
        return false;
    zone.name = keep_name(room, name);
    if (zone.name.len > 0)
        page->zones[page->count++] = zone;
    return true;
}

/* All <HostedZone> elements below `list`. */
static enum status add_zones(struct route53_zones *page, const xmlNode *list)
{
    const xmlNode *element = xml_child(list, "HostedZone");
    struct room room = {page->listing.names, page->listing.names_bytes};

    page->zones =
        calloc(xml_count(list, "HostedZone") + 1, sizeof *page->zones);
    if (page->zones == NULL)
        return STATUS_NOMEM;
    for (; element != NULL; element = xml_next(element, "HostedZone"))
        if (!add_zone(page, element, &room))
            return STATUS_INVALID;
    return STATUS_OK;
}

static enum status read_zones(struct route53_zones *page)
{
    const xmlNode *one = xml_root(page->listing.doc, "GetHostedZoneResponse");
    const xmlNode *many =
        xml_root(page->listing.doc, "ListHostedZonesResponse");
    const xmlNode *list = one != NULL ? one : xml_child(many, "HostedZones");
    bool truncated = false;
    enum status status;

    if (list == NULL || (many != NULL && !read_truncated(many, &truncated)))
        return STATUS_INVALID;
    if (truncated)
        page->next_marker = xml_child_text(many, "NextMarker");
    if (truncated && page->next_marker.len == 0)
        return STATUS_INVALID;
    status = add_zones(page, list);
    if (status == STATUS_OK && one != NULL && xml_count(one, "HostedZone") != 1)
        return STATUS_INVALID;
    return status;
}

enum status route53_xml_read_zones(struct route53_zones *page, struct span text)
{
    enum status status;

    *page = (struct route53_zones){.count = 0};
    status = open_listing(&page->listing, text);
    if (status == STATUS_OK)
        status = read_zones(page);
    if (status != STATUS_OK)
        route53_xml_clear_zones(page);
    return status;
}

void route53_xml_clear_zones(struct route53_zones *page)
{
    close_listing(&page->listing);
    free(page->zones);
    *page = (struct route53_zones){.count = 0};
}

static bool read_ttl(struct span text, uint32_t *ttl)
{
    uint64_t value = 0;

    if (text.len == 0 || text.len > 10)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        value = value * 10 + (unsigned)(text.ptr[i] - '0');
    }
    *ttl = (uint32_t)value;
    return value <= INT32_MAX;
}

/* Whether an UPSERT of a plain value would replace this set and no other. */
static bool is_simple(const xmlNode *element)
{
    static const char *const special[] = {"SetIdentifier", "AliasTarget",
                                          "TrafficPolicyInstanceId"};

    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        if (xml_child(element, special[i]) != NULL)
            return false;
    return true;
}

static bool read_type(struct span text, enum rrset_type *type)
{
    *type = span_is(text, "AAAA") ? RRSET_AAAA : RRSET_A;
    return span_is(text, rrset_type_name(*type));
}

/* Adds the set if it is of the kind we list; false when it breaks the schema.
 */
static bool add_rrset(struct route53_rrsets *page, const xmlNode *element,
                      struct room *room)
{
    struct span name = xml_child_text(element, "Name");
    struct span type = xml_child_text(element, "Type");
    const xmlNode *records = xml_child(element, "ResourceRecords");
    struct rrset rrset;

    if (name.len == 0 || type.len == 0)
        return false;
    if (!read_type(type, &rrset.type) || !is_simple(element) ||
        xml_count(records, "ResourceRecord") != 1)
        return true;
    rrset.value = xml_child_text(xml_child(records, "ResourceRecord"), "Value");
    if (rrset.value.len == 0 ||
        !read_ttl(xml_child_text(element, "TTL"), &rrset.ttl))
        return false;
    rrset.name = keep_name(room, name);
    if (rrset.name.len > 0)
        page->rrsets[page->count++] = rrset;
    return true;
}

static enum status add_rrsets(struct route53_rrsets *page, const xmlNode *list)
{
    const xmlNode *element = xml_child(list, "ResourceRecordSet");
    struct room room = {page->listing.names, page->listing.names_bytes};

    page->rrsets =
        calloc(xml_count(list, "ResourceRecordSet") + 1, sizeof *page->rrsets);
    if (page->rrsets == NULL)
        return STATUS_NOMEM;
    for (; element != NULL; element = xml_next(element, "ResourceRecordSet"))
        if (!add_rrset(page, element, &room))
            return STATUS_INVALID;
    return STATUS_OK;
}

/* The cursor stays in Route 53's own spelling, to be handed back as it is. */
static enum status read_rrsets(struct route53_rrsets *page)
{
    const xmlNode *root =
        xml_root(page->listing.doc, "ListResourceRecordSetsResponse");
    const xmlNode *list = xml_child(root, "ResourceRecordSets");
    bool truncated;

    if (list == NULL || !read_truncated(root, &truncated))
        return STATUS_INVALID;
    if (truncated)
        page->next = (struct rrset_cursor){
            .name = xml_child_text(root, "NextRecordName"),
            .type = xml_child_text(root, "NextRecordType"),
            .identifier = xml_child_text(root, "NextRecordIdentifier"),
        };
    if (truncated && page->next.name.len == 0)
        return STATUS_INVALID;
    return add_rrsets(page, list);
}

enum status route53_xml_read_rrsets(struct route53_rrsets *page,
                                    struct span text)
{
    enum status status;

    *page = (struct route53_rrsets){.count = 0};
    status = open_listing(&page->listing, text);
    if (status == STATUS_OK)
        status = read_rrsets(page);
    if (status != STATUS_OK)
        route53_xml_clear_rrsets(page);
    return status;
}

void route53_xml_clear_rrsets(struct route53_rrsets *page)
{
    close_listing(&page->listing);
    free(page->rrsets);
    *page = (struct route53_rrsets){.count = 0};
}
