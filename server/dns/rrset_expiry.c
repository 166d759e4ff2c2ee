#include "server/dns/rrset_expiry.h"

#include "aws/rrset_order.h"

#include <stdlib.h>

enum { CALL_TIMEOUT_MS = 5000 };

struct rrset_expiry {
    struct aws_client *client;
    struct rrset_expiry_hooks hooks;
    struct expiry_request *request; /* NULL: there is none */
    size_t next;                    /* those before it have been looked at */
    bool in_flight;
    int64_t sent_at;
    char zone_id[ROUTE53_ID_MAX + 1]; /* of the call */
};

struct rrset_expiry *rrset_expiry_new(struct aws_client *client,
                                      const struct rrset_expiry_hooks *hooks)
{
    struct rrset_expiry *expiry = calloc(1, sizeof *expiry);

    if (expiry == NULL)
        return NULL;
    expiry->client = client;
    expiry->hooks = *hooks;
    return expiry;
}

/* Takes it off first: `done` may lead to another. */
static void end(struct rrset_expiry *expiry, enum expiry_outcome outcome)
{
    struct expiry_request *request = expiry->request;

    expiry->request = NULL;
    expiry_request_end(request, outcome);
}

void rrset_expiry_free(struct rrset_expiry *expiry)
{
    if (expiry == NULL)
        return;
    if (expiry->request != NULL)
        end(expiry, EXPIRY_UNAVAILABLE);
    free(expiry);
}

/* --- the order of a listing ------------------------------------------------------ */

static int compare(struct span name, enum rrset_type type,
                   const struct expired_rrset *other)
{
    int order = rrset_order_compare(name, expired_rrset_name(other));

    return order != 0 ? order : (int)type - (int)other->type;
}

static int compare_rrsets(const void *a, const void *b)
{
    const struct expired_rrset *rrset = a;

    return compare(expired_rrset_name(rrset), rrset->type, b);
}

/* The one of this name and type, or NULL. */
static struct expired_rrset *find(struct expiry_request *request,
                                  struct span name, enum rrset_type type)
{
    size_t from = 0, to = request->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = compare(name, type, &request->rrsets[middle]);

