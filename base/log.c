#include "base/log.h"

#include "base/log_writer.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

static enum log_target log_target = LOG_TARGET_STDERR;
static enum log_level log_threshold = LOG_LEVEL_INFO;
static struct log_writer *log_writer; /* NULL: lines are written at once */

static const struct {
    const char *name;
    int syslog_priority;
} levels[] = {
    [LOG_LEVEL_ERROR] = {"error", LOG_ERR},
    [LOG_LEVEL_WARN] = {"warn", LOG_WARNING},
    [LOG_LEVEL_INFO] = {"info", LOG_INFO},
    [LOG_LEVEL_DEBUG] = {"debug", LOG_DEBUG},
};

void log_open(const char *program, enum log_target target, enum log_level level)
{
    log_target = target;
    log_threshold = level;
    /* Without LOG_NDELAY: to connect may block as well, and is left to whoever
     * writes the first line. */
    if (target == LOG_TARGET_SYSLOG)
        openlog(program, LOG_PID, LOG_DAEMON);
}

bool log_enabled(enum log_level level)
{
    return level <= log_threshold;
}

/* The line under construction: a fixed buffer that never overflows. */
struct line {
    char *out;
    size_t len;
    bool cut;
};

static void put(struct line *line, const char *text, size_t len)
{
    size_t room = LOG_LINE_MAX_BYTES - sizeof "..." - line->len;

    if (line->cut)
        return;
    if (len > room) {
        line->cut = true;
        len = room;
    }
    memcpy(line->out + line->len, text, len);
    line->len += len;
}

static bool is_plain(unsigned char c)
{
    return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=';
}

static void put_quoted(struct line *line, struct span text)
{
    static const char hex[] = "0123456789abcdef";

    put(line, "\"", 1);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        char escaped[4] = {'\\', (char)c, 0, 0};

        if (c == '"' || c == '\\') {
            put(line, escaped, 2);
        } else if (is_plain(c) || c == ' ' || c == '=') {
            put(line, &text.ptr[i], 1);
        } else {
            escaped[1] = 'x';
            escaped[2] = hex[c >> 4];
            escaped[3] = hex[c & 15];
            put(line, escaped, 4);
        }
    }
    put(line, "\"", 1);
}

static void put_value(struct line *line, struct span text)
{
    bool plain = text.len > 0;

    for (size_t i = 0; i < text.len && plain; i++)
        plain = is_plain((unsigned char)text.ptr[i]);
    if (plain)
        put(line, text.ptr, text.len);
    else
        put_quoted(line, text);
}

size_t log_format(char *out, const char *prefix, const char *event,
                  const struct log_field *fields, size_t count)
{
    struct line line = {out, 0, false};
    char number[24];

    put(&line, prefix, strlen(prefix));
    put(&line, "event=", 6);
    put(&line, event, strlen(event));
    for (size_t i = 0; i < count; i++) {
        if (fields[i].key == NULL)
            continue;
        put(&line, " ", 1);
        put(&line, fields[i].key, strlen(fields[i].key));
        put(&line, "=", 1);
        if (fields[i].text.ptr != NULL) {
            put_value(&line, fields[i].text);
        } else {
            int len =
                snprintf(number, sizeof number, "%" PRId64, fields[i].number);
            put(&line, number, (size_t)len);
        }
    }
    if (line.cut) {
        memcpy(out + line.len, "...", 3);
        line.len += 3;
    }
    out[line.len] = '\0';
    return line.len;
}

/* --- where lines go ------------------------------------------------------- */

/* The line as it will be written, into line[LOG_LINE_MAX_BYTES]; returns its
 * length. syslogd adds time and level on its own. */
static size_t compose(char *line, enum log_level level, const char *event,
                      const struct log_field *fields, size_t count)
{
    char prefix[64], stamp[32];
    struct timespec now;
    struct tm utc;
    size_t len;

    if (log_target == LOG_TARGET_SYSLOG)
        return log_format(line, "", event, fields, count);
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(prefix, sizeof prefix, "time=%s.%03ldZ level=%s ", stamp,
             now.tv_nsec / 1000000, levels[level].name);
    len = log_format(line, prefix, event, fields, count);
    line[len++] = '\n';
    return len;
}

/* One write(2) is the rule. It takes less only if it is interrupted, or if
 * somebody with whom we share the descriptor made it non-blocking. */
static bool write_stderr(const char *line, size_t len)
{
    struct pollfd reader = {.fd = STDERR_FILENO, .events = POLLOUT};

    while (len > 0) {
        ssize_t written = write(STDERR_FILENO, line, len);

        if (written >= 0) {
            line += written;
            len -= (size_t)written;
        } else if (errno == EAGAIN) {
            poll(&reader, 1, -1);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

static bool deliver(enum log_level level, const char *line, size_t len)
{
    if (log_target == LOG_TARGET_STDERR)
        return write_stderr(line, len);
    syslog(levels[level].syslog_priority, "%.*s", (int)len, line);
    return true; /* syslog(3) reports no failure */
}

/* Errors that nobody can read any more are an error, however much is logged. */
static bool report_loss(struct log_loss loss)
{
    struct log_field lines = log_uint("count", loss.lines);
    enum log_level level =
        loss.worst == LOG_LEVEL_ERROR ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN;
    char line[LOG_LINE_MAX_BYTES];

    return deliver(level, line,
                   compose(line, level, "log_lines_lost", &lines, 1));
}

enum status log_start(void)
{
    static const struct log_writer_hooks hooks = {deliver, report_loss};

    log_writer = log_writer_new(&hooks, LOG_QUEUE_BYTES);
    return log_writer == NULL ? STATUS_NOMEM : STATUS_OK;
}

void log_stop(int timeout_ms)
{
    if (log_writer != NULL)
        log_writer_end(log_writer, timeout_ms);
    log_writer = NULL;
}

uint64_t log_lines_lost(void)
{
    return log_writer == NULL ? 0 : log_writer_lost(log_writer);
}

void log_write(enum log_level level, const char *event,
               const struct log_field *fields, size_t count)
{
    char line[LOG_LINE_MAX_BYTES];
    size_t len;

    if (!log_enabled(level))
        return;
    len = compose(line, level, event, fields, count);
    if (log_writer != NULL)
        log_writer_put(log_writer, level, line, len);
    else
        /* A log that cannot be written cannot report that. */
        deliver(level, line, len);
}
