/* heart -- whether a thread still goes round and round.
 *
 * The thread beats in each of its turns; who watches it asks from time to time
 * whether it has beaten since he last asked. To beat costs no more than to count.
 */
#ifndef BASE_HEART_H
#define BASE_HEART_H

#include <stdatomic.h>
#include <stdbool.h>

struct heart {
    atomic_uint beats;
    unsigned seen; /* the watcher's alone */
};

static inline void heart_beat(struct heart *heart)
{
    atomic_fetch_add_explicit(&heart->beats, 1, memory_order_relaxed);
}

/* Whether it has beaten since this was last asked. By one watcher alone. */
static inline bool heart_has_beaten(struct heart *heart)
{
    unsigned beats = atomic_load_explicit(&heart->beats, memory_order_relaxed);
    bool has = beats != heart->seen;

    heart->seen = beats;
    return has;
}

#endif
