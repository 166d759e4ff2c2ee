/* snapshot -- all that is known at a moment as one object, so that a server that
 * starts need not read the journal from its beginning: JSON Lines, gzip, written
 * and read in a stream. docs/STATE.md has its members.
 *
 * Its first line says which version it is and of when. Others are told in the
 * order in which they were written: which objects of the journal are in it, the
 * hosts, events (what happened lately, what copies said of themselves), sums of
 * five minutes.
 *
 * It is put by If-Match with the tag of the one that its writer has read, or
 * If-None-Match. Where that fails another copy was faster, with a snapshot that is
 * as good; there is nothing to merge. Who could not read the one that is there,
 * for another reason than that it is damaged, writes none.
 */
#ifndef JOURNAL_SNAPSHOT_H
#define JOURNAL_SNAPSHOT_H

#include "journal/applied_objects.h"
#include "journal/event.h"
#include "journal/host_states.h"

#define SNAPSHOT_KEY "snapshot.jsonl.gz"
#define SNAPSHOT_CONTENT_TYPE "application/gzip"

enum {
    SNAPSHOT_VERSION = 1,
    SNAPSHOT_MAX_BYTES = 1024 * 1024 * 1024, /* packed: thirty million hosts */
};

/* What all copies did in five minutes. */
struct snapshot_sum {
    int64_t sum_at; /* their begin; ms since 1970 */
    uint64_t calls, refused, changes, route53_calls, throttled, lost;
};

/* --- written. A failure is kept: add freely, and ask snapshot_writer_finish().
 * Between the first line and the last nothing may be applied to what is written,
 * be it written in steps: what the lines of applied objects say must be so. */

struct snapshot_writer;

/* Appends to `out`, which must outlive it. NULL when memory is short. */
struct snapshot_writer *snapshot_writer_new(struct strbuf *out, int64_t at);

void snapshot_writer_applied(struct snapshot_writer *writer,
                             const struct applied_objects *applied);
void snapshot_writer_host(struct snapshot_writer *writer,
                          const struct host_state *state);
void snapshot_writer_event(struct snapshot_writer *writer,
                           const struct event *event);
void snapshot_writer_sum(struct snapshot_writer *writer,
                         const struct snapshot_sum *sum);

/* Ends it, and frees the writer. STATUS_FULL: `out` may not hold as much;
 * STATUS_NOMEM. On failure `out` is as it was. */
NODISCARD enum status snapshot_writer_finish(struct snapshot_writer *writer);

/* Frees a writer that is not to be finished; NULL is allowed. */
void snapshot_writer_free(struct snapshot_writer *writer);

/* --- read. What a function gets is valid until it returns; anything but
 * STATUS_OK ends the reading, and becomes its status. NULL: passed over. */
struct snapshot_listener {
    enum status (*begin)(void *arg, int64_t at);
    enum status (*applied)(void *arg, const struct object_name *newest);
    enum status (*host)(void *arg, const struct host_state *state);
    enum status (*event)(void *arg, const struct event *event);
    enum status (*sum)(void *arg, const struct snapshot_sum *sum);
    void *arg;
};

/* STATUS_INVALID: it is damaged, or of a version that is not known here; what was
 * told until then is not to be believed. *reason says why, a literal. Lines of
 * kinds that a newer version added are passed over. STATUS_NOMEM. */
NODISCARD enum status snapshot_read(struct span packed,
                                    const struct snapshot_listener *listener,
                                    const char **reason);

#endif
