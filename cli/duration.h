/* duration -- a span of time as people write it: 90s, 5m, 2h. Pure.
 */
#ifndef CLI_DURATION_H
#define CLI_DURATION_H

#include "base/span.h"

#include <stdint.h>

/* Reads a number and s, m or h. False, with *seconds untouched, for anything
 * else, and for less than min_s or more than max_s. */
bool duration_parse(struct span text, uint32_t min_s, uint32_t max_s,
                    uint32_t *seconds);

#endif
