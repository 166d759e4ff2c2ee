#include "cli/check_report.h"
#include "cli/colour.h"

#include <stdarg.h>
#include <stdlib.h>

static void put_harmless(const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '\n')
            fputs("\n       ", stdout);
        else
            putc(c < ' ' || c == 0x7f ? '?' : c, stdout);
    }
    putc('\n', stdout);
}

static void put(enum colour colour, const char *word, const char *format,
                va_list args) __attribute__((format(printf, 3, 0)));

static void put(enum colour colour, const char *word, const char *format,
                va_list args)
{
    char *text = NULL;

    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    printf("%s%-5s%s  ", colour_begin(stdout, colour), word,
           colour_end(stdout));
    put_harmless(text == NULL ? "out of memory" : text);
    free(text);
}

void check_report_good(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    put(COLOUR_GOOD, "ok", format, args);
    va_end(args);
}

void check_report_note(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    put(COLOUR_NOTE, "note", format, args);
    va_end(args);
}

void check_report_fault(struct check_report *report, const char *mend,
                        const char *format, ...)
{
    va_list args;

    report->faults++;
    va_start(args, format);
    put(COLOUR_FAULT, "FAULT", format, args);
    va_end(args);
    if (mend[0] != '\0') {
        fputs("       -> ", stdout);
        put_harmless(mend);
    }
}
