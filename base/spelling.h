/* spelling -- how far apart two names are, for "did you mean". Pure.
 */
#ifndef BASE_SPELLING_H
#define BASE_SPELLING_H

#include "base/span.h"

enum { SPELLING_MAX_BYTES = 64, SPELLING_FAR = 2 * SPELLING_MAX_BYTES };

/* The least number of slips (a character left out, added or mistaken, or two
 * neighbours swapped) that make one of the other, whatever the letter case:
 * the optimal string alignment distance. SPELLING_FAR when either is longer
 * than SPELLING_MAX_BYTES. */
unsigned spelling_distance(struct span a, struct span b);

#endif
