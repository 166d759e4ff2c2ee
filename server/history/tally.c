#include "server/history/tally.h"

#include "base/hash_table.h"
#include "base/list.h"

#include <stdlib.h>

_Static_assert((int)HAPPENING_AGENT_MAX_BYTES == (int)EVENT_AGENT_MAX_BYTES,
               "what is kept of an agent is what is written");

/* The calls of a host, or a change, with the name behind it. A struct event would
 * be ten times as large. */
struct noted {
    struct hash_link by_host; /* of calls */
    struct list in_order;
    int64_t at;
    union {
        struct event_calls calls;
        struct event_change change;
    };
    char name[];
};

struct agent {
    struct hash_link by_text;
    size_t len;
    char text[];
};

struct tally {
    struct hash_table hosts, agents;
    struct list calls, changes;
    struct tally_sums sums;
};

struct tally *tally_new(void)
{
    struct tally *tally = calloc(1, sizeof *tally);

    if (tally == NULL)
        return NULL;
    list_init(&tally->calls);
    list_init(&tally->changes);
    if (hash_table_init(&tally->hosts) == STATUS_OK &&
        hash_table_init(&tally->agents) == STATUS_OK)
        return tally;
    tally_free(tally);
    return NULL;
}

static void free_noted(struct list *list)
{
    while (!list_is_empty(list)) {
        struct noted *noted = list_entry(list->next, struct noted, in_order);

        list_remove(&noted->in_order);
        free(noted);
    }
}

static void free_agents(struct hash_table *agents)
{
    for (size_t i = 0; i < agents->bucket_count; i++)
        while (agents->buckets[i] != NULL) {
            struct hash_link *link = agents->buckets[i];

            agents->buckets[i] = link->next;
            free(hash_entry(link, struct agent, by_text));
        }
    agents->count = 0;
}

static void forget(struct tally *tally)
{
    free_noted(&tally->calls);
    free_noted(&tally->changes);
    if (tally->agents.buckets != NULL)
        free_agents(&tally->agents);
}

void tally_free(struct tally *tally)
{
    if (tally == NULL)
        return;
    forget(tally);
    hash_table_clear(&tally->hosts);
    hash_table_clear(&tally->agents);
    free(tally);
}

/* Buckets that one busy minute has needed are kept for the next. */
void tally_clear(struct tally *tally)
{
    forget(tally);
    memset(tally->hosts.buckets, 0, hash_table_bytes(&tally->hosts));
    tally->hosts.count = 0;
    tally->sums = (struct tally_sums){.calls = 0};
}

/* --- one happening ---------------------------------------------------------------
 */

static struct event_calls call_of(const struct happening *call,
                                  int64_t succeeded_at)
{
    bool is_served = call->ending == CALL_SERVED;

    return (struct event_calls){
        .host = call->host,
        .client = call->client,
        .agent = call->agent,
        .outcome = span_from_string(call->outcome),
        .reason = span_from_string(call->reason),
        .accessed_at = call->is_authentic ? call->at : 0,
        .checked_at = is_served ? call->at : 0,
        .ipv4 = call->records[0],
        .ipv6 = call->records[1],
        .succeeded_at = is_served ? call->at : succeeded_at,
        .calls = 1,
        .refused = call->ending == CALL_REFUSED,
    };
}

static struct event_change change_of(const struct happening *change)
{
    return (struct event_change){
        .host = change->host,
        .family = change->family,
        .before = change->before,
        .after = change->after,
        .client = change->client,
        .why = span_from_string(change->why),
    };
}

void tally_event_of(const struct happening *happening, int64_t succeeded_at,
                    struct event *out)
{
    bool is_call = happening->kind == HAPPENED_CALL;

    out->kind = is_call ? EVENT_CALLS : EVENT_CHANGE;
    out->at = happening->at;
    if (is_call)
        out->calls = call_of(happening, succeeded_at);
    else
        out->change = change_of(happening);
}

/* --- added up --------------------------------------------------------------------
 */

/* Borrowed from the tally; empty when there are too many. */
static struct span keep_agent(struct tally *tally, struct span text)
{
    uint64_t hash = hash_text(text, 0);
    struct hash_link *link = hash_table_first(&tally->agents, hash);
    struct agent *agent;

    for (; link != NULL; link = hash_table_next(link)) {
        agent = hash_entry(link, struct agent, by_text);
        if (span_equal(text, span_from(agent->text, agent->len)))
            return span_from(agent->text, agent->len);
    }
    if (text.len == 0 || tally->agents.count >= TALLY_AGENTS_MAX ||
        (agent = malloc(sizeof *agent + text.len)) == NULL)
        return span_from("", 0);
    agent->len = text.len;
    memcpy(agent->text, text.ptr, text.len);
    hash_table_add(&tally->agents, &agent->by_text, hash);
    return span_from(agent->text, agent->len);
}

