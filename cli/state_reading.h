/* state_reading -- what is known of every host at this moment: the newest
 * snapshot in DYNDNS_STATE, and what was written there since, with a bar that
 * shows how far it is (progress.h).
 */
#ifndef CLI_STATE_READING_H
#define CLI_STATE_READING_H

#include "cli/state_store.h"

#include "journal/host_states.h"

/* Reads it. EXIT_OK and EXIT_INCOMPLETE: *states is to be freed; with the latter
 * something was damaged, and passed over, which was said. Else another exit
 * status, after an explanation, and *states is NULL. */
int state_reading_get(struct state_store *store, struct host_states **states);

#endif
