/* timestamp -- a moment as AWS's services write it: RFC 3339, as in
 * 2026-11-21T20:13:00Z, with or without a fraction of a second, in UTC or with
 * an offset. Pure; private to this floor.
 */
#ifndef AWS_TIMESTAMP_H
#define AWS_TIMESTAMP_H

#include "base/span.h"

#include <stdint.h>

/* Unix time; a fraction is dropped. False, with *out untouched, for anything
 * else. */
bool timestamp_parse(struct span text, int64_t *out);

#endif
