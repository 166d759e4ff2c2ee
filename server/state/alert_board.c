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

void alert_board_put(struct alert_board *board,
                     const struct alert_notice *notices, size_t named,
                     size_t count, int64_t as_of)
{
    if (named > ALERT_BOARD_MAX)
        named = ALERT_BOARD_MAX;
    pthread_mutex_lock(&board->lock);
    memcpy(board->notices, notices, named * sizeof *notices);
    board->named = named;
    board->count = count;
    board->as_of = as_of;
    pthread_mutex_unlock(&board->lock);
}

size_t alert_board_read(struct alert_board *board, struct alert_notice *out,
                        size_t most, size_t *count, int64_t *as_of)
{
    size_t copied;

    pthread_mutex_lock(&board->lock);
    copied = board->named < most ? board->named : most;
    memcpy(out, board->notices, copied * sizeof *out);
    *count = board->count;
    *as_of = board->as_of;
    pthread_mutex_unlock(&board->lock);
    return copied;
}
