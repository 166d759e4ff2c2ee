/* alert_board -- the alerts that go on at present, for whoever shows them: written
 * by the alerts' thread, read by any other. What is on it is what all copies of the
 * server know, as of the last look into the ledger.
 */
#ifndef SERVER_STATE_ALERT_BOARD_H
#define SERVER_STATE_ALERT_BOARD_H

#include "base/span.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ALERT_BOARD_MAX = 200, /* that are named; the rest are counted */
    ALERT_BOARD_SUBJECT_MAX = 255,
    ALERT_BOARD_DETAIL_MAX = 300,
    ALERT_BOARD_TITLE_MAX = 400,
};

struct alert_notice {
    const char *kind;    /* "host_silent"; a literal, as are the next two */
    const char *advice;  /* what to do, in words */
    const char *chapter; /* of docs/OPERATING.md: "#host_silent" */
    char title[ALERT_BOARD_TITLE_MAX + 1];     /* "a.example.org is silent" */
    char subject[ALERT_BOARD_SUBJECT_MAX + 1]; /* the host; or ""; or "*" */
    bool is_of_host; /* the subject is the name of one */
    bool is_silence; /* of that host: host_silent */
    char detail[ALERT_BOARD_DETAIL_MAX + 1]; /* may be "" */
    int64_t since; /* seconds since 1970; 0: longer than anything is known */
};

/* The alerts that go on: first what may be the reason of others, then who is guessed
 * at, which strangers can make many, then hosts; of each sort the newest first. */
struct alert_list {
    struct alert_notice notices[ALERT_BOARD_MAX];
    size_t named;
    size_t count;  /* of all that go on */
    size_t silent; /* of them about the silence of a host by name */
    int64_t as_of; /* since 1970; 0: nothing is known yet */
};

struct alert_board {
    pthread_mutex_t lock;
    struct alert_list list;
};

void alert_board_init(struct alert_board *board);
void alert_board_clear(struct alert_board *board);

/* In place of what was on it. */
void alert_board_put(struct alert_board *board, const struct alert_list *list);

void alert_board_read(struct alert_board *board, struct alert_list *out);

/* Whether the host is silent by what is named in the list, and has not called
 * under the right credentials (at `accessed_at`; 0: never) since it fell silent. */
bool alert_list_is_silent(const struct alert_list *list, struct span host,
                          int64_t accessed_at);

#endif
