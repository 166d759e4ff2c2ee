#include "cli/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void put_harmless(const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '\n' && text[1] != '\0')
            fputs("\n  ", stderr);
        else if (c != '\n')
            putc(c < ' ' || c == 0x7f ? '?' : c, stderr);
    }
}

static void put(const char *prefix, const char *suffix, const char *format,
                va_list args) __attribute__((format(printf, 3, 0)));

static void put(const char *prefix, const char *suffix, const char *format,
                va_list args)
{
    char *text = NULL;

    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    flockfile(stderr);
    fputs(prefix, stderr);
    put_harmless(text == NULL ? "out of memory" : text);
    fputs(suffix, stderr);
    putc('\n', stderr);
    funlockfile(stderr);
    free(text);
}

void say(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    put("dyndb: ", "", format, args);
    va_end(args);
}

void say_coloured(enum colour colour, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    put(colour_begin(stderr, colour), colour_end(stderr), format, args);
    va_end(args);
}
