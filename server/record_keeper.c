#include "server/record_keeper.h"

#include "base/log.h"

static uint32_t seconds(int64_t ms)
{
    return (uint32_t)(ms / 1000);
}

void record_keeper_clear(struct record_keeper *keeper)
{
    snapshot_release(keeper->snapshot);
    keeper->snapshot = NULL;
}

void record_keeper_use(struct record_keeper *keeper, struct snapshot *snapshot)
{
    snapshot_release(keeper->snapshot);
    keeper->snapshot = snapshot_acquire(snapshot);
}

static bool find_host(const struct record_keeper *keeper, struct span name,
                      struct host *host)
{
    return keeper->snapshot != NULL &&
           hostdb_lookup(keeper->snapshot->hosts, name, host);
}

bool record_keeper_knows(const struct record_keeper *keeper, struct span name,
                         const struct address *address, int64_t now,
                         uint32_t max_age_s)
{
    struct host host;

    return find_host(keeper, name, &host) &&
           known_records_confirms(keeper->snapshot->known, host.index, address,
                                  seconds(now), max_age_s);
}

bool record_keeper_ever_knew(const struct record_keeper *keeper,
                             struct span name, enum rrset_type type)
{
    struct host host;

    return find_host(keeper, name, &host) &&
           known_records_last(keeper->snapshot->known, host.index, type)
                   .family != ADDRESS_NONE;
}

void record_keeper_unsure(struct record_keeper *keeper, struct span name,
                          enum rrset_type type)
{
    struct host host;

    if (find_host(keeper, name, &host))
        known_records_forget(keeper->snapshot->known, host.index, type);
}

static void log_change(const struct written *written, const struct address *old,
                       int64_t now)
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
              log_int("ms", now - written->asked_at));
}

void record_keeper_written(struct record_keeper *keeper,
                           const struct written *written, int64_t now)
{
    struct address old = {.family = ADDRESS_NONE};
    struct host host;

    if (find_host(keeper, written->name, &host)) {
        struct known_records *known = keeper->snapshot->known;

        old = known_records_last(known, host.index, written->type);
        known_records_set(known, host.index, written->address,
                          written->is_latest ? seconds(written->sent_at) : 0);
    }
    log_change(written, &old, now);
}

void record_keeper_surveyed(struct record_keeper *keeper,
                            const struct rrset *rrset, int64_t sent_at,
                            bool is_changing)
{
    struct address address, last;
    struct host host;

    if (!find_host(keeper, rrset->name, &host) ||
        !address_parse(rrset->value, &address))
        return;
    last = known_records_last(keeper->snapshot->known, host.index, rrset->type);
    if (last.family == ADDRESS_NONE)
        known_records_set(keeper->snapshot->known, host.index, &address,
                          is_changing ? 0 : seconds(sent_at));
}
