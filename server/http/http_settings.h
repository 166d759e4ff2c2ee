/* http_settings -- what can be set about the speaking of HTTP, and what it must
 * know of the settings of others.
 *
 * Filled once, before the first thread starts, and read by all of them from
 * then on. Whoever fills it owns what the pointers in it lead to.
 */
#ifndef SERVER_HTTP_HTTP_SETTINGS_H
#define SERVER_HTTP_HTTP_SETTINGS_H

#include "server/http/client_address.h"

#include <stdint.h>

enum {
    HTTP_LISTEN_MAX = 16,
    HTTP_THREADS_MAX = 64,
    HTTP_KEY_MAX_BYTES = 256,        /* of the keys below */
    HTTP_ADMIN_TOKEN_MIN_BYTES = 16, /* of admin_token, which opens all */
};

/* What TLS needs, in PEM. */
enum tls_file { TLS_FILE_CERTIFICATE, TLS_FILE_KEY, TLS_FILES };

struct listen_address {
    struct address address;
    uint16_t port;   /* 0: the kernel chooses */
    bool any_family; /* "[::]" by default: IPv4 alone where there is no IPv6 */
    /* What comes before HTTP on its connections, if both in this order. */
    bool proxy;   /* "proxy:", the header of the PROXY protocol */
    bool tls;     /* "tls:", a TLS handshake */
    bool metrics; /* of DYNDNS_METRICS_LISTEN: /metrics is here alone */
};

/* Whom to ask about names. ADDRESS_NONE: whom resolv.conf(5) names. */
struct name_server {
    struct address address;
    uint16_t port;
};

struct http_settings {
    struct listen_address listen[HTTP_LISTEN_MAX];
    size_t listen_count;
    /* Paths, where an address is marked "tls:"; NULL: none is given. */
    char *tls_files[TLS_FILES];
    unsigned threads;                  /* event loops, from 1 */
    struct proxy_list trusted_proxies; /* whose X-Forwarded-For counts */
    bool allow_internal;               /* register addresses that mean nothing
                                          outside one's own network */
    bool query_auth;                   /* credentials may stand in the query */
    unsigned max_failures; /* wrong credentials of an address, at once and in
                              an hour; 0: as many as it likes */
    unsigned max_changes;  /* of a record, likewise */
    unsigned max_connections_per_address; /* 0: as many as it likes */
    char *api_key;     /* asked of hash_v2 callers; NULL: none */
    char *reflect_key; /* asked of /reflect's callers; NULL: none */
    char *
        admin_token; /* asked of /status's callers; NULL: there is no /status */
    struct name_server resolver; /* asked what DNS says of a host */
};

/* Of the settings of DNS. */
struct http_limits {
    unsigned nochg_seconds;    /* how long it stays known what an rrset says */
    unsigned deadline_seconds; /* until a caller who waits is answered */
    uint32_t ttl_seconds;      /* of rrsets whose host has none of its own */
};

#endif