        if (order == 0)
            return &request->rrsets[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

void rrset_expiry_take(struct rrset_expiry *expiry,
                       struct expiry_request *request)
{
    if (expiry->request != NULL) {
        expiry_request_end(request, EXPIRY_UNAVAILABLE);
        return;
    }
    qsort(request->rrsets, request->count, sizeof request->rrsets[0],
          compare_rrsets);
    expiry->request = request;
    expiry->next = 0;
    if (request->count == 0)
        end(expiry, EXPIRY_UNAVAILABLE);
}

/* --- looking ---------------------------------------------------------------------- */

static bool is_unseen(const struct expired_rrset *rrset)
{
    return rrset->outcome == EXPIRY_OPEN && !rrset->is_handed_over;
}

static bool is_in_zone(const struct rrset_expiry *expiry,
                       const struct expired_rrset *rrset)
{
    struct span zone_id;

    return expiry->hooks.find_zone(expiry->hooks.arg, expired_rrset_name(rrset),
                                   &zone_id) == ZONE_FOUND &&
           span_is(zone_id, expiry->zone_id);
}

static void give_up_unseen(struct rrset_expiry *expiry,
                           enum expiry_outcome outcome)
{
    struct expiry_request *request = expiry->request;

    for (size_t i = expiry->next; i < request->count; i++)
        if (is_unseen(&request->rrsets[i]))
            request->rrsets[i].outcome = outcome;
}

/* Gives the request back if nothing of it is open. */
static void end_if_over(struct rrset_expiry *expiry)
{
    const struct expiry_request *request = expiry->request;

    for (size_t i = 0; i < request->count; i++)
        if (request->rrsets[i].outcome == EXPIRY_OPEN)
            return;
    end(expiry, EXPIRY_UNAVAILABLE);
}

static enum expiry_outcome outcome_of(enum status status)
{
    switch (status) {
    case STATUS_OK:
        return EXPIRY_OPEN;
    case STATUS_BUSY:
        return EXPIRY_WANTED;
    case STATUS_INVALID:
        return EXPIRY_REFUSED;
    case STATUS_NOT_FOUND:
        return EXPIRY_NO_ZONE;
    default:
        return EXPIRY_UNAVAILABLE;
    }
}

/* A listing shows the record. */
static enum expiry_outcome judge(struct rrset_expiry *expiry,
                                 struct expired_rrset *rrset,
                                 const struct rrset *shown)
{
    struct unwanted_rrset unwanted = {.name = expired_rrset_name(rrset),
                                      .address = &rrset->shown,
                                      .ttl = shown->ttl};
    enum expiry_outcome objection;

    if (shown->value.len == 0 || !address_parse(shown->value, &rrset->shown) ||
        rrset_type_for(&rrset->shown) != rrset->type)
        return EXPIRY_SPECIAL;
    if (rrset->expected.family != ADDRESS_NONE &&
        !address_equal(&rrset->expected, &rrset->shown))
        return EXPIRY_OTHER_VALUE;
    objection = expiry->hooks.objection(expiry->hooks.arg, rrset);
    if (objection != EXPIRY_OPEN)
        return objection;
    if (expiry->request->is_dry_run)
        return EXPIRY_WOULD_GO;
    objection = outcome_of(expiry->hooks.remove(expiry->hooks.arg, &unwanted));
    rrset->is_handed_over = objection == EXPIRY_OPEN;
    return objection;
}

static enum expiry_outcome judge_absent(struct rrset_expiry *expiry,
                                        const struct expired_rrset *rrset)
{
    enum expiry_outcome objection;

    if (!rrset->is_missing)
        return EXPIRY_ABSENT;
    objection = expiry->hooks.objection(expiry->hooks.arg, rrset);
    if (objection != EXPIRY_OPEN)
        return objection;
    expiry->hooks.missing(expiry->hooks.arg, rrset, expiry->sent_at);
    return EXPIRY_ABSENT;
}

static void look_at_page(struct rrset_expiry *expiry,
                         const struct rrset *rrsets, size_t count,
                         const struct rrset_cursor *next)
{
    struct expiry_request *request = expiry->request;
    size_t first = expiry->next;

    for (size_t i = 0; i < count; i++) {
        struct expired_rrset *rrset =
            find(request, rrsets[i].name, rrsets[i].type);

        if (rrset != NULL && is_unseen(rrset) && is_in_zone(expiry, rrset))
            rrset->outcome = judge(expiry, rrset, &rrsets[i]);
    }
    for (size_t i = first; i < request->count; i++) {
        struct expired_rrset *rrset = &request->rrsets[i];

        /* Each page gets rid of the one that it was asked for. */
        if (is_unseen(rrset) &&
            (i == first ||
             (is_in_zone(expiry, rrset) &&
              rrset_order_is_behind(next, expired_rrset_name(rrset)))))
            rrset->outcome = judge_absent(expiry, rrset);
    }
}

static void on_rrsets(void *arg, const struct aws_reply *reply,
                      const struct rrset *rrsets, size_t count,
                      const struct rrset_cursor *next)
{
    struct rrset_expiry *expiry = arg;

    expiry->in_flight = false;
    expiry->hooks.call_done(expiry->hooks.arg, expiry->sent_at, reply);
    if (reply->status == STATUS_OK)
        look_at_page(expiry, rrsets, count, next);
    else
        give_up_unseen(expiry, reply->status == STATUS_DENIED
                                   ? EXPIRY_DENIED
                                   : EXPIRY_UNAVAILABLE);
    end_if_over(expiry);
}

/* --- calls ------------------------------------------------------------------------ */

bool rrset_expiry_is_reading(const struct rrset_expiry *expiry)
{
    return expiry->in_flight;
}

bool rrset_expiry_wants_call(const struct rrset_expiry *expiry)
{
    const struct expiry_request *request = expiry->request;

    if (request == NULL || expiry->in_flight)
        return false;
    for (size_t i = expiry->next; i < request->count; i++)
        if (is_unseen(&request->rrsets[i]))
            return true;
    return false;
}

/* The zone of the first that is to be looked at; those without one are passed
 * over. */
static bool find_next(struct rrset_expiry *expiry)
{
    struct expiry_request *request = expiry->request;

    for (; expiry->next < request->count; expiry->next++) {
        struct expired_rrset *rrset = &request->rrsets[expiry->next];
        struct span zone_id;

        if (!is_unseen(rrset))
            continue;
        switch (expiry->hooks.find_zone(expiry->hooks.arg,
                                        expired_rrset_name(rrset), &zone_id)) {
        case ZONE_FOUND:
            memcpy(expiry->zone_id, zone_id.ptr, zone_id.len);
            expiry->zone_id[zone_id.len] = '\0';
            return true;
        case ZONE_ABSENT:
            rrset->outcome = EXPIRY_NO_ZONE;
            break;
        case ZONE_UNKNOWN:
            rrset->outcome = EXPIRY_UNAVAILABLE;
            break;
        }
    }
    return false;
}

bool rrset_expiry_prepare(struct rrset_expiry *expiry, int64_t now)
{
    if (!rrset_expiry_wants_call(expiry))
        return false;
    if (now > expiry->request->good_until)
        give_up_unseen(expiry, EXPIRY_UNAVAILABLE);
    if (find_next(expiry))
        return true;
    end_if_over(expiry);
    return false;
}

void rrset_expiry_send(struct rrset_expiry *expiry, int64_t now)
{
    static const struct aws_reply no_memory = {.status = STATUS_NOMEM};
    const struct expired_rrset *first = &expiry->request->rrsets[expiry->next];
    struct rrset_cursor from = {
        .name = expired_rrset_name(first),
        .type = span_from_string(rrset_type_name(first->type)),
    };

    expiry->in_flight = true;
    expiry->sent_at = now;
    if (route53_list_rrsets(expiry->client, span_from_string(expiry->zone_id),
                            &from, CALL_TIMEOUT_MS, on_rrsets,
                            expiry) != STATUS_OK)
        on_rrsets(expiry, &no_memory, NULL, 0, NULL);
}

/* --- the end of a removal ---------------------------------------------------------- */

uint32_t rrset_expiry_ended(struct rrset_expiry *expiry,
                            const struct ended_removal *ended)
{
    static const enum expiry_outcome outcomes[] = {
        [REMOVAL_DONE] = EXPIRY_REMOVED,
        [REMOVAL_CHANGED] = EXPIRY_CHANGED,
        [REMOVAL_DENIED] = EXPIRY_DENIED,
        [REMOVAL_OVERTAKEN] = EXPIRY_WANTED,
        [REMOVAL_GIVEN_UP] = EXPIRY_UNAVAILABLE,
    };
    struct expired_rrset *rrset = expiry->request == NULL
                                      ? NULL
                                      : find(expiry->request, ended->name,
                                             rrset_type_for(ended->address));
    uint32_t silent_s;

    if (rrset == NULL || !rrset->is_handed_over)
        return 0;
    silent_s = rrset->silent_s;
    rrset->outcome = outcomes[ended->end];
    end_if_over(expiry);
    return silent_s;
}
