/* completion_zsh -- the completion of dyndb's command line for zsh, made of the
 * table of commands.
 */
#ifndef CLI_COMPLETION_ZSH_H
#define CLI_COMPLETION_ZSH_H

#include "base/strbuf.h"

/* Appends the function, which zsh finds as "_dyndb" in its fpath. */
void completion_zsh(struct strbuf *out);

#endif
