/* duration -- a span of time as people write it: 90s, 5m, 2h, 30d. Pure.
 */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include "base/span.h"

#include <stdint.h>

enum { DURATION_TEXT_MAX = 12 }; /* of a uint32_t, its unit and NUL */

/* Reads a number and s, m, h or d. False, with *seconds untouched, for anything
 * else, and for less than min_s or more than max_s. */
bool duration_parse(struct span text, uint32_t min_s, uint32_t max_s,
                    uint32_t *seconds);

/* Writes it in the greatest unit that leaves no rest, with a NUL behind it.
 * Returns its length. */
size_t duration_format(uint32_t seconds, char out[DURATION_TEXT_MAX]);

#endif