static struct noted *find_calls(const struct tally *tally, struct span host,
                                uint64_t hash)
{
    struct hash_link *link = hash_table_first(&tally->hosts, hash);

    for (; link != NULL; link = hash_table_next(link)) {
        struct noted *noted = hash_entry(link, struct noted, by_host);

        if (span_equal(noted->calls.host, host))
            return noted;
    }
    return NULL;
}

/* With a copy of the host's name, to which *host is set. */
static struct noted *noted_new(int64_t at, struct span *host)
{
    struct noted *noted = malloc(sizeof *noted + host->len);

    if (noted == NULL)
        return NULL;
    memcpy(noted->name, host->ptr, host->len);
    *host = span_from(noted->name, host->len);
    noted->at = at;
    return noted;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* What a record says is the newer call's word, if it was about that record. */
static void take_record(struct address *to, const struct address *from)
{
    if (from->family != ADDRESS_NONE)
        *to = *from;
}

/* What is said of the last call alone is the newer one's. */
static void add_to(struct noted *noted, int64_t at,
                   const struct event_calls *call)
{
    struct event_calls *sum = &noted->calls;

    sum->calls += call->calls;
    /* Refusals are counted from the last success on. */
    if (call->succeeded_at > sum->succeeded_at)
        sum->refused = 0;
    sum->refused += call->refused;
    sum->accessed_at = later(sum->accessed_at, call->accessed_at);
    sum->checked_at = later(sum->checked_at, call->checked_at);
    sum->succeeded_at = later(sum->succeeded_at, call->succeeded_at);
    if (at < noted->at)
        return;
    noted->at = at;
    take_record(&sum->ipv4, &call->ipv4);
    take_record(&sum->ipv6, &call->ipv6);
    sum->client = call->client;
    sum->agent = call->agent;
    sum->outcome = call->outcome;
    sum->reason = call->reason;
}

static enum status add_call(struct tally *tally, int64_t at,
                            struct event_calls call)
{
    uint64_t hash = hash_text(call.host, 0);
    struct noted *noted = find_calls(tally, call.host, hash);

    call.agent = keep_agent(tally, call.agent);
    if (noted != NULL) {
        add_to(noted, at, &call);
        return STATUS_OK;
    }
    noted = noted_new(at, &call.host);
    if (noted == NULL)
        return STATUS_NOMEM;
    noted->calls = call;
    hash_table_add(&tally->hosts, &noted->by_host, hash);
    list_append(&tally->calls, &noted->in_order);
    return STATUS_OK;
}

static enum status add_change(struct tally *tally, int64_t at,
                              struct event_change change)
{
    struct noted *noted;

    if (tally->sums.changes >= TALLY_CHANGES_MAX)
        return STATUS_FULL;
    noted = noted_new(at, &change.host);
    if (noted == NULL)
        return STATUS_NOMEM;
    noted->change = change;
    list_append(&tally->changes, &noted->in_order);
    return STATUS_OK;
}

enum status tally_add(struct tally *tally, const struct happening *happening,
                      int64_t succeeded_at)
{
    bool is_call = happening->kind == HAPPENED_CALL;
    enum status status =
        is_call
            ? add_call(tally, happening->at, call_of(happening, succeeded_at))
            : add_change(tally, happening->at, change_of(happening));

    if (status != STATUS_OK)
        return status;
    tally->sums.calls += is_call;
    tally->sums.refused += is_call && happening->ending == CALL_REFUSED;
    tally->sums.changes += !is_call;
    return STATUS_OK;
}

struct tally_sums tally_sums(const struct tally *tally)
{
    return tally->sums;
}

static bool tell_changes(const struct list *list, struct event *event,
                         tally_each_fn *each, void *arg)
{
    event->kind = EVENT_CHANGE;
    for (struct list *at = list->next; at != list; at = at->next) {
        const struct noted *noted = list_entry(at, struct noted, in_order);

        event->at = noted->at;
        event->change = noted->change;
        if (!each(arg, event))
            return false;
    }
    return true;
}

static void tell_calls(const struct list *list, struct event *event,
                       tally_each_fn *each, void *arg)
{
    event->kind = EVENT_CALLS;
    for (struct list *at = list->next; at != list; at = at->next) {
        const struct noted *noted = list_entry(at, struct noted, in_order);

        event->at = noted->at;
        event->calls = noted->calls;
        if (!each(arg, event))
            return;
    }
}

void tally_each(const struct tally *tally, tally_each_fn *each, void *arg)
{
    struct event event;

    if (tell_changes(&tally->changes, &event, each, arg))
        tell_calls(&tally->calls, &event, each, arg);
}
