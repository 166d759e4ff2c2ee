#include "cli/dns_records.h"
#include "cli/patient_call.h"
#include "cli/stop.h"
#include "cli/zone_calls.h"

#include "aws/route53.h"
#include "aws/zone_lookup.h"
#include "base/backoff.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    FIRST_LOOK_MS = 1000, /* and twice as long each time */
    LOOK_CAP_MS = 15000,
};

struct dns_records {
    struct aws_client *client;
    struct retry_quota quota;
    struct zone_lookup *zones;
    bool zones_known;
    struct strbuf ambiguous; /* names that two zones share, and their ids */
};

static void on_ambiguous(void *arg, struct span name, struct span id,
                         struct span other_id)
{
    struct dns_records *records = arg;

    strbuf_printf(&records->ambiguous, "%s%.*s (%.*s, %.*s)",
                  records->ambiguous.len > 0 ? "; " : "", (int)name.len,
                  name.ptr, (int)id.len, id.ptr, (int)other_id.len,
                  other_id.ptr);
}

struct dns_records *dns_records_new(struct aws_client *client,
                                    unsigned max_attempts)
{
    struct dns_records *records = calloc(1, sizeof *records);

    if (records == NULL)
        return NULL;
    records->client = client;
    retry_quota_init(&records->quota, max_attempts, (uint64_t)clock_now_ms());
    records->zones = zone_lookup_new(on_ambiguous, records);
    strbuf_init(&records->ambiguous, 4096);
    if (records->zones != NULL)
        return records;
    free(records);
    return NULL;
}

void dns_records_free(struct dns_records *records)
{
    if (records == NULL)
        return;
    zone_lookup_free(records->zones);
    strbuf_clear(&records->ambiguous);
    free(records);
}

/* Appends what failed, AWS's words, and what helps. */
static void complain(struct strbuf *fault, const struct aws_reply *reply,
                     const char *what, const char *needed)
{
    strbuf_printf(fault, "%s: ", what);
    patient_call_describe(reply, fault);
    switch (reply->condition) {
    case AWS_DENIED:
        strbuf_printf(fault, "\nthe credentials need %s", needed);
        break;
    case AWS_CLOCK_SKEWED:
        strbuf_append_string(fault, "\nset this machine's clock: AWS refuses "
                                    "signatures that are some minutes off");
        break;
    default:
        break;
    }
}

/* ---- zones ---- */

static enum status read_zones(struct dns_records *records, struct strbuf *fault)
{
    struct aws_reply reply;
    enum status status;

    strbuf_rewind(&records->ambiguous);
    zone_lookup_begin(records->zones);
    status = zone_calls_list(records->client, &records->quota, records->zones,
                             &reply);
    if (status == STATUS_OK)
        zone_lookup_commit(records->zones);
    else if (status == STATUS_FULL)
        strbuf_printf(fault, "%s: name the one with --zone", reply.message);
    else
        complain(fault, &reply, "cannot list the hosted zones",
                 "route53:ListHostedZones, or name the zone with --zone");
    records->zones_known = status == STATUS_OK;
    return status;
}

enum status dns_records_find_zone(struct dns_records *records, struct span name,
                                  char id[ROUTE53_ID_MAX + 1],
                                  struct strbuf *fault)
{
    enum status status =
        records->zones_known ? STATUS_OK : read_zones(records, fault);
    struct span found;

    if (status != STATUS_OK)
        return status;
    if (zone_lookup_find(records->zones, name, &found)) {
        snprintf(id, ROUTE53_ID_MAX + 1, "%.*s", (int)found.len, found.ptr);
        return STATUS_OK;
    }
    strbuf_append_string(fault, "it is in no public hosted zone of this AWS "
                                "account that can be told by its name");
    if (records->ambiguous.len > 0)
        strbuf_printf(fault,
                      "\ntwo zones have one name: %s; choose with "
                      "--zone ID",
                      strbuf_string(&records->ambiguous));
    return STATUS_NOT_FOUND;
}

void dns_records_forget_zones(struct dns_records *records)
{
    records->zones_known = false;
}

/* ---- what a record says ---- */

struct search {
    struct patient_call call;
    struct span zone_id, name;
    enum rrset_type type;
    struct rrset_found found;
};

