/* alert_store -- the alerts' ledger where it is kept: one object of a store, which
 * is read again only if it has changed, and replaced only if it has not. One thread.
 */
#ifndef SERVER_ALERTS_ALERT_STORE_H
#define SERVER_ALERTS_ALERT_STORE_H

#include "journal/object_store.h"
#include "server/alerts/alert_ledger.h"

#define ALERT_STORE_KEY "alerts.json"

struct alert_store {
    struct object_store *store; /* borrowed */
    struct alert_ledger ledger; /* as it was read, and changed since */
    struct object_tag tag;      /* of what was read; "": there is none */
};

NODISCARD enum status alert_store_init(struct alert_store *kept,
                                       struct object_store *store);
void alert_store_clear(struct alert_store *kept);

/* Makes kept->ledger what is in the store; what was changed and could not be saved
 * is gone. STATUS_OK; STATUS_INVALID: what lies there is no ledger, and one
 * without alerts takes its place. Else as object_store_get(), and the ledger is of
 * no use. */
NODISCARD enum status alert_store_load(struct alert_store *kept);

/* Puts the ledger into the store. STATUS_CONFLICT: somebody was first; it is to be
 * loaded again, as after any failure. */
NODISCARD enum status alert_store_save(struct alert_store *kept);

#endif
