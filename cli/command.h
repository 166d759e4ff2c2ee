/* command -- one command of dyndb: what it is for, how it is asked for, and
 * what it does.
 *
 * A command is one file, which defines a `struct command`, and one line of the
 * table in commands.h. The help, the reading of the command line and the
 * completion of shells are made from these words; man/dyndb.1 has the rest.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/strbuf.h"

struct context;
struct options;

/* The exit statuses of dyndb(1). */
enum {
    EXIT_OK = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,     /* the command line or the environment is wrong */
    EXIT_INVALID = 3,   /* a database that breaks the server's rules */
    EXIT_CONFLICT = 4,  /* somebody else changed the database, or may have */
    EXIT_INCOMPLETE = 5 /* it was done, but the journal does not tell of it, or
                           not all of the journal could be read */
};

enum {
    COMMAND_OPTIONS_MAX = 24,
    COMMAND_OPERANDS_MANY = 1 << 20, /* as many as people may type */
};

/* What is made of the environment before the command runs: see context.h. */
enum command_needs {
    NEEDS_NOTHING,
    NEEDS_AWS,      /* credentials: context->settings->aws */
    NEEDS_OBJECT,   /* and the database's object in S3: context->object */
    NEEDS_DATABASE, /* that object, or a local file: context->file */
    NEEDS_SERVICE,  /* both as the server has them, and credentials always */
    NEEDS_STATE,    /* DYNDNS_STATE alone: context->state */
};

/* What stands behind the command's name, as a shell may complete it. */
enum command_operand {
    OPERAND_NONE,
    OPERAND_FILE,
    OPERAND_HOST, /* a host's name, which no shell knows */
    OPERAND_COMMAND,
    OPERAND_WORDS, /* those of the usage line: "bash|zsh" */
};

struct command_option {
    char letter;       /* 0: it has none */
    const char *name;  /* without the dashes */
    const char *value; /* what the help calls its value; NULL: it takes none */
    const char *help;  /* what it does; a line feed begins another line */
};

/* Of commands that have NEEDS_DATABASE. */
#define OPTION_DATABASE_FILE                                                   \
    {                                                                          \
        'f', "file", "FILE", "the database is this local file, not in S3"      \
    }

#define OPTION_QUIET                                                           \
    {                                                                          \
        'q', "quiet", NULL, "say nothing when all is well"                     \
    }

struct command {
    const char *name;
    const char *operands; /* as usage lines have them: "[FILE]"; "": none */
    const char *purpose;  /* in a few words, for the list of commands */
    const char *text;     /* the help: paragraphs, ending in a line feed */

    /* All but --help, which each command has. The first one without a name
     * ends them. */
    struct command_option options[COMMAND_OPTIONS_MAX + 1];
    enum command_operand operand;
    int operands_min, operands_max;
    const char *operands_missing; /* the words, if they may be missing */
    enum command_needs needs;
    bool edits; /* it changes the database, and tells DYNDNS_STATE, if that is
                   set, of it: edit_record.h */
    bool shows_state; /* with --state it needs that too */

    /* Judges what the table cannot: values, and what contradicts what. False
     * with one line in `fault`. NULL: there is nothing to judge. */
    bool (*check)(struct options *options, struct strbuf *fault);

    /* Does it, and returns the exit status, after an explanation on standard
     * error of what failed. */
    int (*run)(const struct context *context, const struct options *options);
};

#endif
