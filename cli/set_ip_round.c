#include "cli/set_ip_round.h"
#include "cli/say.h"
#include "cli/stop.h"

#include <stdio.h>
#include <stdlib.h>

enum { CHANGES_MAX = 2 * SET_IP_NAMES_MAX };

/* A record that is to be changed. */
struct change {
    struct rrset rrset;
    char value[ADDRESS_TEXT_MAX], was[ADDRESS_TEXT_MAX];
    char zone[ROUTE53_ID_MAX + 1];
    bool is_new, sent;
};

struct work {
    const struct set_ip_round *round;
    struct strbuf *trouble;
    struct address addresses[2];
    size_t address_count;
    struct change changes[CHANGES_MAX];
    size_t change_count;
};

/* Adds one trouble to the others; `name` may be empty. */
static void add_trouble(struct work *work, struct span name, const char *type,
                        const struct strbuf *fault)
{
    if (work->trouble->len > 0)
        strbuf_append_char(work->trouble, '\n');
    if (name.len > 0)
        strbuf_printf(work->trouble, "%.*s%s%s: ", (int)name.len, name.ptr,
                      type[0] == '\0' ? "" : " ", type);
    strbuf_append(work->trouble, strbuf_span(fault));
}

/* ---- our addresses ---- */

static void find_address(struct work *work, enum address_family family,
                         enum ip_need need)
{
    const struct set_ip_round *round = work->round;
    struct ip_lookup lookup = {
        .sources = round->plan->sources,
        .count = round->plan->source_count,
        .ca_bundle = round->ca_bundle,
        .required = need == IP_REQUIRED,
    };
    struct address address;
    struct strbuf fault;
    enum status status;

    if (need == IP_UNWANTED)
        return;
    strbuf_init(&fault, 16 * 1024);
    status = ip_lookup(&lookup, family, &address, &fault);
    if (status == STATUS_OK)
        work->addresses[work->address_count++] = address;
    else if (need == IP_REQUIRED || status == STATUS_INVALID)
        add_trouble(work, span_from("", 0), "", &fault);
    else if (status == STATUS_UNAVAILABLE && round->tells_all)
        say("%s\nthe AAAA records are left as they are", strbuf_string(&fault));
    strbuf_clear(&fault);
}

/* ---- what differs ---- */

static void add_change(struct work *work, struct span name,
                       const struct address *address,
                       const struct rrset_found *found, const char *zone)
{
    const struct set_ip_plan *plan = work->round->plan;
    struct change *change = &work->changes[work->change_count++];

    *change = (struct change){.is_new = found->presence == RRSET_ABSENT};
    address_format(address, change->value);
    address_format(&found->address, change->was);
    snprintf(change->zone, sizeof change->zone, "%s", zone);
    change->rrset = (struct rrset){
        .name = name,
        .type = rrset_type_for(address),
        .ttl = plan->has_ttl     ? plan->ttl
               : !change->is_new ? found->ttl
                                 : SET_IP_USUAL_TTL,
        .value = span_from_string(change->value),
    };
}

static bool is_same(const struct set_ip_plan *plan,
                    const struct rrset_found *found,
                    const struct address *address)
{
    return found->presence == RRSET_SIMPLE &&
           address_equal(&found->address, address) &&
           (!plan->has_ttl || plan->ttl == found->ttl);
}

/* Whether Route 53 answered. */
static bool compare(struct work *work, struct span name, const char *zone,
                    const struct address *address)
{
    const struct set_ip_round *round = work->round;
    enum rrset_type type = rrset_type_for(address);
    char text[ADDRESS_TEXT_MAX];
    struct rrset_found found;
    struct strbuf fault;
    enum status status;

    strbuf_init(&fault, 4096);
    status = dns_records_find(round->records, zone, name, type, &found, &fault);
    if (status == STATUS_OK && found.presence == RRSET_SPECIAL)
        strbuf_append_string(&fault,
                             "it has several values, or is an alias, or has a "
                             "routing policy, and is left as it is: make it a "
                             "simple record of one value, or remove it");
    if (fault.len > 0) {
        add_trouble(work, name, rrset_type_name(type), &fault);
    } else if (!is_same(round->plan, &found, address)) {
        add_change(work, name, address, &found, zone);
    } else if (round->tells_all) {
        address_format(address, text);
        say("%.*s %s: %s, as before", (int)name.len, name.ptr,
            rrset_type_name(type), text);
    }
    strbuf_clear(&fault);
    return status == STATUS_OK;
}

