/* log_queue -- lines on their way to the thread that writes them: a ring of
 * bytes with a ceiling, where the more important always finds more room.
 *
 * A line may fill so much of the queue: debug a quarter, info a half, warn
 * three quarters, error all of it. So a flood of one level leaves room for the
 * levels before it. A line that finds no room is lost, and closes the queue for
 * its level and those behind it until everything has been taken: what is missing
 * is missing in one piece, and one line can say at its place how much it was.
 *
 * Pure: no lock and no I/O.
 */
#ifndef BASE_LOG_QUEUE_H
#define BASE_LOG_QUEUE_H

#include "base/log_line.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* What was lost since the last report. */
struct log_loss {
    size_t lines;
    enum log_level worst; /* of the lines lost; meaningless if there are none */
};

struct log_queue {
    char *ring;
    size_t capacity;
    size_t begin, used;
    int closed_from; /* this level and those behind it find no room */
    struct log_loss loss;
};

/* The bytes are had once and for all. STATUS_NOMEM leaves nothing behind. */
NODISCARD enum status log_queue_init(struct log_queue *queue, size_t capacity);

void log_queue_clear(struct log_queue *queue);

/* Appends a line of at most LOG_LINE_MAX_BYTES. False: it is lost, and
 * counted. */
bool log_queue_put(struct log_queue *queue, enum log_level level,
                   const char *line, size_t len);

/* Takes the oldest line into line[LOG_LINE_MAX_BYTES]. False: there is none,
 * and every level finds room again. */
bool log_queue_take(struct log_queue *queue, enum log_level *level, char *line,
                    size_t *len);

/* Counts what was lost elsewhere. */
void log_queue_lose(struct log_queue *queue, struct log_loss loss);

/* What was lost; from now on it counts as reported. */
struct log_loss log_queue_take_loss(struct log_queue *queue);

#endif
