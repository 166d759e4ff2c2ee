/* failing_calloc -- a calloc(3) that can be told to fail, for tests that are
 * linked with --wrap=calloc.
 */
#ifndef TESTS_UNIT_FAILING_CALLOC_H
#define TESTS_UNIT_FAILING_CALLOC_H

/* After `successes` more calls, one call fails; the later ones succeed. */
void calloc_fail_after(unsigned successes);

/* No call fails any more. Returns whether the one that should did. */
int calloc_fail_never(void);

#endif
