#include "server/process_metrics.h"

#include "base/log.h"
#include "base/metric_text.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
    PROC_FILE_MAX_BYTES = 4096,
    FDS_OF_A_POLL = 1024, /* the least limit of descriptors anywhere */
};

/* A file of /proc, as a string; "" when it cannot be read. */
static void read_proc(const char *path, char text[PROC_FILE_MAX_BYTES])
{
    FILE *file = fopen(path, "re");
    size_t len = 0;

    if (file != NULL) {
        len = fread(text, 1, PROC_FILE_MAX_BYTES - 1, file);
        fclose(file);
    }
    text[len] = '\0';
}

/* --- memory and time ---------------------------------------------------------
 */

static double resident_bytes(void)
{
    char text[PROC_FILE_MAX_BYTES];
    unsigned long pages, resident;

    read_proc("/proc/self/statm", text);
    if (sscanf(text, "%lu %lu", &pages, &resident) != 2)
        return (double)NAN;
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static uint64_t cpu_ms(void)
{
    struct timespec used = {0};

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec * 1000 + (uint64_t)used.tv_nsec / 1000000;
}

/* --- descriptors -------------------------------------------------------------
 */

/* All descriptors are below it; 0: not known. */
static int fd_slots(void)
{
    char text[PROC_FILE_MAX_BYTES];
    const char *line;
    int slots = 0;

    read_proc("/proc/self/status", text);
    line = strstr(text, "\nFDSize:");
    if (line == NULL || sscanf(line, "\nFDSize: %d", &slots) != 1)
        return 0;
    return slots;
}

/* Of `count` from `first` on; -1: the kernel does not say. */
static int open_among(int first, int count)
{
    struct pollfd fds[FDS_OF_A_POLL];
    int open = 0;

    for (int i = 0; i < count; i++)
        fds[i] = (struct pollfd){.fd = first + i};
    if (poll(fds, (nfds_t)count, 0) < 0)
        return -1;
    for (int i = 0; i < count; i++)
        open += (fds[i].revents & POLLNVAL) == 0;
    return open;
}

/* To read the folder /proc/self/fd makes the kernel build an entry for each, so
 * that ten thousand connections would stop a loop for longer than it may stop. */
static double open_fds(void)
{
    int slots = fd_slots(), open = 0;

    for (int first = 0; first < slots; first += FDS_OF_A_POLL) {
        int left = slots - first;
        int some =
            open_among(first, left < FDS_OF_A_POLL ? left : FDS_OF_A_POLL);

        if (some < 0)
            return (double)NAN;
        open += some;
    }
    return slots > 0 ? open : (double)NAN;
}

static double fd_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return (double)NAN;
    return (double)limit.rlim_cur;
}

/* --- all of it -----------------------------------------------------------------
 */

void process_metrics_fill(void *started_at, void *metrics)
{
    const time_t *start = started_at;
    struct process_metrics *to = metrics;

    metric_set(to->build, 1);
    metric_add(to->log_lines_lost, log_lines_lost());
    metric_set(to->started_at, (double)*start);
    metric_add(to->cpu, cpu_ms());
    metric_set(to->resident, resident_bytes());
    metric_set(to->fds, open_fds());
    metric_set(to->fds_max, fd_limit());
}

static bool name_version(size_t element, struct strbuf *out)
{
    (void)element;
    metric_write_label(out, "version", DYNDNS53_VERSION);
    return true;
}

static const struct metric_shape build_info = {.labels = name_version};

#define ROW(...) METRIC_ROW(struct process_metrics, __VA_ARGS__)
METRIC_TABLE(process_metric_table, struct process_metrics, PROCESS_METRICS(ROW))
