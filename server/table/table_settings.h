/* table_settings -- what can be set about the host table: see dyndns53(8). */
#ifndef SERVER_TABLE_TABLE_SETTINGS_H
#define SERVER_TABLE_TABLE_SETTINGS_H

#include <stdint.h>

struct table_settings {
    char *bucket;             /* NULL: `database` is a local file */
    char *database;           /* key, or path */
    uint32_t refresh_seconds; /* 0: only on SIGHUP */
    unsigned max_attempts;    /* to read it while one is in service; 0 is 1 */
};

#endif
