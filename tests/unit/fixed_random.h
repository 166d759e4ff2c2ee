/* fixed_random -- a kernel whose randomness is always the same, so that no test
 * depends on whether two of its hashes happen to be equal. Linking it is enough;
 * getrandom is to be wrapped (unit_test_wraps).
 */
#ifndef TESTS_UNIT_FIXED_RANDOM_H
#define TESTS_UNIT_FIXED_RANDOM_H

#include <sys/types.h>

ssize_t __wrap_getrandom(void *bytes, size_t len, unsigned flags);

#endif
