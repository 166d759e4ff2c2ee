/* dns_settings -- what can be set about changing DNS: see dyndns53(8). */
#ifndef SERVER_DNS_DNS_SETTINGS_H
#define SERVER_DNS_DNS_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

struct dns_settings {
    uint32_t ttl_seconds;      /* of records whose host has none of its own */
    uint32_t nochg_seconds;    /* how long what is known may be relied on */
    uint32_t deadline_seconds; /* how long a caller waits */
    double calls_per_second;   /* to Route 53, at most */
    char **hosted_zones;       /* ids; NULL: all public ones of the account */
    size_t hosted_zone_count;
    unsigned max_attempts; /* to list the hosted zones; 0 is 1 */
};

#endif
