/* log -- one event, one line, key=value, to stderr or syslog(3).
 *
 *     log_event(LOG_LEVEL_INFO, "batch_done", log_str("zone", id),
 *               log_uint("changes", 212));
 *     time=2026-03-01T10:00:00.123Z level=info event=batch_done zone=Z3 ...
 *
 * A value with a space, a quote, a control byte or anything beyond ASCII is
 * put in double quotes and escaped, so that bytes from outside can neither
 * forge a second line nor a second key. A line is written with one write(2);
 * what is beyond LOG_LINE_MAX_BYTES is cut and ends in "...".
 *
 * Between log_start() and log_stop() a thread of its own writes, and nobody
 * else ever waits for whoever reads the log: see log_writer. Lines for which
 * there is no room, because too much waits to be read, are counted, and
 * event=log_lines_lost says how many. Before log_start() a line is written at
 * once.
 *
 * Never pass a token, a signature, a secret key or an Authorization header.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/log_line.h"
#include "base/span.h"
#include "base/status.h"

#include <stdint.h>

/* What may wait to be read. At Route 53's own pace, 2,500 changes a second,
 * half of it (see log_queue) is what is logged in two seconds. */
enum { LOG_QUEUE_BYTES = 2 * 1024 * 1024 };

enum log_target { LOG_TARGET_STDERR, LOG_TARGET_SYSLOG };

struct log_field {
    const char *key;  /* NULL: there is no such field */
    struct span text; /* used when text.ptr is not NULL */
    int64_t number;
};

static inline struct log_field log_span(const char *key, struct span value)
{
    return (struct log_field){
        key, {value.ptr == NULL ? "" : value.ptr, value.len}, 0};
}

static inline struct log_field log_str(const char *key, const char *value)
{
    return log_span(key, span_from_string(value));
}

static inline struct log_field log_int(const char *key, int64_t value)
{
    return (struct log_field){key, {NULL, 0}, value};
}

/* A field that is there only if it says something. */
static inline struct log_field log_span_if_any(const char *key,
                                               struct span value)
{
    return log_span(value.len == 0 ? NULL : key, value);
}

/* Sizes and counts; a value beyond INT64_MAX does not occur. */
static inline struct log_field log_uint(const char *key, size_t value)
{
    return log_int(key, (int64_t)value);
}

/* Sets where lines go and which are left out. To be called before a second
 * thread is started. Before that: stderr, LOG_LEVEL_INFO. `program` is the
 * syslog ident and must outlive the process. */
void log_open(const char *program, enum log_target target,
              enum log_level level);

/* From now on a thread writes the lines. STATUS_NOMEM when memory or threads
 * are short: then lines are written at once, as before. To be called before a
 * second thread is started. */
NODISCARD enum status log_start(void);

/* Writes what is still to be written, for so long at most, and ends the thread.
 * To be called when all other threads have ended, and to be the last that the
 * log hears of: a line after it would be written at once, and might have to
 * wait for a reader. Harmless without log_start(). */
void log_stop(int timeout_ms);

/* How many lines were lost since log_start(). Thread-safe. */
uint64_t log_lines_lost(void);

/* Whether lines of this level are written, for those that cost much. */
bool log_enabled(enum log_level level);

/* Logs one line; thread-safe. `event` is a lower_case_word. */
void log_write(enum log_level level, const char *event,
               const struct log_field *fields, size_t count);

/* At least one field, built with log_str(), log_span(), log_int() ... */
#define log_event(level, event, ...)                                           \
    log_write((level), (event), (const struct log_field[]){__VA_ARGS__},       \
              sizeof((const struct log_field[]){__VA_ARGS__}) /                \
                  sizeof(struct log_field))

/* The text of one line without the line feed, into out[LOG_LINE_MAX_BYTES];
 * returns its length. Pure: `prefix` stands before "event=". */
size_t log_format(char *out, const char *prefix, const char *event,
                  const struct log_field *fields, size_t count);

#endif
