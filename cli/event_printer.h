/* event_printer -- prints events as they come, in their order: lines for a
 * person, or an array of JSON for a program.
 */
#ifndef CLI_EVENT_PRINTER_H
#define CLI_EVENT_PRINTER_H

#include "base/strbuf.h"

#include <stdint.h>

struct event_printer {
    bool as_json;
    uint64_t count;
    struct strbuf text; /* that is not printed yet */
};

void event_printer_init(struct event_printer *printer, bool as_json);
void event_printer_clear(struct event_printer *printer);

/* Takes an event of a time in ms: words, or an object of JSON. False: it cannot
 * be printed, which was said. Fits event_order.h. */
bool event_printer_put(void *printer, int64_t at, struct span event);

/* Ends it, and prints the rest. False as above. */
bool event_printer_end(struct event_printer *printer);

#endif
