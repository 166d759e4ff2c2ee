/* event_order -- puts what several servers tell into the order in which it
 * happened.
 *
 * Each object of the journal tells of the time since the one before, mostly a
 * minute, and a line of it of any moment within; so what is read is kept back until
 * the objects have come further than any tells of. Memory is bounded: when more
 * would have to be kept back, the earliest is handed on at once, perhaps before
 * something that happened still earlier. So is what comes too late.
 */
#ifndef CLI_EVENT_ORDER_H
#define CLI_EVENT_ORDER_H

#include "base/span.h"
#include "base/status.h"
#include "journal/object_name.h"

#include <stdint.h>

enum {
    /* Of what happened, so much later an object may have been made: and ten minutes,
     * for clocks differ. */
    EVENT_ORDER_WINDOW_MS = (OBJECT_INTERVAL_MAX_SECONDS + 10 * 60) * 1000,
    EVENT_ORDER_MAX_BYTES = 128 * 1024 * 1024,
};

struct event_order;

/* Takes a text, the earliest first; of the same time, in the order in which they
 * were added. False ends it. */
typedef bool event_order_fn(void *arg, int64_t at, struct span text);

/* NULL when memory is short. event_order_free() drops what was kept back. */
struct event_order *event_order_new(size_t max_bytes, event_order_fn *hand_on,
                                    void *arg);
void event_order_free(struct event_order *order);

/* Adds a text, which is copied, of something that happened at a time in ms.
 * STATUS_UNAVAILABLE: hand_on() ended it; STATUS_NOMEM. */
NODISCARD enum status event_order_add(struct event_order *order, int64_t at,
                                      struct span text);

/* Hands on all that happened before a time. STATUS_UNAVAILABLE as above. */
NODISCARD enum status event_order_pass(struct event_order *order, int64_t at);

#endif
