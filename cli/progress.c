#include "cli/progress.h"

#include "base/clock.h"

#include <stdio.h>
#include <unistd.h>

enum { BAR_WIDTH = 24 };

static const double MEGABYTE = 1e6; /* as disks and lines are sold */

void progress_begin(struct progress *progress, const char *verb)
{
    *progress = (struct progress){.verb = verb, .begun_ms = clock_now_ms()};
}

void progress_append_line(struct strbuf *out, const char *verb, uint64_t bytes,
                          uint64_t total)
{
    uint64_t part = bytes < total ? bytes : total;
    int filled = total == 0 ? 0 : (int)(part * BAR_WIDTH / total);

    strbuf_printf(out, "%-11s [", verb);
    for (int i = 0; i < BAR_WIDTH; i++)
        strbuf_append_char(out, i < filled ? '#' : '.');
    if (total == 0)
        strbuf_printf(out, "]   ? %%  %7.1f MB           ",
                      (double)bytes / MEGABYTE);
    else
        strbuf_printf(out, "] %3d %%  %7.1f of %.1f MB",
                      (int)(part * 100 / total), (double)part / MEGABYTE,
                      (double)total / MEGABYTE);
}

/* The line is written only when it changes, which it seldom does: libcurl
 * reports each piece of some kilobytes. */
void progress_move(struct progress *progress, uint64_t bytes, uint64_t total)
{
    struct strbuf line;

    if (clock_now_ms() - progress->begun_ms <= PROGRESS_AFTER_MS ||
        isatty(STDERR_FILENO) != 1)
        return;
    strbuf_init(&line, PROGRESS_LINE_MAX);
    progress_append_line(&line, progress->verb, bytes, total);
    if (strbuf_ok(&line) &&
        strcmp(strbuf_string(&line), progress->shown) != 0) {
        fprintf(stderr, "\r%s", strbuf_string(&line));
        fflush(stderr);
        strcpy(progress->shown, strbuf_string(&line));
    }
    strbuf_clear(&line);
}

void progress_end(struct progress *progress)
{
    size_t width = strlen(progress->shown);

    if (width > 0) {
        fprintf(stderr, "\r%*s\r", (int)width, "");
        fflush(stderr);
    }
    progress->shown[0] = '\0';
}
