/* context -- what a command needs, made from the environment.
 */
#ifndef CLI_CONTEXT_H
#define CLI_CONTEXT_H

#include "cli/command.h"
#include "cli/database_object.h"
#include "cli/edit_record.h"

/* What the command's table does not ask for is NULL. */
struct context {
    const struct settings *settings;
    struct database_object *object;
    const char *file; /* a local file in the object's place: that of --file, or
                       * what DYNDNS_DATABASE names without DYNDNS_BUCKET, as
                       * the server has it */
    bool file_is_old; /* the environment names it, not --file: where there is
                       * none, none is made, for the bucket may be forgotten */
    struct state_store *state;  /* of NEEDS_STATE, and with --state */
    struct edit_record *record; /* of commands that edit; NULL as well if
                                 * DYNDNS_STATE is not set */
};

/* Runs options->command with all that it needs. Returns the exit status; what
 * is wrong with the environment was said. */
int context_run(const struct options *options);

#endif
