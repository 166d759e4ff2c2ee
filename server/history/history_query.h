/* history_query -- a question to the history, and its answer.
 *
 * Made and filled in by who asks, handed to history_ask(), and got back with
 * `done`, which frees it, or has its own thread do so. Everything in an answer
 * lives as long as the query; the table whose hosts it tells of is held by it.
 */
#ifndef SERVER_HISTORY_HISTORY_QUERY_H
#define SERVER_HISTORY_HISTORY_QUERY_H

#include "base/list.h"
#include "journal/host_states.h"
#include "server/history/copies.h"
#include "server/history/day_sums.h"
#include "server/table/host_table.h"

enum history_question {
    HISTORY_HOSTS,   /* hosts of the table: search, order, page */
    HISTORY_HOST,    /* one of them, and what happened to it lately */
    HISTORY_RECENT,  /* what happened lately to all */
    HISTORY_SERVICE, /* copies, the last day, what is left out */
};

enum history_order {
    HISTORY_BY_SILENCE,  /* first who is silent for longer than his row expects,
                            then who has not called under the right credentials
                            for longest; who never did, comes before all that
                            did */
    HISTORY_BY_NAME,     /* in the order of bytes */
    HISTORY_BY_CALL,     /* the latest call first, whatever came of it */
    HISTORY_BY_CHANGE,   /* the latest change of a record first */
    HISTORY_BY_REFUSALS, /* the most refusals in a row first */
};

enum {
    HISTORY_SEARCH_MAX_BYTES = 255,
    HISTORY_PAGE_MAX = 1000, /* hosts, or events, in an answer */
};

/* A host of the table, by the first row of its name, and what is known of it. */
struct history_host {
    struct host host;
    struct host_state state; /* host_rows.h */
    bool is_silent;          /* for longer than its row expects, and heard it
                                would have been (host_page.h) */
};

struct history_query;
typedef void history_done_fn(struct history_query *query);

struct history_query {
    history_done_fn *done; /* on the keeper's thread */
    void *owner;
    enum history_question question;

    /* HISTORY_HOSTS: those whose name, address, client or user contains `search`
     * (letter case does not matter). HISTORY_HOST: the one of this name. */
    char search[HISTORY_SEARCH_MAX_BYTES + 1];
    enum history_order order;
    unsigned kinds;       /* of events (journal/recent_events.h); 0: all */
    bool is_descending;   /* the other way round */
    size_t offset, count; /* the page: of hosts, or of events, newest first */

    /* --- the answer, zeroed before --- */
    enum status status; /* STATUS_OK; STATUS_NOMEM; STATUS_NOT_FOUND: there is
                           no such host in the table, or no table */
    int64_t as_of, in_touch_since; /* history.h */
    struct host_table *table; /* whose hosts these are, and where it came from;
                                 NULL: none is in service */

    /* HISTORY_HOSTS: of all in the table, and of those that match. */
    size_t hosts_in_all, never_called, silent, refused, matching;
    struct history_host *hosts; /* the page; of HISTORY_HOST the one */
    size_t host_count;

    /* HISTORY_HOST, HISTORY_RECENT: changes, calls that were refused, edits. */
    struct event *events;
    size_t event_count, events_in_all;

    /* HISTORY_SERVICE */
    struct copy_word *copies; /* who was heard last comes first */
    size_t copy_count;
    int64_t day_begin;    /* ms since 1970: when sums[0] begins (day_sums.h) */
    struct day_sum *sums; /* DAY_SUMS of them; the last one goes on */
    size_t objects_waiting, bytes_waiting;
    uint64_t objects_dropped, events_lost;

    /* Private. */
    struct list in_inbox;
    struct answer_memory *memory;
};

/* All but these is zeroed, to be filled in. NULL when memory is short. */
struct history_query *history_query_new(enum history_question question,
                                        history_done_fn *done, void *owner);
void history_query_free(struct history_query *query); /* NULL is allowed */

/* --- for who answers --- */

/* Memory that lives as long as the query, zeroed. NULL, and query->status is
 * STATUS_NOMEM, when it is short. */
void *history_query_alloc(struct history_query *query, size_t bytes);

/* A copy of the text; empty when memory is short. */
struct span history_query_copy(struct history_query *query, struct span text);

/* Of a state, or an event, all that it borrows. */
void history_query_keep_state(struct history_query *query,
                              struct host_state *state);
void history_query_keep_event(struct history_query *query, struct event *event);
void history_query_keep_copy(struct history_query *query,
                             struct event_copy *copy);

#endif
