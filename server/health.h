/* health -- what /healthz says: whether a host table is in service, and
 * whether AWS was reached the last time it was asked.
 *
 * Written by the updater, read by the loops; all fields are atomics.
 */
#ifndef SERVER_HEALTH_H
#define SERVER_HEALTH_H

#include "base/status.h"
#include "base/strbuf.h"

#include <stdatomic.h>

struct health {
    atomic_bool table_loaded;
    atomic_bool table_stale; /* the last reload failed; an older one serves */
    atomic_size_t hosts;
    atomic_int aws; /* enum status of the last call; -1: none was made yet */
};

void health_init(struct health *health);

/* Notes what AWS said last. Statuses by which AWS answers for a single record
 * or object count as reached. */
void health_note_aws(struct health *health, enum status status);

/* Notes a table put in service, or a reload that failed. */
void health_note_table(struct health *health, size_t hosts);
void health_note_reload_failed(struct health *health);

/* Appends one JSON object and a newline; returns whether all is well:
 * {"status":"ok","hosts":3,"table":"current"}, or with "reason" in words. */
bool health_write_json(const struct health *health, struct strbuf *out);

#endif
