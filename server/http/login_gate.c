#include "server/http/login_gate.h"

static const struct span nobody = {"", 0};

/* Of a user any one of its hosts: most have one. */
static struct span host_of(const struct hostdb *hosts, struct span login)
{
    struct host host;
    bool is_sole;

    if (login.len > 0 && (hostdb_lookup(hosts, login, &host) ||
                          hostdb_lookup_user(hosts, login, &host, &is_sole)))
        return host.name;
    return nobody;
}

static struct span named_by(const struct hostdb *hosts, struct span login)
{
    struct host host;

    return login.len > 0 && hostdb_lookup(hosts, login, &host) ? host.name
                                                               : nobody;
}

static bool lives_at_client(const struct login_gate *gate, struct span name)
{
    enum rrset_type type = rrset_type_for(&gate->client);
    struct address home, here = address_network(&gate->client);
    struct host row;

    if (name.len == 0 || gate->client.family == ADDRESS_NONE ||
        !hostdb_lookup_type(gate->hosts, name, gate->client.family, &row))
        return false;
    home = rrset_cache_last(gate->known, row.index, type);
    home = address_network(&home);
    return address_equal(&home, &here);
}

static uint64_t key_of(const struct login_gate *gate)
{
    return guess_limit_key(gate->limit, &gate->client, gate->host);
}

static bool turns_away(struct login_gate *gate, struct span host)
{
    gate->host = host;
    gate->wait_s = guess_limit_wait_s(gate->limit, key_of(gate), gate->now_ms);
    return gate->wait_s > 0;
}

bool login_gate_admits(struct login_gate *gate, struct span login)
{
    struct span host;

    if (gate == NULL)
        return true;
    if (gate->client.family == ADDRESS_NONE)
        gate->host = host_of(gate->hosts, login);
    /* By no time, nobody can be told for how long yet. */
    if (gate->now_ms == 0 || guess_limit_is_quiet(gate->limit) ||
        !turns_away(gate, gate->host))
        return true;
    host = host_of(gate->hosts, login);
    if (lives_at_client(gate, host))
        (void)turns_away(gate, host);
    if (gate->is_in)
        gate->wait_s = 0;
    if (gate->wait_s == 0)
        return true;
    gate->claimed = named_by(gate->hosts, login);
    return false;
}

enum guess_verdict login_gate_count(const struct login_gate *gate,
                                    const struct span *texts, size_t count,
                                    int64_t now_ms)
{
    return guess_limit_count(gate->limit, key_of(gate), texts, count, now_ms);
}
