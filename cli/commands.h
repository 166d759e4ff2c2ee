/* commands -- what dyndb does with the database. Each returns the program's
 * exit status, after an explanation on standard error of what failed.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/options.h"
#include "cli/database_object.h"

enum {
    EXIT_OK = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2, /* the command line or the environment is wrong */
};

int download_database(struct database_object *object,
                      const struct options *options);
int upload_database(struct database_object *object,
                    const struct options *options);

#endif
