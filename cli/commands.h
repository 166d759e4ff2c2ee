/* commands -- the table of dyndb's commands.
 *
 * A line of COMMANDS is a command, in the order in which they are listed; X is
 * the part of a name behind "command_", which the command's own file defines.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/command.h"

#define COMMANDS(X)                                                            \
    X(list_hosts)                                                              \
    X(history)                                                                 \
    X(audit)                                                                   \
    X(add_host)                                                                \
    X(rotate_token)                                                            \
    X(remove_host)                                                             \
    X(lock_host)                                                               \
    X(unlock_host)                                                             \
    X(hash_tokens)                                                             \
    X(download_database)                                                       \
    X(upload_database)                                                         \
    X(check_database)                                                          \
    X(check_config)                                                            \
    X(set_ip)                                                                  \
    X(completion)                                                              \
    X(help)

#define DECLARE_COMMAND(name) extern const struct command command_##name;
COMMANDS(DECLARE_COMMAND)
#undef DECLARE_COMMAND

extern const struct command *const commands[];
extern const size_t commands_count;

/* The command of this name. NULL, with a line in `fault` that says so and
 * perhaps names the one that was meant: there is none. */
const struct command *commands_find(const char *name, struct strbuf *fault);

#endif
