#include "cli/colour.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ECMA-48, "Select graphic rendition". */
static const char *const codes[] = {
    [COLOUR_FAULT] = "\033[31m",
    [COLOUR_NOTE] = "\033[33m",
    [COLOUR_GOOD] = "\033[32m",
    [COLOUR_HEAD] = "\033[1m",
};

static bool is_wanted(FILE *stream)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

    return (no_color == NULL || no_color[0] == '\0') && term != NULL &&
           term[0] != '\0' && strcmp(term, "dumb") != 0 &&
           isatty(fileno(stream));
}

const char *colour_begin(FILE *stream, enum colour colour)
{
    return is_wanted(stream) ? codes[colour] : "";
}

const char *colour_end(FILE *stream)
{
    return is_wanted(stream) ? "\033[0m" : "";
}