/* Whether it makes sense to go on with the next name. */
static bool look_at(struct work *work, struct span name)
{
    const struct set_ip_round *round = work->round;
    char zone[ROUTE53_ID_MAX + 1] = "";
    enum status status = STATUS_OK;
    bool answered = true;
    struct strbuf fault;

    if (round->plan->zone != NULL) {
        snprintf(zone, sizeof zone, "%s", round->plan->zone);
    } else {
        strbuf_init(&fault, 4096);
        status = dns_records_find_zone(round->records, name, zone, &fault);
        if (status != STATUS_OK)
            add_trouble(work, name, "", &fault);
        strbuf_clear(&fault);
    }
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND;
    for (size_t i = 0; answered && i < work->address_count; i++)
        answered = compare(work, name, zone, &work->addresses[i]);
    return answered;
}

/* ---- changing it ---- */

static void tell(const struct change *change, const char *verb)
{
    const char *type = rrset_type_name(change->rrset.type);

    if (change->is_new)
        say("%.*s %s: %s%s, TTL %u; there was none",
            (int)change->rrset.name.len, change->rrset.name.ptr, type, verb,
            change->value, change->rrset.ttl);
    else
        say("%.*s %s: %s%s, TTL %u; it was %s", (int)change->rrset.name.len,
            change->rrset.name.ptr, type, verb, change->value,
            change->rrset.ttl, change->was);
}

/* The changes of one zone, the first of which is `first`; marks them sent. */
static size_t collect(struct work *work, size_t first,
                      struct rrset rrsets[CHANGES_MAX])
{
    size_t count = 0;

    for (size_t i = first; i < work->change_count; i++) {
        struct change *change = &work->changes[i];

        if (change->sent ||
            strcmp(change->zone, work->changes[first].zone) != 0)
            continue;
        change->sent = true;
        rrsets[count++] = change->rrset;
    }
    return count;
}

static void tell_zone(const struct work *work, const char *zone)
{
    for (size_t i = 0; i < work->change_count; i++)
        if (strcmp(work->changes[i].zone, zone) == 0)
            tell(&work->changes[i], "");
}

static void wait_for(struct work *work, struct span name, const char *change_id)
{
    const struct set_ip_plan *plan = work->round->plan;
    struct strbuf fault;

    if (plan->wait_seconds == 0 || change_id[0] == '\0')
        return;
    strbuf_init(&fault, 4096);
    if (dns_records_wait(work->round->records, change_id, plan->wait_seconds,
                         &fault) != STATUS_OK)
        add_trouble(work, name, "", &fault);
    else if (!plan->quiet)
        say("all of Route 53's servers say so (INSYNC)");
    strbuf_clear(&fault);
}

static void send_zone(struct work *work, size_t first)
{
    static struct rrset rrsets[CHANGES_MAX];
    const struct change *change = &work->changes[first];
    size_t count = collect(work, first, rrsets);
    char change_id[ROUTE53_ID_MAX + 1];
    struct strbuf fault;
    enum status status;

    strbuf_init(&fault, 4096);
    status = dns_records_upsert(work->round->records, change->zone, rrsets,
                                count, change_id, &fault);
    if (status != STATUS_OK) {
        add_trouble(work, change->rrset.name, "", &fault);
    } else {
        if (!work->round->plan->quiet)
            tell_zone(work, change->zone);
        wait_for(work, change->rrset.name, change_id);
    }
    strbuf_clear(&fault);
}

static void change_what_differs(struct work *work)
{
    for (size_t i = 0; i < work->change_count && !stop_is_asked(); i++) {
        if (work->round->plan->dry_run)
            tell(&work->changes[i], "would be ");
        else if (!work->changes[i].sent)
            send_zone(work, i);
    }
}

void set_ip_round_run(const struct set_ip_round *round, struct strbuf *trouble)
{
    struct work *work = calloc(1, sizeof *work);
    bool sensible = true;

    if (work == NULL) {
        strbuf_append_string(trouble, "out of memory");
        return;
    }
    work->round = round;
    work->trouble = trouble;
    find_address(work, ADDRESS_IPV4, round->plan->ipv4);
    find_address(work, ADDRESS_IPV6, round->plan->ipv6);
    for (size_t i = 0; work->address_count > 0 && sensible &&
                       i < round->plan->name_count && !stop_is_asked();
         i++)
        sensible = look_at(work, round->plan->names[i]);
    change_what_differs(work);
    if (trouble->len > 0)
        dns_records_forget_zones(round->records);
    free(work);
}
