#include "world.h"

#include <stdio.h>
#include <stdlib.h>

static void init_host(struct sim_host *host, size_t number, size_t zone)
{
    snprintf(host->name, sizeof host->name, "h%zu.z%zu.example.org", number,
             zone);
    host->zone = zone;
    for (int type = 0; type < SIM_TYPES; type++)
        host->records[type] = (struct sim_record){.says = SIM_NO_BELIEF,
                                                  .wish = SIM_NO_BELIEF,
                                                  .believed = SIM_NO_BELIEF};
}

static void init_zone(struct sim_zone *zone, size_t number)
{
    *zone = (struct sim_zone){.busy_until = INT64_MIN};
    snprintf(zone->name, sizeof zone->name, "z%zu.example.org", number);
    snprintf(zone->id, sizeof zone->id, "Z%zu", number);
}

bool world_init(struct world *world, size_t hosts, size_t zones,
                struct jitter *random)
{
    *world = (struct world){
        .hosts = calloc(hosts, sizeof *world->hosts),
        .host_count = hosts,
        .zones = calloc(zones, sizeof *world->zones),
        .zone_count = zones,
    };
    if (world->hosts == NULL || world->zones == NULL)
        return false;
    for (size_t i = 0; i < zones; i++)
        init_zone(&world->zones[i], i);
    for (size_t i = 0; i < hosts; i++)
        init_host(
            &world->hosts[i], i,
            i % 2 == 0 ? 0 : (size_t)jitter_up_to(random, (int64_t)zones - 1));
    return true;
}

void world_clear(struct world *world)
{
    free(world->hosts);
    free(world->zones);
}

struct sim_host *world_host(struct world *world, struct span name)
{
    size_t number = strtoul(name.ptr + 1, NULL, 10);

    return &world->hosts[number];
}

struct sim_zone *world_zone(struct world *world, struct span id)
{
    for (size_t i = 0; i < world->zone_count; i++)
        if (span_is(id, world->zones[i].id))
            return &world->zones[i];
    return NULL;
}

void world_recreate_zone(struct world *world, struct sim_zone *zone)
{
    snprintf(zone->id, sizeof zone->id, "ZNEW%u", ++world->recreated);
    for (size_t i = 0; i < world->host_count; i++) {
        struct sim_host *host = &world->hosts[i];

        if (&world->zones[host->zone] != zone)
            continue;
        for (int type = 0; type < SIM_TYPES; type++)
            host->records[type].says = SIM_NO_BELIEF;
    }
}

/* IPv6 in full length and short by turns, so that both budgets of a batch are
 * met. */
struct address sim_address(enum rrset_type type, int number)
{
    char text[ADDRESS_TEXT_MAX];
    struct address address = {.family = ADDRESS_NONE};

    if (type == RRSET_A)
        snprintf(text, sizeof text, "198.51.%d.%d", number / 200, number % 200);
    else if (number % 2 == 0)
        snprintf(text, sizeof text, "2001:db8::%x", number + 1);
    else
        snprintf(text, sizeof text, "2001:db8:1111:2222:3333:4444:5555:%x",
                 0x1000 + number);
    address_parse(span_from_string(text), &address);
    return address;
}

int sim_address_number(struct span value, enum rrset_type type)
{
    struct address address = {.family = ADDRESS_NONE};
    int low;

    address_parse(value, &address);
    if (type == RRSET_A)
        return address.bytes[2] * 200 + address.bytes[3];
    low = address.bytes[14] * 256 + address.bytes[15];
    return low >= 0x1000 ? low - 0x1000 : low - 1;
}
