#include "server/table/rrset_cache.h"

#include "base/hash_table.h"

#include <stdlib.h>

/* Odd `sequence`: the writer is at work. The order of the accesses stands in
 * store() and load(); the C11 memory model, and Boehm's "Can seqlocks get
 * along with programming language memory models?" (2012), say why it is
 * enough. */
struct slot {
    atomic_uint sequence;
    atomic_uint sent_at_s; /* 0: not known, or not known any more */
    atomic_uint_least64_t high, low;
};

/* The IPv4 address of an A record stands in `low`, with EVER_KNOWN in `high`,
 * since 0.0.0.0 is an address too. The unspecified IPv6 address, which cannot
 * be told from "never known", is never registered. */
#define EVER_KNOWN (UINT64_C(1) << 63)

enum { SLOTS_PER_HOST = 2 };

struct rrset_cache {
    atomic_bool retired;
    struct slot slots[];
};

struct value {
    uint32_t sent_at_s;
    uint64_t high, low;
};

static size_t stripe_of(struct span name)
{
    return hash_text(name, 0) % IN_TRANSIT_STRIPES;
}

void in_transit_begin(struct in_transit_counts *in_transit, struct span name)
{
    atomic_fetch_add(&in_transit->counts[stripe_of(name)], 1);
}

void in_transit_end(struct in_transit_counts *in_transit, struct span name)
{
    atomic_fetch_sub(&in_transit->counts[stripe_of(name)], 1);
}

struct rrset_cache *rrset_cache_new(size_t hosts)
{
    /* calloc(3) takes large blocks from the kernel, zeroed and untouched. */
    return calloc(1, sizeof(struct rrset_cache) +
                         hosts * SLOTS_PER_HOST * sizeof(struct slot));
}

void rrset_cache_free(struct rrset_cache *known)
{
    free(known);
}

static size_t slot_index(uint32_t host, enum rrset_type type)
{
    return (size_t)host * SLOTS_PER_HOST + (type == RRSET_AAAA);
}

static void store(struct slot *slot, struct value value)
{
    unsigned sequence =
        atomic_load_explicit(&slot->sequence, memory_order_relaxed);

    atomic_store_explicit(&slot->sequence, sequence + 1, memory_order_relaxed);
    /* Each release keeps the odd sequence before it. */
    atomic_store_explicit(&slot->sent_at_s, value.sent_at_s,
                          memory_order_release);
    atomic_store_explicit(&slot->high, value.high, memory_order_release);
    atomic_store_explicit(&slot->low, value.low, memory_order_release);
    atomic_store_explicit(&slot->sequence, sequence + 2, memory_order_release);
}

/* False while the writer is at work: the reader then takes the long way. */
static bool load(const struct slot *slot, struct value *value)
{
    unsigned before =
        atomic_load_explicit(&slot->sequence, memory_order_acquire);

    /* Each acquire keeps the second look at the sequence after it. */
    value->sent_at_s =
        atomic_load_explicit(&slot->sent_at_s, memory_order_acquire);
    value->high = atomic_load_explicit(&slot->high, memory_order_acquire);
    value->low = atomic_load_explicit(&slot->low, memory_order_acquire);
    return before % 2 == 0 &&
           before ==
               atomic_load_explicit(&slot->sequence, memory_order_relaxed);
}

static struct value value_of(const struct address *address, uint32_t sent_at_s)
{
    struct value value = {.sent_at_s = sent_at_s};

    if (address->family == ADDRESS_IPV6) {
        memcpy(&value.high, address->bytes, 8);
        memcpy(&value.low, address->bytes + 8, 8);
    } else {
        memcpy(&value.low, address->bytes, 4);
        value.high = EVER_KNOWN;
    }
    return value;
}

bool rrset_cache_holds(const struct rrset_cache *known, uint32_t host,
                       const struct address *address, uint32_t now_s,
                       uint32_t max_age_s)
{
    struct value wanted = value_of(address, 0), found;
    uint32_t age_s = 0;

    if (!load(&known->slots[slot_index(host, rrset_type_for(address))],
              &found) ||
        atomic_load_explicit(&known->retired, memory_order_acquire))
        return false;
    /* Both are rounded down, so the true age is below the difference + 1; and
     * clock_now_s() may be behind, so that the difference is negative. */
    if (now_s > found.sent_at_s)
        age_s = now_s - found.sent_at_s;
    return found.sent_at_s != 0 && age_s < max_age_s &&
           found.high == wanted.high && found.low == wanted.low;
}

bool rrset_cache_confirms(const struct rrset_cache *known,
                          const struct in_transit_counts *in_transit,
                          uint32_t host, struct span name,
                          const struct address *address, uint32_t now_s,
                          uint32_t max_age_s)
{
    /* Before the look at the slot. Sequentially consistent, like in_transit_begin()
     * on another loop. */
    if (atomic_load(&in_transit->counts[stripe_of(name)]) != 0)
        return false;
    return rrset_cache_holds(known, host, address, now_s, max_age_s);
}

void rrset_cache_set(struct rrset_cache *known, uint32_t host,
                     const struct address *address, uint32_t sent_at_s)
{
    store(&known->slots[slot_index(host, rrset_type_for(address))],
          value_of(address, sent_at_s));
}

void rrset_cache_invalidate(struct rrset_cache *known, uint32_t host,
                            enum rrset_type type)
{
    struct slot *slot = &known->slots[slot_index(host, type)];

    atomic_store_explicit(&slot->sent_at_s, 0, memory_order_release);
}

void rrset_cache_forget(struct rrset_cache *known, uint32_t host,
                        enum rrset_type type)
{
    store(&known->slots[slot_index(host, type)], (struct value){.low = 0});
}

uint32_t rrset_cache_sent_at(const struct rrset_cache *known, uint32_t host,
                             enum rrset_type type)
{
    return atomic_load_explicit(&known->slots[slot_index(host, type)].sent_at_s,
                                memory_order_relaxed);
}

struct address rrset_cache_last(const struct rrset_cache *known, uint32_t host,
                                enum rrset_type type)
{
    struct address address = {.family = ADDRESS_NONE};
    struct value value;

    if (!load(&known->slots[slot_index(host, type)], &value) ||
        (value.high == 0 && value.low == 0))
        return address;
    if (type == RRSET_AAAA) {
        address.family = ADDRESS_IPV6;
        memcpy(address.bytes, &value.high, 8);
        memcpy(address.bytes + 8, &value.low, 8);
    } else {
        address.family = ADDRESS_IPV4;
        memcpy(address.bytes, &value.low, 4);
    }
    return address;
}

bool rrset_cache_knows(const struct rrset_cache *known, uint32_t host)
{
    const struct slot *slots = &known->slots[slot_index(host, RRSET_A)];
    uint64_t any = 0;

    for (size_t i = 0; i < SLOTS_PER_HOST; i++)
        any |= atomic_load_explicit(&slots[i].high, memory_order_relaxed) |
               atomic_load_explicit(&slots[i].low, memory_order_relaxed);
    return any != 0;
}

void rrset_cache_retire(struct rrset_cache *known)
{
    atomic_store_explicit(&known->retired, true, memory_order_release);
}

void rrset_cache_carry(struct rrset_cache *to, uint32_t to_host,
                       const struct rrset_cache *from, uint32_t from_host,
                       enum rrset_type type)
{
    struct value value;

    if (load(&from->slots[slot_index(from_host, type)], &value) &&
        (value.high != 0 || value.low != 0))
        store(&to->slots[slot_index(to_host, type)], value);
}
