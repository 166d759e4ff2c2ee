#include "server/http/hash_claim.h"

#include "base/address_scope.h"

enum { ROWS_OF_HOST_MAX = 2 }; /* one for A, one for AAAA */

static size_t find_rows(const struct hostdb *hosts, struct span name,
                        struct host rows[ROWS_OF_HOST_MAX])
{
    if (!hostdb_lookup(hosts, name, &rows[0]))
        return 0;
    return hostdb_other_row(hosts, &rows[0], &rows[1]) ? 2 : 1;
}

bool hash_claim_open(const struct hash_claim *claim,
                     const struct protocol_request *request,
                     enum address_family family, struct host *row,
                     struct span *claimed)
{
    struct host rows[ROWS_OF_HOST_MAX];
    size_t count = find_rows(request->hosts, claim->name, rows);
    const struct host *opened = NULL;

    /* As many hashes are made for a host with one row, or none. */
    for (size_t i = 0; i < ROWS_OF_HOST_MAX; i++) {
        const struct host *tried = i < count ? &rows[i] : NULL;

        if (validation_hash_matches(&claim->hash, &request->client, claim->name,
                                    tried) &&
            (opened == NULL || host_holds(tried, family)))
            opened = tried;
    }
    if (opened != NULL)
        *row = *opened;
    else if (count > 0)
        *claimed = rows[0].name;
    return opened != NULL;
}

static enum refusal judge(const struct protocol_request *request,
                          const struct host *row, const struct address *address)
{
    bool is_own = address_equal(address, &request->client);

    if (!host_holds(row, address->family))
        return REFUSAL_OTHER_TYPE;
    if (host_is_locked(row))
        return REFUSAL_LOCKED;
    if ((is_own && !address_is_internal(address)) ||
        host_allows_internal(row, request->settings->allow_internal))
        return REFUSAL_NONE;
    return is_own || address_is_internal(address) ? REFUSAL_INTERNAL
                                                  : REFUSAL_NOT_OWN;
}

struct protocol_change hash_claim_change(const struct protocol_request *request,
                                         const struct host *row,
                                         const struct address *address)
{
    return (struct protocol_change){
        .host = *row,
        .address = *address,
        .refusal = judge(request, row, address),
    };
}
