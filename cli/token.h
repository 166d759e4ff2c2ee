/* token -- makes a host's token, or takes the one that a person chose; never
 * from the command line, which others can read.
 */
#ifndef CLI_TOKEN_H
#define CLI_TOKEN_H

#include "cli/options.h"

#include "s3db/host.h"
#include "s3db/token_make.h"

enum { TOKEN_RANDOM_BYTES = 16 }; /* 128 bits */

struct token {
    char text[HOSTDB_TOKEN_MAX_BYTES + 1];
    bool is_made; /* by us, of the kernel's randomness: in hexadecimal digits */
    struct token_text hashed; /* once token_hash() has made it; else empty */
};

/* The row of a command's table; its value is "-" or it is not given. */
#define OPTION_TOKEN                                                           \
    {                                                                          \
        0, "token", "-",                                                       \
            "take the token from the first line of the\n"                      \
            "standard input, rather than make one"                             \
    }

#define OPTION_HASHED                                                          \
    {                                                                          \
        0, "hashed", NULL, "put a hash of the token into the database"         \
    }

/* For a command's check. */
bool token_option_is_good(const struct options *options, struct strbuf *fault);

/* Makes or reads the token as the option says. False: it was said why. */
bool token_get(struct token *token, const struct options *options);

/* Makes a hash of it, if there is none yet. False: it was said why. */
bool token_hash(struct token *token);

/* What the database is to have: the hash, if there is one; else the token. */
struct span token_stored(const struct token *token);

/* Overwrites it. */
void token_wipe(struct token *token);

#endif
