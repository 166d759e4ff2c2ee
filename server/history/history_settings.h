/* history_settings -- what can be set about the keeping of what happened.
 *
 * Filled once, before the first thread starts, and read by all from then on.
 * Whoever fills it owns what the pointers in it lead to.
 */
#ifndef SERVER_HISTORY_HISTORY_SETTINGS_H
#define SERVER_HISTORY_HISTORY_SETTINGS_H

#include <stdint.h>

enum { HISTORY_SNAPSHOT_INTERVALS = 60 };

struct history_settings {
    char *state; /* where the journal is kept (object_store.h); NULL: nothing
                         outlives the server */
    uint32_t seconds; /* between two objects; others' are read twice as often */
    uint32_t snapshot_intervals; /* of these, about, between two snapshots; 0:
                                    HISTORY_SNAPSHOT_INTERVALS */
    uint32_t waiting_megabytes;  /* of objects that the store does not take */
    uint32_t nochg_seconds; /* for how long a call may be told what a record
                                    said, though another copy has changed it */
};

#endif
