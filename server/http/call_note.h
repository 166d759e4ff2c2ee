/* call_note -- tells the history which hosts were called, and how that ended, in
 * the words of dyndns2 whatever the protocol is.
 *
 * Of a call with the right credentials each host that it was for is told of, once;
 * of one without, the host that it claimed to be, if there is one. Pure, but for
 * the date and the queue.
 */
#ifndef SERVER_HTTP_CALL_NOTE_H
#define SERVER_HTTP_CALL_NOTE_H

#include "server/http/protocol.h"
#include "server/state/event_queue.h"

/* Who called. */
struct call_note {
    struct event_queue *queue; /* NULL: nobody wants to know */
    struct address client;
    struct span agent; /* his User-Agent; may be empty */
};

/* The credentials were right, and this became of the changes: those of one host
 * stand together. An outcome that is still open means that the service cannot do
 * it now. */
void call_note_results(const struct call_note *note,
                       const struct protocol_result *results, size_t count);

/* They were wrong, or not looked at. `host`: whom they were for, as the table has
 * its name; empty: nobody that we know. `reason`: a literal. */
void call_note_refused(const struct call_note *note, struct span host,
                       enum answer answer, const char *reason);

#endif
