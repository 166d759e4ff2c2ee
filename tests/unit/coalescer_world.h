/* coalescer_world -- a coalescer and the world around it: time that the test
 * moves, callers who write down what they are told, and a Route 53 that holds
 * records and misbehaves as the test says.
 *
 * Names are written short: "a" is a.example.org in zone Z0, "a.z7" is
 * a.z7.example.org in zone Z7.
 *
 * Whatever a test is about, the world checks at every step that
 *   - nobody is answered from within coalescer_submit(), or twice,
 *   - "good" is said of what Route 53 has accepted, and only then,
 *   - no caller waits beyond its deadline,
 *   - no zone has two batches in flight, no batch breaks a limit of Route
 *     53's or holds a record twice, and no two calls are closer than allowed;
 * and in the end that everybody was answered.
 */
#ifndef TESTS_UNIT_COALESCER_WORLD_H
#define TESTS_UNIT_COALESCER_WORLD_H

#include "base/strbuf.h"
#include "server/dns/coalescer.h"

enum {
    WORLD_DEADLINE_MS = 20000,
    WORLD_LATENCY_MS = 100,
    WORLD_FLIGHTS_MAX = 512,
    WORLD_NAME_MAX = 64,
    WORLD_BAD_MAX = 512,
    WORLD_TTL = 300,
};

struct world;

struct caller {
    struct waiter waiter;
    struct world *world;
    struct caller *next;
    char name[WORLD_NAME_MAX];
    struct address wanted;
    unsigned answers;
    enum outcome outcome;
    struct address written;
    int64_t asked_at, answered_at;
    void (*then)(struct caller *caller); /* on being answered; may be NULL */
};

struct flight {
    struct batch *batch;
    int64_t lands_at;
};

/* What a Route 53 of the test's own answers to a batch. */
typedef enum status world_answer_fn(struct world *w, const struct batch *batch,
                                    struct aws_reply *reply);

struct world {
    struct coalescer *c;
    int64_t now;
    struct caller *callers; /* the newest first */
    size_t unanswered;
    bool submitting;

    /* How Route 53 is, for world_run(). */
    int64_t latency_ms;
    enum status weather;            /* STATUS_OK: every batch of good records */
    const char *bad[WORLD_BAD_MAX]; /* names that it refuses; NULL: no more */
    bool names_culprits;            /* in the words of its refusals */
    bool applies_unsaid;     /* with STATUS_UNAVAILABLE: applied after all */
    world_answer_fn *answer; /* in place of all that; may be NULL */

    /* Whether Route 53 is known to have had a record of this (full) name once;
     * NULL: of none. */
    bool (*is_proven)(const char *name);

    /* How the hosted zones are. `zone_of` may be replaced. */
    enum zone_answer zones;
    const char *moved_zone, *moved_to; /* an id, and the one in its place */

    /* What has happened. */
    size_t calls, most_in_flight;
    int64_t last_call_at;
    int64_t least_gap_ms;
    struct flight in_flight[WORLD_FLIGHTS_MAX];
    size_t in_flight_count;
    struct strbuf events; /* of the hooks, "what name type;" each */
    struct held *held;    /* the records in Route 53 */
    size_t held_size;
};

/* Route 53's own limits: 5 calls a second; ceilings far away. */
struct coalescer_limits world_limits(void);

struct world *world_new(void);
struct world *world_new_with(struct coalescer_limits limits);

/* Frees the coalescer too, and checks that everybody was answered. */
void world_free(struct world *w);

/* A caller asks now; must be taken on. */
struct caller *world_ask(struct world *w, const char *name,
                         const char *address);
struct caller *world_ask_until(struct world *w, const char *name,
                               const char *address, int64_t deadline_at);

/* A caller asks who may be turned away. */
enum status world_try(struct world *w, const char *name, const char *address);
enum status world_try_until(struct world *w, const char *name,
                            const char *address, int64_t deadline_at);

/* The record, which a listing showed to say so, is to go. */
enum status world_remove(struct world *w, const char *name,
                         const char *address);

/* Time goes on, and deadlines with it. */
void world_wait(struct world *w, int64_t ms);

/* The batch that leaves now, or NULL. */
struct batch *world_send(struct world *w);

/* The same, once the coalescer says that it may. */
struct batch *world_send_soon(struct world *w);

/* Route 53's reply to a batch; an accepted one is applied. */
void world_reply(struct world *w, struct batch *batch, enum status status);
void world_refuse(struct world *w, struct batch *batch, const char *message);

/* Sends and answers by itself until that time, or until nothing is left to
 * be done. */
void world_run(struct world *w, int64_t until);
void world_run_out(struct world *w);

/* What Route 53 holds, as text; "-" when there is no such record. */
const char *world_held(const struct world *w, const char *name,
                       enum rrset_type type);

/* A batch as text, "a=192.0.2.1 b=192.0.2.2"; borrowed until the next call. */
const char *batch_text(const struct batch *batch);

/* What the hooks were called with since the last question. */
void assert_events(struct world *w, const char *expected);

void assert_unanswered(const struct caller *caller);
void assert_answer(const struct caller *caller, enum outcome outcome);
void assert_good(const struct caller *caller, const char *address);

#endif
