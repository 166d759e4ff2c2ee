/* decimal -- numbers as people write them in a setting: digits, and nothing
 * else.
 *
 * No sign, no blank, no exponent, no "0x", no "inf", no leading zero (010 is
 * eight to many programs), and no say for the locale: what strtoul(3) and
 * strtod(3) take beyond that is more often a slip than meant.
 */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include "base/span.h"

#include <stdint.h>

/* Reads "0", "8080". False, with *out untouched, for anything else and for
 * what is greater than max. */
bool decimal_parse(struct span text, uint32_t max, uint32_t *out);

/* Reads "5", "0.5", "2.50" too: a point has digits on both sides. False, with
 * *out untouched, for anything else, and for more than 15 digits: so many a
 * double holds exactly. */
bool decimal_parse_fraction(struct span text, double *out);

#endif
