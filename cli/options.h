/* options -- the command line of dyndb: what is asked for, and how to ask.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/status.h"
#include "base/strbuf.h"

enum command {
    COMMAND_NONE, /* as the topic of help: the tool as a whole */
    COMMAND_DOWNLOAD,
    COMMAND_UPLOAD,
    COMMAND_HELP,
    COMMAND_VERSION,
};

/* Texts are borrowed from argv. */
struct options {
    enum command command;
    enum command topic;   /* of COMMAND_HELP */
    const char *file;     /* NULL: standard input or output */
    const char *if_match; /* an ETag; NULL: not given */
    bool force;
    bool quiet;
};

/* Reads the command line. STATUS_INVALID: `fault` says why, in one line, and
 * options->topic is the command that it is about. */
NODISCARD enum status options_parse(struct options *options, int argc,
                                    char **argv, struct strbuf *fault);

/* How to use a command, or the tool. A literal, for standard output. */
const char *options_help(enum command topic);

/* What a person who made a mistake should type, without "dyndb". */
const char *options_hint(enum command topic);

#endif
