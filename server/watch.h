/* watch -- what main does while the others work: when callers are let in, what
 * the service manager is told and when, and whether anybody hangs.
 *
 * "Ready" means that callers are let in, and that the host table serves, or that
 * the first attempt to read it has failed (then the log says why, callers hear
 * 911, and it is tried again), or that WATCH_PATIENCE_MS have passed. So who
 * waits for the start of a server whose database is out of reach does not wait
 * for ever, and one that starts at noon with sockets on which callers queue
 * already does not begin by turning them away.
 *
 * The watchdog is fed only while every thread that serves goes round. One that
 * hangs is logged, and the manager starts another server in our place.
 *
 * It waits for nothing and reads no clock: main does, with sigtimedwait(2).
 */
#ifndef SERVER_WATCH_H
#define SERVER_WATCH_H

#include "base/strbuf.h"
#include "server/service_manager.h"

enum {
    WATCH_PATIENCE_MS = 10000,
    WATCH_STATUS_MS = 10000, /* how late the status may be, without watchdog */
};

/* What is watched. None of these functions waits. */
struct watch_parts {
    void *arg;
    void (*open)(void *arg); /* lets callers in */
    bool (*has_tried_to_load)(void *arg);
    void (*reload)(void *arg);
    unsigned (*reloads_answered)(void *arg);
    const char *(*who_hangs)(void *arg); /* since it was last asked; or NULL */
    void (*describe)(void *arg, struct strbuf *out); /* for people, one line */
};

struct watch {
    const struct watch_parts *parts;
    struct service_manager *manager;
    int64_t patient_until, check_at;
    bool is_open, is_ready, is_reloading;
    const char *hangs; /* who did at the last look; or NULL */
    unsigned reloads;
};

/* Both are borrowed. `is_patient`: callers are not let in before the server is
 * ready. */
void watch_init(struct watch *watch, const struct watch_parts *parts,
                struct service_manager *manager, int64_t now, bool is_patient);

/* Does what is due. To be called at the start, after news of the table, and when
 * the time that it returned has passed: milliseconds, or -1: there is nothing to
 * do without news. */
int64_t watch_turn(struct watch *watch, int64_t now);

/* The table is to be read again. */
void watch_reload(struct watch *watch);

/* The end begins. */
void watch_stop(struct watch *watch);

#endif
