/* failing_jansson -- memory that runs out on jansson when a test wants it to.
 */
#ifndef TESTS_UNIT_FAILING_JANSSON_H
#define TESTS_UNIT_FAILING_JANSSON_H

/* From now on every allocation by jansson fails but the first `count`. A
 * negative count: none does. */
void failing_jansson_after(int count);

#endif
