/* update -- one caller's wish, on its way from a loop to the updater and back.
 *
 * Made and freed by the loop's side, as the first member of a larger struct of
 * its own. Between updater_post() and `done` it belongs to the updater.
 */
#ifndef SERVER_DNS_UPDATE_H
#define SERVER_DNS_UPDATE_H

#include "server/dns/rrset_state.h"
#include "server/http/dyndns2.h"

struct update;

/* Called once, on the updater's thread, when `word` and `written` are set. */
typedef void update_done_fn(struct update *update);

struct update {
    struct list in_inbox;
    struct waiter waiter; /* with its deadline_at set */
    struct address address, client;
    update_done_fn *done;

    enum reply_word word;   /* the answer */
    struct address written; /* with REPLY_GOOD and REPLY_NOCHG */

    size_t name_len;
    char name[DNS_NAME_MAX]; /* normalised */
};

static inline struct span update_name(const struct update *update)
{
    return span_from(update->name, update->name_len);
}

#endif
