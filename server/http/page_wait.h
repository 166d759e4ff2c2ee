/* page_wait -- the requests of one loop that wait for what a page is to show, which
 * other threads are asked for.
 *
 * As with those that wait for the updater (waiting.h), libh2o's HTTP/1 neither
 * reads from the connection of such a request nor times it out, so it outlives a
 * caller who hangs up, and HTTP/1 is demanded. It stays whole, and there are
 * PAGE_WAITS_MAX at most, of which some places are kept for operators: who owns
 * hosts can ask often enough for all the others.
 */
#ifndef SERVER_HTTP_PAGE_WAIT_H
#define SERVER_HTTP_PAGE_WAIT_H

#include <h2o.h>
#include <stdatomic.h>
#include <stdbool.h>

enum {
    PAGE_WAITS_MAX = 64,
    PAGE_WAITS_KEPT = 8, /* of them, for operators */
};

enum page_waiter { PAGE_WAITER_OWNER, PAGE_WAITER_OPERATOR };

struct page_waits {
    h2o_multithread_receiver_t answered;
    size_t count;
};

struct page_wait;

/* All answers are there; on the loop's thread. `wait` is its maker's again. */
typedef void page_wait_fn(struct page_wait *wait);

/* To be a member of what knows the answers. */
struct page_wait {
    struct page_waits *waits;
    h2o_multithread_message_t message;
    h2o_req_t *req;
    page_wait_fn *go_on;
    atomic_uint open; /* questions */
};

/* In place, on the loop's thread. */
void page_waits_init(struct page_waits *waits, h2o_multithread_queue_t *queue);

/* When `count` is 0. */
void page_waits_dispose(struct page_waits *waits,
                        h2o_multithread_queue_t *queue);

/* Before the first of so many questions is asked, from 1. False: too many wait,
 * and none is to be asked. */
bool page_wait_begin(struct page_waits *waits, enum page_waiter waiter,
                     struct page_wait *wait, h2o_req_t *req, unsigned questions,
                     page_wait_fn *go_on);

/* One of the questions is answered, or will not be. Any thread, once for each:
 * with the last of them, `wait` may go away at once. */
void page_wait_answered(struct page_wait *wait);

#endif
