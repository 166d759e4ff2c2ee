/* say -- what the tool has to tell a person: lines on standard error.
 */
#ifndef CLI_SAY_H
#define CLI_SAY_H

#include "cli/colour.h"

/* Writes "dyndb: ", the text and a line feed. Further lines of the text are
 * indented below it. Control characters, which AWS's words or a file's name
 * could carry to the terminal, become '?'. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same without "dyndb: ", as compilers report a fault in a file; in a
 * colour, where there are any. */
void say_coloured(enum colour colour, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
