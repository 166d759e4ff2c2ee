/* log_writer -- the thread that writes the log, so that nobody else waits for
 * whoever reads it.
 *
 * A pipe that nobody empties, a journal that is stuck, a syslogd that is
 * stopped: each blocks whoever writes, for as long as it likes. Here that is
 * one thread, which has nothing else to do. The others leave their lines in a
 * log_queue, which takes as long as copying them. (To make the descriptor
 * non-blocking instead would make it so for every process that shares our
 * standard error, and syslog(3) knows no such thing.)
 *
 * When lines were lost, the first moment in which the queue is empty and lines
 * can be written is used to say how many.
 */
#ifndef BASE_LOG_WRITER_H
#define BASE_LOG_WRITER_H

#include "base/log_queue.h"

#include <stdint.h>

/* Both are called on the thread, one at a time, and may block. They return
 * whether the line was written; if not, it is lost, and counted. */
struct log_writer_hooks {
    bool (*write)(enum log_level level, const char *line, size_t len);
    bool (*report_loss)(struct log_loss loss);
};

struct log_writer;

/* Starts the thread, which blocks all signals. NULL when memory or threads are
 * short. */
struct log_writer *log_writer_new(const struct log_writer_hooks *hooks,
                                  size_t capacity);

/* Hands a line over, of at most LOG_LINE_MAX_BYTES. Thread-safe; never waits
 * for a reader. */
void log_writer_put(struct log_writer *writer, enum log_level level,
                    const char *line, size_t len);

/* How many lines were lost, all in all. Thread-safe. */
uint64_t log_writer_lost(const struct log_writer *writer);

/* Ends the thread once everything is written, or leaves it to itself after
 * `timeout_ms`: then it ends when the process does, or when its reader is
 * back. Returns whether everything is written. The writer is gone; nobody may
 * use it at the same time. */
bool log_writer_end(struct log_writer *writer, int timeout_ms);

#endif
