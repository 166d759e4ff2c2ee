/* copy_watch -- which servers came and went, from what each of them writes once
 * a minute, or as often as it is told to. Pure.
 *
 * A server that ends well says so. One that was killed, or has lost the store,
 * is only not heard of any more: that is told as of when it was heard last, as
 * soon as it has been silent for COPY_SILENT_INTERVALS of the times between its last
 * two words, within bounds; of one that was heard once, that is the time since its
 * start, which is as long at least.
 */
#ifndef CLI_COPY_WATCH_H
#define CLI_COPY_WATCH_H

#include "cli/event_order.h"
#include "journal/event.h"

enum {
    COPY_SILENT_INTERVALS = 5,
    COPY_SILENT_LEAST_MS = 5 * 60 * 1000,
    /* Longer than between any two words; and what is told as of then is still in
     * the order of time. */
    COPY_SILENT_MOST_MS = EVENT_ORDER_WINDOW_MS,
};

enum copy_news {
    COPY_STARTED, /* at its up_since */
    COPY_STOPPED,
    COPY_SILENT,  /* it was heard for the last time, perhaps */
    COPY_IS_BACK, /* and it is heard again after that */
    COPY_LOST,    /* events found no room: copy->lost */
};

/* The word for it in JSON, and what people read behind the server's name. */
const char *copy_news_name(enum copy_news news);
const char *copy_news_words(enum copy_news news);

/* Takes news. `event` is the server's last one, as of the time of the news. */
typedef void copy_watch_fn(void *arg, enum copy_news news,
                           const struct event *event);

struct copy_watch;

/* Starts before `since` (ms) are not told. NULL when memory is short. */
struct copy_watch *copy_watch_new(int64_t since, copy_watch_fn *tell,
                                  void *arg);
void copy_watch_free(struct copy_watch *watch);

/* An event of kind EVENT_COPY; those of one server in their order. STATUS_NOMEM. */
NODISCARD enum status copy_watch_see(struct copy_watch *watch,
                                     const struct event *event);

/* Everything before `now` was seen: tells who is silent. */
void copy_watch_pass(struct copy_watch *watch, int64_t now);

#endif
