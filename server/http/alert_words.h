/* alert_words -- the alerts that go on, in the words of the operator's page:
 * members of the JSON that it is filled in with. Pure.
 */
#ifndef SERVER_HTTP_ALERT_WORDS_H
#define SERVER_HTTP_ALERT_WORDS_H

#include "server/http/page_values.h"
#include "server/state/alert_board.h"

enum {
    ALERT_WORDS_SHOWN_MAX = 50, /* alerts; the rest are counted */
    /* The list is renewed twice a minute, and later where telling takes its
     * time; one that is older than this is told to be. */
    ALERT_WORDS_OLD_SECONDS = 180,
};

/* Adds to the page the list alerts, of which each has a title, kind, query (that
 * of its host's page, or empty), since (a moment) and detail; alerts_any,
 * alerts_caption, or if there is none alerts_none and alerts_state; alerts_as_of
 * (a moment) and alerts_old; and the list alert_advice, of the kinds among them,
 * each with a kind, advice and chapter. `list` NULL: alerts are off. */
void alert_words_set(json_t *page, const struct alert_list *list, int64_t now);

#endif
