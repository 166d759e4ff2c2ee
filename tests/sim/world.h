/* world -- the hosts and hosted zones of one simulation, as they truly are,
 * beside what callers wished for and what the server believes.
 */
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

#include "base/address.h"
#include "base/backoff.h"
#include "server/dns/rrset_state.h"

enum { SIM_TYPES = 2, SIM_NAME_MAX = 64, SIM_NO_BELIEF = -1 };

/* One record set of one host: RRSET_A or RRSET_AAAA. Addresses are small
 * numbers; sim_address() makes real ones of them. */
struct sim_record {
    int says;      /* what Route 53 holds; SIM_NO_BELIEF: nothing */
    int wish;      /* the newest wish that was taken on; SIM_NO_BELIEF: none */
    int believed;  /* what `nochg` would be said of; SIM_NO_BELIEF: unsure */
    bool poisoned; /* Route 53 refuses it */
    bool was_refused; /* it was, when it was last part of a batch */
    bool was_not_so;  /* when it was last to be removed, it was not as told */
    bool removing;    /* its removal has been taken on, and not ended */
    bool proven;      /* Route 53 accepted it once, as the server knows */
    unsigned tries;   /* how often it went alone, having been refused */
};

struct sim_host {
    char name[SIM_NAME_MAX];
    size_t zone;
    struct sim_record records[SIM_TYPES];
};

struct sim_zone {
    char name[SIM_NAME_MAX];
    char id[ROUTE53_ID_MAX + 1];      /* as Route 53 has it; "" while gone */
    char read_id[ROUTE53_ID_MAX + 1]; /* as the server last read it */
    int64_t busy_until;               /* a batch is being applied */
    bool called;                      /* a call to it has no reply yet */
};

struct world {
    struct sim_host *hosts;
    size_t host_count;
    struct sim_zone *zones;
    size_t zone_count;
    unsigned recreated; /* zones that got a new id so far */
};

/* Hosts are dealt to zones unevenly: the first zone gets half of them. */
bool world_init(struct world *world, size_t hosts, size_t zones,
                struct jitter *random);
void world_clear(struct world *world);

/* The host of a name made by world_init(). */
struct sim_host *world_host(struct world *world, struct span name);

struct sim_zone *world_zone(struct world *world, struct span id);

/* A zone is deleted and made again under another id. */
void world_recreate_zone(struct world *world, struct sim_zone *zone);

struct address sim_address(enum rrset_type type, int number);
int sim_address_number(struct span value, enum rrset_type type);

#endif
