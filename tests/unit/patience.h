/* patience -- how long a unit test goes on before it gives up.
 *
 * No verdict may depend on how fast the machine is: a test asserts what is true
 * however long things take, and goes on until it has seen what it looks for.
 * The ceilings are far above what any machine needs, and whoever reaches one
 * says that it was too slow to tell, and what.
 */
#ifndef TESTS_UNIT_PATIENCE_H
#define TESTS_UNIT_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

/* Also for deadlines that are to pass in no test. */
enum { PATIENCE_MS = 120000 };

struct patience {
    int64_t give_up_at;
    const char *looked_for;
};

/* Begins to look for what the text names, which must outlive the search. */
struct patience patience_for(const char *looked_for);

/* To be asked each time it has not been seen yet. True; or, in the end, fails
 * the test. */
bool patience_lasts(const struct patience *patience);

/* Of the processor's time of this thread, and of everybody's, since some
 * moment. */
int64_t patience_cpu_us(void);
int64_t patience_now_ms(void);

#endif
