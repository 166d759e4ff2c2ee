/* failing_memory -- memory that runs out at a moment of the test's choice, for
 * the code that is linked into the test (not for shared libraries). Wants
 * unit_test_wraps(NAME malloc calloc realloc strdup strndup asprintf).
 */
#ifndef TESTS_UNIT_FAILING_MEMORY_H
#define TESTS_UNIT_FAILING_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* From now on, on this thread, `count` allocations succeed and the next one
 * fails; those after it succeed again. */
void failing_memory_after(size_t count);

/* Back to normal; returns whether an allocation was made to fail. */
bool failing_memory_stop(void);

#endif
