/* minute_object -- what happened since the last object, as an object of the
 * journal: lines of JSON, packed. Pure.
 */
#ifndef SERVER_HISTORY_MINUTE_OBJECT_H
#define SERVER_HISTORY_MINUTE_OBJECT_H

#include "base/strbuf.h"
#include "server/history/tally.h"

#define MINUTE_OBJECT_TYPE "application/gzip"

/* Appends to `out`, whose ceiling is the limit: what the server says of itself
 * comes first, then what is in the tally. STATUS_FULL, STATUS_NOMEM: `out` is as
 * it was. */
NODISCARD enum status minute_object_pack(const struct event *self,
                                         const struct tally *tally,
                                         struct strbuf *out);

#endif
