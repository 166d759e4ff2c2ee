/* terminal_width -- how wide a line may be where a stream goes.
 */
#ifndef CLI_TERMINAL_WIDTH_H
#define CLI_TERMINAL_WIDTH_H

#include <stddef.h>
#include <stdio.h>

/* In characters; 0: it is no terminal, and lines may be as long as they get, so
 * that what is one thing is one line to other programs. */
size_t terminal_width(FILE *stream);

#endif
