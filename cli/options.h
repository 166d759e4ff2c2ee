/* options -- the command line of dyndb, read as the table of commands says.
 *
 * Each command has --help, and may have its options before and behind its
 * operands; "--" ends them.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "cli/command.h"

#include "base/status.h"

enum { OPTIONS_GIVEN_MAX = 64 };

/* Texts are borrowed from argv. */
struct options {
    const struct command *command; /* NULL: the version is asked for */
    const struct command *topic;   /* of help, and of a fault; NULL: the tool */
    struct {
        const struct command_option *option;
        const char *value;
    } given[OPTIONS_GIVEN_MAX];
    size_t given_count;
    char *const *operands;
    size_t operand_count;
};

/* Reads the command line. STATUS_INVALID: `fault` says why, in one line, and
 * options->topic is the command that it is about. */
NODISCARD enum status options_parse(struct options *options, int argc,
                                    char **argv, struct strbuf *fault);

/* Whether an option of the command was given. `name` is one of its table. */
bool options_given(const struct options *options, const char *name);

/* The value that it was given, the last one counts; NULL: none. */
const char *options_value(const struct options *options, const char *name);

/* All values, in the order given: *cursor is 0 at first. NULL: no more. */
const char *options_next_value(const struct options *options, const char *name,
                               size_t *cursor);

/* The file that the first operand names. NULL: there is none, or it is "-". */
const char *options_file(const struct options *options);

/* The same, to be used in a command's check: false, with a line in `fault`,
 * when the name is empty. */
bool options_file_is_named(struct options *options, struct strbuf *fault);

#endif
