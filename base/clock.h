/* clock -- time that never goes back, for waits, ages and deadlines.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment before the program started (at least one
 * second before, so that 0 can mean "never"). */
int64_t clock_now_ms(void);

/* The same clock in whole seconds: cheaper, and up to a few milliseconds
 * behind. */
uint32_t clock_now_s(void);

#endif
