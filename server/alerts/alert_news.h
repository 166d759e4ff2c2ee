/* alert_news -- news of the ledger that could not be logged, for it was not known
 * whether it was saved. A save may be done, though its answer was lost: then the
 * ledger that is read next holds the news, and no copy has logged it. One thread.
 */
#ifndef SERVER_ALERTS_ALERT_NEWS_H
#define SERVER_ALERTS_ALERT_NEWS_H

#include "server/alerts/alert_ledger.h"

enum { ALERT_NEWS_MAX = 1000 }; /* others are dropped */

struct alert_news_item {
    enum alert_kind kind;
    int64_t since, ended; /* as in the entry; ended 0: it began */
    char *subject;
};

/* Zeroed: none. */
struct alert_news {
    struct alert_news_item *items;
    size_t count;
};

void alert_news_clear(struct alert_news *news);

/* Keeps the news of a ledger that was not saved, in place of what was kept. When
 * memory is short some of it is dropped. */
void alert_news_keep(struct alert_news *news,
                     const struct alert_ledger *ledger);

/* Tells those that this ledger, as it was read, holds; none is kept any longer. */
typedef void alert_news_fn(void *arg, const struct alert_entry *entry);
void alert_news_tell(struct alert_news *news, const struct alert_ledger *ledger,
                     alert_news_fn *tell, void *arg);

#endif
