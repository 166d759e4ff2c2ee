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

static void append_bar(struct strbuf *out, const char *verb, uint64_t part,
                       uint64_t total)
{
    int filled = total == 0 ? 0 : (int)(part * BAR_WIDTH / total);

    strbuf_printf(out, "%-11s [", verb);
    for (int i = 0; i < BAR_WIDTH; i++)
        strbuf_append_char(out, i < filled ? '#' : '.');
    if (total == 0)
        strbuf_append_string(out, "]   ? %");
    else
        strbuf_printf(out, "] %3d %%", (int)(part * 100 / total));
}

void progress_append_line(struct strbuf *out, const char *verb, uint64_t bytes,
                          uint64_t total)
{
    uint64_t part = bytes < total ? bytes : total;

    append_bar(out, verb, part, total);
    if (total == 0)
        strbuf_printf(out, "  %7.1f MB           ", (double)bytes / MEGABYTE);
    else
        strbuf_printf(out, "  %7.1f of %.1f MB", (double)part / MEGABYTE,
                      (double)total / MEGABYTE);
}

void progress_append_words(struct strbuf *out, const char *verb, uint64_t part,
                           uint64_t total, const char *words)
{
    append_bar(out, verb, part < total ? part : total, total);
    strbuf_printf(out, "  %s", words);
}

static bool is_due(const struct progress *progress)
{
    return clock_now_ms() - progress->begun_ms > PROGRESS_AFTER_MS &&
           isatty(STDERR_FILENO) == 1;
}

/* The line is written only when it changes, which it seldom does: libcurl
 * reports each piece of some kilobytes. */
static void show(struct progress *progress, const struct strbuf *line)
{
    if (!strbuf_ok(line) || strcmp(strbuf_string(line), progress->shown) == 0)
        return;
    fprintf(stderr, "\r%s", strbuf_string(line));
    fflush(stderr);
    strcpy(progress->shown, strbuf_string(line));
}

void progress_move(struct progress *progress, uint64_t bytes, uint64_t total)
{
    struct strbuf line;

    if (!is_due(progress))
        return;
    strbuf_init(&line, PROGRESS_LINE_MAX);
    progress_append_line(&line, progress->verb, bytes, total);
    show(progress, &line);
    strbuf_clear(&line);
}

void progress_tell(struct progress *progress, uint64_t part, uint64_t total,
                   const char *words)
{
    struct strbuf line;

    if (!is_due(progress))
        return;
    strbuf_init(&line, PROGRESS_LINE_MAX);
    progress_append_words(&line, progress->verb, part, total, words);
    show(progress, &line);
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
