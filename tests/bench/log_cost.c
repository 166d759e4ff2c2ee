/* log_cost -- what a log line costs whoever logs it: handed to the log's own
 * thread, and written by the caller itself, as before there was such a thread.
 *
 *     log_cost TURNS LINES
 *
 * Standard error becomes a pipe, which another thread empties. In each turn so
 * many lines, few enough for the queue, are logged without a pause in one way and
 * then in the other. What is told as JSON, for each turn and way, is the time that
 * passed and the time on a core, of the caller alone, in nanoseconds a line.
 */
#include "base/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { FLUSH_MS = 10000 };

struct cost {
    double wall_ns, cpu_ns; /* a line */
};

static double nanoseconds(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* As long as an ordinary event=record_changed. */
static struct cost log_lines(unsigned count)
{
    double wall = nanoseconds(CLOCK_MONOTONIC);
    double cpu = nanoseconds(CLOCK_THREAD_CPUTIME_ID);

    for (unsigned i = 0; i < count; i++)
        log_event(LOG_LEVEL_INFO, "record_changed",
                  log_str("host", "home.dyn.example.org"), log_str("type", "A"),
                  log_str("old", "192.0.2.1"), log_str("new", "198.51.100.7"),
                  log_str("client", "198.51.100.7"),
                  log_str("zone", "Z0123456789ABCDEFGHIJ"), log_int("ms", 103));
    return (struct cost){(nanoseconds(CLOCK_MONOTONIC) - wall) / count,
                         (nanoseconds(CLOCK_THREAD_CPUTIME_ID) - cpu) / count};
}

/* Empties the pipe, and counts the lines in it. */
struct reader {
    pthread_t thread;
    int fd;
    size_t lines;
};

static void *empty(void *arg)
{
    static char buffer[65536];
    struct reader *reader = arg;
    ssize_t len;

    while ((len = read(reader->fd, buffer, sizeof buffer)) > 0)
        for (ssize_t i = 0; i < len; i++)
            reader->lines += buffer[i] == '\n';
    return NULL;
}

static bool take_turns(unsigned turns, unsigned lines)
{
    for (unsigned i = 0; i < turns; i++) {
        struct cost queued, direct;

        if (log_start() != STATUS_OK)
            return false;
        queued = log_lines(lines);
        log_stop(FLUSH_MS);
        direct = log_lines(lines);
        printf("%s{\"queued_ns\": %.0f, \"queued_cpu_ns\": %.0f, "
               "\"direct_ns\": %.0f, \"direct_cpu_ns\": %.0f}",
               i == 0 ? "[" : ", ", queued.wall_ns, queued.cpu_ns,
               direct.wall_ns, direct.cpu_ns);
    }
    puts("]");
    return fflush(stdout) == 0;
}

int main(int argc, char **argv)
{
    unsigned turns = argc == 3 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    unsigned lines = argc == 3 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
    struct reader reader = {0};
    int fds[2];
    bool well;

    if (turns == 0 || lines == 0 || pipe2(fds, O_CLOEXEC) != 0) {
        fputs("Usage: log_cost TURNS LINES\n", stderr);
        return EXIT_FAILURE;
    }
    reader.fd = fds[0];
    if (pthread_create(&reader.thread, NULL, empty, &reader) != 0)
        return EXIT_FAILURE;
    dup2(fds[1], STDERR_FILENO);
    close(fds[1]);
    well = take_turns(turns, lines);
    close(STDERR_FILENO); /* the pipe's other end, which ends the reader */
    pthread_join(reader.thread, NULL);
    /* A line that is lost costs less. */
    return well && reader.lines == 2 * (size_t)turns * lines ? EXIT_SUCCESS
                                                             : EXIT_FAILURE;
}
