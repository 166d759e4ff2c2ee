/* expirer -- the thread that has the records of hosts removed that do not call any
 * more.
 *
 * Now and then it goes through all hosts, and hands those that have been silent
 * for too long (expiry.h) to the updater, at most EXPIRER_ROUND_MAX at a time. What
 * came of it, it tells the log. A record that was left alone is not looked at
 * again until its host has called: what is remembered of that, and since when a
 * host has been in the table that never called, ends with its row, or with the
 * server.
 */
#ifndef SERVER_EXPIRER_H
#define SERVER_EXPIRER_H

#include "server/dns/expiry_request.h"
#include "server/expiry.h"

enum {
    EXPIRER_ROUND_MAX = 1000,
    /* After a denial; a policy is not mended within minutes. */
    EXPIRER_DENIED_PAUSE_MS = 3600 * 1000,
};

/* Whom it works with. */
struct expirer_parts {
    void *arg;
    /* history_look(), history_scan() */
    struct history_view (*look)(void *arg);
    void (*scan)(void *arg, enum host_attribute attribute,
                 host_rows_each_fn *each, void *each_arg);
    /* updater_expire() */
    void (*expire)(void *arg, struct expiry_request *request);
};

struct expirer;

/* A round twice in rules->news_s. All is copied. NULL when memory is
 * short. */
struct expirer *expirer_new(const struct expirer_parts *parts,
                            const struct expiry_rules *rules, bool is_dry_run);

/* Any thread: the table that is now in service, which is acquired. */
void expirer_use_table(struct expirer *expirer, struct host_table *host_table);

NODISCARD enum status expirer_start(struct expirer *expirer);

/* Ends the thread. The updater may still hold a request. */
void expirer_stop(struct expirer *expirer);

/* After expirer_stop(), and after whom it has handed requests to. NULL is
 * allowed. */
void expirer_free(struct expirer *expirer);

/* A turn, for the thread and for tests: tells what came of the last request, if
 * that is back, and if a round is due and no request is out, looks for hosts that
 * are silent. `now` is in ms since 1970, `clock_now` of clock_now_ms(). */
void expirer_turn(struct expirer *expirer, int64_t now, int64_t clock_now);

#endif