static void search_done(void *arg, const struct aws_reply *reply,
                        const struct rrset_found *found)
{
    struct search *search = arg;

    search->found = *found;
    patient_call_done(&search->call, reply);
}

static enum status submit_search(struct aws_client *client,
                                 struct patient_call *call)
{
    struct search *search = (struct search *)(void *)call;

    return route53_find_rrset(client, search->zone_id, search->name,
                              search->type, PATIENT_CALL_TIMEOUT_MS,
                              search_done, search);
}

enum status dns_records_find(struct dns_records *records, const char *zone_id,
                             struct span name, enum rrset_type type,
                             struct rrset_found *found, struct strbuf *fault)
{
    struct search search = {
        .call = {.submit = submit_search},
        .zone_id = span_from_string(zone_id),
        .name = name,
        .type = type,
    };
    enum status status =
        patient_call_run(&search.call, records->client, &records->quota);

    *found = search.found;
    if (status != STATUS_OK)
        complain(fault, &search.call.reply, "cannot read the record",
                 "route53:ListResourceRecordSets on the hosted zone");
    return status;
}

/* ---- what it shall say ---- */

struct upsert {
    struct patient_call call;
    struct span zone_id;
    const struct rrset *rrsets;
    size_t count;
};

static void upsert_done(void *arg, const struct aws_reply *reply)
{
    patient_call_done(arg, reply);
}

static enum status submit_upsert(struct aws_client *client,
                                 struct patient_call *call)
{
    struct upsert *upsert = (struct upsert *)(void *)call;

    return route53_upsert(client, upsert->zone_id, upsert->rrsets,
                          upsert->count, PATIENT_CALL_TIMEOUT_MS, upsert_done,
                          upsert);
}

enum status dns_records_upsert(struct dns_records *records, const char *zone_id,
                               const struct rrset *rrsets, size_t count,
                               char change_id[ROUTE53_ID_MAX + 1],
                               struct strbuf *fault)
{
    struct upsert upsert = {
        .call = {.submit = submit_upsert},
        .zone_id = span_from_string(zone_id),
        .rrsets = rrsets,
        .count = count,
    };
    enum status status =
        patient_call_run(&upsert.call, records->client, &records->quota);

    snprintf(change_id, ROUTE53_ID_MAX + 1, "%s", upsert.call.reply.change_id);
    if (status != STATUS_OK)
        complain(fault, &upsert.call.reply, "cannot change the record",
                 "route53:ChangeResourceRecordSets on the hosted zone");
    return status;
}

/* ---- whether all say so ---- */

struct look {
    struct patient_call call;
    struct span change_id;
    bool in_sync;
};

static void look_done(void *arg, const struct aws_reply *reply, bool in_sync)
{
    struct look *look = arg;

    look->in_sync = in_sync;
    patient_call_done(&look->call, reply);
}

static enum status submit_look(struct aws_client *client,
                               struct patient_call *call)
{
    struct look *look = (struct look *)(void *)call;

    return route53_get_change(client, look->change_id, PATIENT_CALL_TIMEOUT_MS,
                              look_done, look);
}

enum status dns_records_wait(struct dns_records *records, const char *change_id,
                             uint32_t seconds, struct strbuf *fault)
{
    struct look look = {
        .call = {.submit = submit_look},
        .change_id = span_from_string(change_id),
    };
    int64_t give_up_at = clock_now_ms() + (int64_t)seconds * 1000;

    for (unsigned looks = 0;; looks++) {
        int64_t wait = backoff_longest(FIRST_LOOK_MS, LOOK_CAP_MS, looks),
                left = give_up_at - clock_now_ms();
        enum status status =
            patient_call_run(&look.call, records->client, &records->quota);

        if (status != STATUS_OK)
            complain(fault, &look.call.reply,
                     "cannot ask how far the change is", "route53:GetChange");
        if (status != STATUS_OK || look.in_sync)
            return status;
        if (left <= 0 || stop_is_asked())
            break;
        stop_pause_ms(wait < left ? wait : left);
    }
    strbuf_printf(fault,
                  "the change is accepted, but after %u seconds it is still "
                  "PENDING; there is nothing to do but wait",
                  seconds);
    return STATUS_UNAVAILABLE;
}
