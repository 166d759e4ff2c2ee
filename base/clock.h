/* clock -- time that never goes back, for waits, ages and deadlines; and the
 * date, which may.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment before the program started (at least one
 * second before, so that 0 can mean "never"). */
int64_t clock_now_ms(void);

/* The same clock in nanoseconds: of two moments of which one caused the other, the
 * cause is not the later, on whatever threads they were. */
int64_t clock_now_ns(void);

/* The same clock in whole seconds: cheaper, and up to a few milliseconds
 * behind. */
uint32_t clock_now_s(void);

/* Milliseconds since 1970, as far as this machine's clock is right. */
int64_t clock_date_ms(void);

#endif
