/* variable_kind -- what a variable of the environment is, and what can be done
 * with each kind of value. Private to config.
 */
#ifndef SERVER_VARIABLE_KIND_H
#define SERVER_VARIABLE_KIND_H

#include "server/config.h"
#include "server/config_source.h"

struct variable;

struct variable_kind {
    /* Reads the variable into *config, or appends what is wrong with it. NULL:
     * somebody else reads it. */
    void (*read)(const struct variable *variable, struct config *config,
                 struct config_source *source);
    /* Appends what is in force. NULL: it shows in another variable, or is a
     * secret. */
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

#endif
