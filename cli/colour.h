/* colour -- colours for a person at a terminal, and for nobody else.
 *
 * There are none where the stream is no terminal, where NO_COLOR is set and not
 * empty (https://no-color.org), or on a terminal that knows none (TERM is unset
 * or "dumb").
 */
#ifndef CLI_COLOUR_H
#define CLI_COLOUR_H

#include <stdio.h>

enum colour { COLOUR_FAULT, COLOUR_NOTE, COLOUR_GOOD, COLOUR_HEAD };

/* What begins a colour on this stream, and what ends it; "" where there are
 * none. Literals. */
const char *colour_begin(FILE *stream, enum colour colour);
const char *colour_end(FILE *stream);

#endif
