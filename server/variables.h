/* variables -- each variable that the server reads: its name, what kind of
 * value it has, which are allowed, the default, and where it is kept. The one
 * table of them: reading, --check-config and the word about a name that nobody
 * reads all go through it.
 *
 * The variables of AWS's SDKs are aws_config's; AWS_REGION is here too, to be
 * told. Private to config.
 */
#ifndef SERVER_VARIABLES_H
#define SERVER_VARIABLES_H

#include "server/config.h"
#include "server/config_source.h"

struct variable;

/* What can be done with a kind of value. */
struct variable_kind {
    /* Reads the variable into *config, or appends what is wrong with it. NULL:
     * somebody else reads it. */
    void (*read)(const struct variable *variable, struct config *config,
                 struct config_source *source);
    /* Appends what is in force. NULL: it shows in another variable. */
    void (*describe)(const struct variable *variable,
                     const struct config *config, struct strbuf *out);
};

enum { VARIABLE_WORDS_MAX = 5 };

struct variable {
    const char *name;
    const struct variable_kind *kind;
    size_t place;         /* in struct config, of the kinds that are general */
    double least, most;   /* of numbers */
    const char *fallback; /* the default as one would write it; NULL: what
                             stands there already, or nothing */
    const char *words[VARIABLE_WORDS_MAX]; /* of enums, in their order; NULL */
};

/* In the order of dyndns53(8). */
extern const struct variable variables[];
extern const size_t variables_count;

#endif
