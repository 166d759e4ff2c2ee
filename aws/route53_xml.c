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

/* It becomes part of a URL's path, like the id of a hosted zone. */
static void keep_change_id(struct route53_change *change, struct span id)
{
    static const struct span prefix = SPAN_LITERAL("/change/");

    if (id.len > prefix.len &&
        span_equal(span_from(id.ptr, prefix.len), prefix))
        id = span_from(id.ptr + prefix.len, id.len - prefix.len);
    if (hosted_zone_id_is_valid(id))
        memcpy(change->id, id.ptr, id.len);
}

static bool read_change(struct route53_change *change, struct span text,
                        const char *root)
{
    struct span id, status;
    const xmlNode *info;
    bool sound;
    xmlDoc *doc;

    *change = (struct route53_change){.in_sync = false};
    if (xml_parse(text, &doc) != STATUS_OK)
        return false;
    info = xml_child(xml_root(doc, root), "ChangeInfo");
    id = xml_child_text(info, "Id");
    status = xml_child_text(info, "Status");
    change->in_sync = span_is(status, "INSYNC");
    sound = id.len > 0 && (change->in_sync || span_is(status, "PENDING"));
    if (sound)
        keep_change_id(change, id);
    xmlFreeDoc(doc);
    return sound;
}

bool route53_xml_read_accepted(struct route53_change *change, struct span text)
{
    return read_change(change, text, "ChangeResourceRecordSetsResponse");
}

bool route53_xml_read_progress(struct route53_change *change, struct span text)
{
    return read_change(change, text, "GetChangeResponse");
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
    if (!read_type(type, &rrset.type))
        return true;
    if (!is_simple(element) || xml_count(records, "ResourceRecord") != 1) {
        rrset.ttl = 0;
        rrset.value = span_from("", 0);
    } else {
        rrset.value =
            xml_child_text(xml_child(records, "ResourceRecord"), "Value");
        if (rrset.value.len == 0 ||
            !read_ttl(xml_child_text(element, "TTL"), &rrset.ttl))
            return false;
    }
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

static bool is_at(const xmlNode *element, struct span name,
                  enum rrset_type type)
{
    char decoded[DNS_NAME_MAX];
    size_t len = route53_name_decode(xml_child_text(element, "Name"), decoded);

    return span_equal(span_from(decoded, len), name) &&
           span_is(xml_child_text(element, "Type"), rrset_type_name(type));
}

/* False when the set breaks the schema. */
static bool describe(struct rrset_found *found, const xmlNode *element)
{
    const xmlNode *records = xml_child(element, "ResourceRecords");
    struct span value =
        xml_child_text(xml_child(records, "ResourceRecord"), "Value");

    found->presence = RRSET_SPECIAL;
    if (!is_simple(element) || xml_count(records, "ResourceRecord") > 1)
        return true;
    found->presence = RRSET_SIMPLE;
    if (!address_parse(value, &found->address))
        found->address.family = ADDRESS_NONE;
    return value.len > 0 &&
           read_ttl(xml_child_text(element, "TTL"), &found->ttl);
}

enum status route53_xml_find_rrset(struct rrset_found *found, struct span text,
                                   struct span name, enum rrset_type type)
{
    const xmlNode *list, *element;
    enum status status;
    xmlDoc *doc;

    *found = (struct rrset_found){.presence = RRSET_ABSENT};
    status = xml_parse(text, &doc);
    if (status != STATUS_OK)
        return status;
    list = xml_child(xml_root(doc, "ListResourceRecordSetsResponse"),
                     "ResourceRecordSets");
    element = xml_child(list, "ResourceRecordSet");
    if (list == NULL ||
        (is_at(element, name, type) && !describe(found, element)))
        status = STATUS_INVALID;
    xmlFreeDoc(doc);
    return status;
}
