/* help_text -- how to use dyndb, or one of its commands, as the table of
 * commands has it.
 */
#ifndef CLI_HELP_TEXT_H
#define CLI_HELP_TEXT_H

#include "cli/command.h"

/* Appends the text for standard output. `topic` NULL: the tool as a whole. */
void help_text(struct strbuf *out, const struct command *topic);

#endif
