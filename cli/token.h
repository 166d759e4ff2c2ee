/* token -- makes a host's token, or takes the one that a person chose; never
 * from the command line, which others can read.
 */
#ifndef CLI_TOKEN_H
#define CLI_TOKEN_H

#include "cli/options.h"

#include "s3db/host.h"

enum { TOKEN_RANDOM_BYTES = 16 }; /* 128 bits */

struct token {
    char text[HOSTDB_TOKEN_MAX_BYTES + 1];
    bool is_made; /* by us, of the kernel's randomness: in hexadecimal digits */
};

/* The row of a command's table; its value is "-" or it is not given. */
#define OPTION_TOKEN                                                           \
    {                                                                          \
        0, "token", "-",                                                       \
            "take the token from the first line of the\n"                      \
            "standard input, rather than make one"                             \
    }

/* For a command's check. */
bool token_option_is_good(const struct options *options, struct strbuf *fault);

/* Makes or reads the token as the option says. False: it was said why. */
bool token_get(struct token *token, const struct options *options);

/* Overwrites it. */
void token_wipe(struct token *token);

#endif
