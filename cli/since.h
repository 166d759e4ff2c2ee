/* since -- from when on something is asked for, as people write it: so long ago
 * (24h, 7d), a day (2026-11-21), or a time of a day (2026-11-21T10:15Z,
 * 2026-11-21T10:15:30Z). All of it in UTC. Pure.
 */
#ifndef CLI_SINCE_H
#define CLI_SINCE_H

#include "base/span.h"

#include <stdint.h>

/* What since_parse() takes, for messages. */
#define SINCE_FORMS "24h, 7d, 2026-11-21 or 2026-11-21T10:15Z"

/* Reads a moment, in ms since 1970; a day is its first. False, with *ms
 * untouched, for anything else, and for what lies behind `now` or before 1970. */
bool since_parse(struct span text, int64_t now, int64_t *ms);

#endif
