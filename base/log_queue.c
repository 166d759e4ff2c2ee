#include "base/log_queue.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    LEVELS = LOG_LEVEL_DEBUG + 1,
    CLOSED_FOR_NONE = LEVELS,
};

/* Before each line in the ring. */
struct head {
    uint16_t len;
    uint8_t level;
};

enum status log_queue_init(struct log_queue *queue, size_t capacity)
{
    /* Pages that are never reached are never had: see log_queue_take(). */
    *queue = (struct log_queue){.ring = calloc(1, capacity),
                                .capacity = capacity,
                                .closed_from = CLOSED_FOR_NONE};
    return queue->ring == NULL ? STATUS_NOMEM : STATUS_OK;
}

void log_queue_clear(struct log_queue *queue)
{
    free(queue->ring);
    queue->ring = NULL;
}

static void append(struct log_queue *queue, const void *bytes, size_t len)
{
    size_t end = (queue->begin + queue->used) % queue->capacity;
    size_t first = queue->capacity - end;

    if (first > len)
        first = len;
    memcpy(queue->ring + end, bytes, first);
    memcpy(queue->ring, (const char *)bytes + first, len - first);
    queue->used += len;
}

static void extract(struct log_queue *queue, void *bytes, size_t len)
{
    size_t first = queue->capacity - queue->begin;

    if (first > len)
        first = len;
    memcpy(bytes, queue->ring + queue->begin, first);
    memcpy((char *)bytes + first, queue->ring, len - first);
    queue->begin = (queue->begin + len) % queue->capacity;
    queue->used -= len;
}

static size_t room_for(const struct log_queue *queue, enum log_level level)
{
    size_t share = queue->capacity / LEVELS * (size_t)(LEVELS - (int)level);

    return share > queue->used ? share - queue->used : 0;
}

bool log_queue_put(struct log_queue *queue, enum log_level level,
                   const char *line, size_t len)
{
    struct head head = {(uint16_t)len, (uint8_t)level};

    if ((int)level >= queue->closed_from ||
        sizeof head + len > room_for(queue, level)) {
        if ((int)level < queue->closed_from)
            queue->closed_from = (int)level;
        log_queue_lose(queue, (struct log_loss){1, level});
        return false;
    }
    append(queue, &head, sizeof head);
    append(queue, line, len);
    return true;
}

bool log_queue_take(struct log_queue *queue, enum log_level *level, char *line,
                    size_t *len)
{
    struct head head;

    if (queue->used == 0) {
        queue->closed_from = CLOSED_FOR_NONE;
        return false;
    }
    extract(queue, &head, sizeof head);
    extract(queue, line, head.len);
    *level = (enum log_level)head.level;
    *len = head.len;
    if (queue->used == 0)
        queue->begin = 0; /* so that few pages do, while nobody floods it */
    return true;
}

void log_queue_lose(struct log_queue *queue, struct log_loss loss)
{
    if (queue->loss.lines == 0 || loss.worst < queue->loss.worst)
        queue->loss.worst = loss.worst;
    queue->loss.lines += loss.lines;
}

struct log_loss log_queue_take_loss(struct log_queue *queue)
{
    struct log_loss loss = queue->loss;

    queue->loss.lines = 0;
    return loss;
}
