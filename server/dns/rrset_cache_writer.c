#include "server/dns/rrset_cache_writer.h"

#include "base/clock.h"
#include "base/log.h"

static uint32_t seconds(int64_t ms)
{
    return (uint32_t)(ms / 1000);
}

void rrset_cache_writer_clear(struct rrset_cache_writer *cache_writer)
{
    host_table_release(cache_writer->host_table);
    cache_writer->host_table = NULL;
}

void rrset_cache_writer_use(struct rrset_cache_writer *cache_writer,
                            struct host_table *host_table)
{
    host_table_release(cache_writer->host_table);
    cache_writer->host_table = host_table_acquire(host_table);
}

/* The row that is for this record: a name may have two. */
static bool find_host(const struct rrset_cache_writer *cache_writer,
                      struct span name, enum rrset_type type, struct host *host)
{
    return cache_writer->host_table != NULL &&
           hostdb_lookup_type(cache_writer->host_table->hosts, name,
                              rrset_type_family(type), host);
}

bool rrset_cache_writer_knows(const struct rrset_cache_writer *cache_writer,
                              struct span name, const struct address *address,
                              int64_t now, uint32_t max_age_s)
{
    struct host host;

    return find_host(cache_writer, name, rrset_type_for(address), &host) &&
           rrset_cache_holds(cache_writer->host_table->known, host.index,
                             address, seconds(now), max_age_s);
}

bool rrset_cache_writer_ever_knew(const struct rrset_cache_writer *cache_writer,
                                  struct span name, enum rrset_type type)
{
    struct host host;

    return find_host(cache_writer, name, type, &host) &&
           rrset_cache_last(cache_writer->host_table->known, host.index, type)
                   .family != ADDRESS_NONE;
}

void rrset_cache_writer_invalidate(struct rrset_cache_writer *cache_writer,
                                   struct span name, enum rrset_type type)
{
    struct host host;

    if (find_host(cache_writer, name, type, &host))
        rrset_cache_invalidate(cache_writer->host_table->known, host.index,
                               type);
}

static void log_change(const struct accepted_change *written,
                       const struct address *old, int64_t now)
{
    bool changed = !address_equal(old, written->address);
    char before[ADDRESS_TEXT_MAX], after[ADDRESS_TEXT_MAX],
        client[ADDRESS_TEXT_MAX];

    address_format(old, before);
    address_format(written->address, after);
    address_format(written->client, client);
    log_event(changed ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG,
              changed ? "record_changed" : "record_confirmed",
              log_span("host", written->name),
              log_str("type", rrset_type_name(written->type)),
              log_str("old", old->family == ADDRESS_NONE ? "unknown" : before),
              log_str("new", after), log_str("client", client),
              log_span("zone", written->zone_id),
              log_int("ms", now - written->asked_at),
              log_span_if_any("trace", written->trace));
}

/* A record that a row is not for any more is nobody's to be removed. What this
 * server has learnt of a record while its host is said to be silent, it learnt
 * from a call that the history has yet to hear of; or when it started, and then
 * it has not been up for long. */
enum expiry_outcome rrset_cache_writer_objection(
    const struct rrset_cache_writer *cache_writer,
    const struct expired_rrset *rrset, int64_t now)
{
    struct host host;
    uint32_t sent_at_s;

    if (!find_host(cache_writer, expired_rrset_name(rrset), rrset->type, &host))
        return EXPIRY_UNAVAILABLE;
    if (host_is_locked(&host))
        return EXPIRY_LOCKED;
    sent_at_s = rrset_cache_sent_at(cache_writer->host_table->known, host.index,
                                    rrset->type);
    return sent_at_s != 0 && seconds(now) <= sent_at_s + rrset->limit_s
               ? EXPIRY_WANTED
               : EXPIRY_OPEN;
}

static void forget(struct rrset_cache_writer *cache_writer, struct span name,
                   enum rrset_type type)
{
    struct host host;

    if (find_host(cache_writer, name, type, &host))
        rrset_cache_forget(cache_writer->host_table->known, host.index, type);
}

/* `why`: a literal. */
static void tell_removal(struct event_queue *events, int64_t at,
                         struct span name, const struct address *before,
                         const char *why)
{
    struct happening change = {
        .kind = HAPPENED_CHANGE,
        .at = at,
        .host = name,
        .before = *before,
        .family = before->family,
        .why = why,
    };

    event_queue_put(events, &change);
}

void rrset_cache_writer_removed(struct rrset_cache_writer *cache_writer,
                                const struct ended_removal *removed,
                                uint32_t silent_s)
{
    enum rrset_type type = rrset_type_for(removed->address);
    char before[ADDRESS_TEXT_MAX];

    forget(cache_writer, removed->name, type);
    address_format(removed->address, before);
    log_event(LOG_LEVEL_INFO, "record_expired", log_span("host", removed->name),
              log_str("type", rrset_type_name(type)), log_str("old", before),
              log_span("zone", removed->zone_id),
              log_uint("silent_s", silent_s));
    tell_removal(cache_writer->events, clock_date_ms(), removed->name,
                 removed->address, "expired");
}

/* As of when it was asked for, so that no later change is thought undone. */
void rrset_cache_writer_missing(struct rrset_cache_writer *cache_writer,
                                const struct expired_rrset *rrset,
                                int64_t ms_ago)
{
    struct span name = expired_rrset_name(rrset);
    char before[ADDRESS_TEXT_MAX];

    forget(cache_writer, name, rrset->type);
    address_format(&rrset->expected, before);
    log_event(LOG_LEVEL_INFO, "record_missing", log_span("host", name),
              log_str("type", rrset_type_name(rrset->type)),
              log_str("old", before), log_uint("silent_s", rrset->silent_s));
    tell_removal(cache_writer->events, clock_date_ms() - ms_ago, name,
                 &rrset->expected, "missing");
}

/* Also where it is what this server wrote last: another copy may have changed the
 * record in between, which the history knows. */
static void tell_change(struct event_queue *events,
                        const struct accepted_change *written,
                        const struct address *old)
{
    struct happening change = {
        .kind = HAPPENED_CHANGE,
        .at = clock_date_ms(),
        .host = written->name,
        .client = *written->client,
        .before = *old,
        .after = *written->address,
        .family = rrset_type_family(written->type),
        .why = "call",
    };

    event_queue_put(events, &change);
}

void rrset_cache_writer_accept(struct rrset_cache_writer *cache_writer,
                               const struct accepted_change *written,
                               int64_t now)
{
    struct address old = {.family = ADDRESS_NONE};
    struct host host;

    if (find_host(cache_writer, written->name, written->type, &host)) {
        struct rrset_cache *known = cache_writer->host_table->known;

        old = rrset_cache_last(known, host.index, written->type);
        rrset_cache_set(known, host.index, written->address,
                        written->is_latest ? seconds(written->sent_at) : 0);
    }
    log_change(written, &old, now);
    tell_change(cache_writer->events, written, &old);
}

void rrset_cache_writer_preload(struct rrset_cache_writer *cache_writer,
                                const struct rrset *rrset, int64_t sent_at,
                                bool is_changing)
{
    struct address address, last;
    struct host host;

    if (!find_host(cache_writer, rrset->name, rrset->type, &host) ||
        !address_parse(rrset->value, &address))
        return;
    last = rrset_cache_last(cache_writer->host_table->known, host.index,
                            rrset->type);
    if (last.family == ADDRESS_NONE)
        rrset_cache_set(cache_writer->host_table->known, host.index, &address,
                        is_changing ? 0 : seconds(sent_at));
}
