#include "server/state/alert_board.h"

#include <string.h>

void alert_board_init(struct alert_board *board)
{
    memset(board, 0, sizeof *board);
    pthread_mutex_init(&board->lock, NULL);
}

void alert_board_clear(struct alert_board *board)
{
    pthread_mutex_destroy(&board->lock);
}

/* What of the notices is not used need not be copied. */
static void copy(struct alert_list *to, const struct alert_list *from)
{
    to->named = from->named;
    to->count = from->count;
    to->silent = from->silent;
    to->as_of = from->as_of;
    memcpy(to->notices, from->notices, from->named * sizeof *from->notices);
}

void alert_board_put(struct alert_board *board, const struct alert_list *list)
{
    pthread_mutex_lock(&board->lock);
    copy(&board->list, list);
    pthread_mutex_unlock(&board->lock);
}

void alert_board_read(struct alert_board *board, struct alert_list *out)
{
    pthread_mutex_lock(&board->lock);
    copy(out, &board->list);
    pthread_mutex_unlock(&board->lock);
}

bool alert_list_is_silent(const struct alert_list *list, struct span host,
                          int64_t accessed_at)
{
    for (size_t i = 0; i < list->named; i++)
        if (list->notices[i].is_silence &&
            span_is(host, list->notices[i].subject))
            return accessed_at <= list->notices[i].since;
    return false;
}
