/* completion_bash -- the completion of dyndb's command line for bash, made of
 * the table of commands.
 */
#ifndef CLI_COMPLETION_BASH_H
#define CLI_COMPLETION_BASH_H

#include "base/strbuf.h"

/* Appends the script, which bash-completion finds as "dyndb". */
void completion_bash(struct strbuf *out);

#endif
