/* budgets -- what each of very many may spend: `most` at once, and as much again
 * in an hour, for it comes back evenly. (Others call it a leaky bucket.)
 *
 * Whoever spends is a *key*, 64 bits of a hash that strangers cannot make
 * collide. What is spent bears a *tag*: the last few tags of each key are
 * remembered, and one of them costs `repeat` instead of 1. So a thing that is
 * done again and again, by a machine that knows no better, is told from as many
 * different things.
 *
 * Memory is fixed. Each key has a few places where it may stand; where all are
 * taken, the one goes that has spent least. So whoever comes with a flood of
 * keys pushes out those that have spent next to nothing, and never one that is
 * near its end. Who is forgotten has his whole budget again: it can forgive the
 * guilty, and never punishes the innocent.
 *
 * Any thread; it locks a small part of the table, for the time that it takes to
 * look at a few places. Time is what the caller says it is (clock_now_ms).
 */
#ifndef SERVER_HTTP_BUDGETS_H
#define SERVER_HTTP_BUDGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BUDGETS_WAYS = 8, /* places of a key */
    BUDGETS_HOUR_MS = 3600 * 1000,
};

struct budget_terms {
    double most;     /* from 1 */
    double rest;     /* whoever had no room for 1 more has none until no more
                        than this is spent; from 0 to most - 1 */
    double repeat;   /* what a tag costs that is remembered, from 0 to 1 */
    unsigned memory; /* how many tags of each key are, from 1 */
    unsigned sets;   /* BUDGETS_WAYS keys each; a power of two */
};

struct budgets;

/* The kernel gives memory as it is used. NULL when it is short. */
struct budgets *budgets_new(const struct budget_terms *terms);
void budgets_free(struct budgets *budgets); /* NULL is allowed */

/* Until the key has room for 1 again, in milliseconds; 0: it has. */
int64_t budgets_wait_ms(struct budgets *budgets, uint64_t key, int64_t now_ms);

struct budget_spent {
    bool granted; /* else nothing is spent, for there is no room */
    bool is_last; /* it took the last room: now there is none until `rest` */
    double spent; /* of `most`, by now */
};

/* What costs nothing is always granted. */
struct budget_spent budgets_spend(struct budgets *budgets, uint64_t key,
                                  uint64_t tag, int64_t now_ms);

#endif
