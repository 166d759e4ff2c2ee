#include "cli/options.h"

#include <getopt.h>
#include <stdio.h>

static const char help_tool[] =
    "Usage: dyndb [--help | --version]\n"
    "       dyndb COMMAND [OPTION]... [FILE]\n"
    "\n"
    "Keeps the host database of dyndns53: one CSV object in Amazon S3, with a\n"
    "row of hostname,token for each host that may update its DNS record.\n"
    "\n"
    "Commands:\n"
    "  download-database [FILE]   fetch the database into FILE, or print it\n"
    "  upload-database FILE       check FILE and make it the database\n"
    "  help [COMMAND]             explain a command\n"
    "\n"
    "The database is named by DYNDNS_BUCKET (the bucket) and DYNDNS_DATABASE\n"
    "(the object's key). AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and\n"
    "AWS_REGION are those of the AWS SDKs. See dyndb(1).\n";

static const char help_download[] =
    "Usage: dyndb download-database [-q] [FILE]\n"
    "\n"
    "Fetches the host database into FILE, which only you may read, whole or\n"
    "not at all; without FILE, or with \"-\", prints it. Its version is kept\n"
    "in FILE.etag, so that upload-database can tell whether somebody else\n"
    "changed the database meanwhile.\n"
    "\n"
    "Options:\n"
    "  -q, --quiet   say nothing when all is well\n"
    "  -h, --help    show this\n";

static const char help_upload[] =
    "Usage: dyndb upload-database [-q] [--force | --if-match ETAG] FILE\n"
    "\n"
    "Checks FILE (\"-\" is standard input) as the server will, and makes it\n"
    "the host database. Every fault is printed with its line, and then\n"
    "nothing is sent. The database is not replaced by one who has not seen\n"
    "its latest version: FILE must come from download-database, or there must\n"
    "be no database yet.\n"
    "\n"
    "Options:\n"
    "      --force           replace whatever is there\n"
    "      --if-match ETAG   replace this version, whatever FILE.etag says\n"
    "  -q, --quiet           say nothing when all is well\n"
    "  -h, --help            show this\n";

static const char help_help[] = "Usage: dyndb help [COMMAND]\n"
                                "\n"
                                "Explains a command, or lists them all.\n";

static const struct {
    const char *name;
    enum command command;
    const char *help, *hint;
} commands[] = {
    {"download-database", COMMAND_DOWNLOAD, help_download,
     "help download-database"},
    {"upload-database", COMMAND_UPLOAD, help_upload, "help upload-database"},
    {"help", COMMAND_HELP, help_help, "help help"},
};

static enum command find_command(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].command;
    return COMMAND_NONE;
}

const char *options_help(enum command topic)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (commands[i].command == topic)
            return commands[i].help;
    return help_tool;
}

const char *options_hint(enum command topic)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (commands[i].command == topic)
            return commands[i].hint;
    return "help";
}

/* ---- parsing ---- */

enum { OPTION_FORCE = 256, OPTION_IF_MATCH };

static const struct option tool_options[] = {
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static const struct option download_options[] = {
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const struct option upload_options[] = {
    {"force", no_argument, NULL, OPTION_FORCE},
    {"if-match", required_argument, NULL, OPTION_IF_MATCH},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const struct option help_options[] = {
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* The option that getopt_long(3) has just refused. */
static void describe_bad_option(char **argv, int result, struct strbuf *fault)
{
    if (result == ':')
        strbuf_printf(fault, "option '%s' needs a value", argv[optind - 1]);
    else if (optopt > 0 && optopt < OPTION_FORCE)
        strbuf_printf(fault, "unknown option '-%c'", optopt);
    else
        strbuf_printf(fault, "unknown option '%s'", argv[optind - 1]);
}

static enum status parse_help(struct options *options, int argc, char **argv,
                              struct strbuf *fault)
{
    if (argc == 0)
        return STATUS_OK;
    options->topic = find_command(argv[0]);
    if (argc > 1)
        strbuf_printf(fault, "unexpected argument '%s'", argv[1]);
    else if (options->topic == COMMAND_NONE)
        strbuf_printf(fault, "unknown command '%s'", argv[0]);
    else
        return STATUS_OK;
    return STATUS_INVALID;
}

static enum status parse_file(struct options *options, int argc, char **argv,
                              struct strbuf *fault)
{
    if (argc > 1) {
        strbuf_printf(fault, "unexpected argument '%s'", argv[1]);
        return STATUS_INVALID;
    }
    if (argc == 0 && options->command == COMMAND_UPLOAD) {
        strbuf_append_string(fault, "upload-database needs a FILE, or - for "
                                    "standard input");
        return STATUS_INVALID;
    }
    if (argc == 1 && argv[0][0] == '\0') {
        strbuf_append_string(fault, "the file's name is empty");
        return STATUS_INVALID;
    }
    if (argc == 1 && strcmp(argv[0], "-") != 0)
        options->file = argv[0];
    return STATUS_OK;
}

/* Takes one option; false when it is none of this command's. */
static bool take_option(struct options *options, int option)
{
    switch (option) {
    case 'h':
        options->topic = options->command;
        options->command = COMMAND_HELP;
        return true;
    case 'q':
        options->quiet = true;
        return true;
    case OPTION_FORCE:
        options->force = true;
        return true;
    case OPTION_IF_MATCH:
        options->if_match = optarg;
        return true;
    default:
        return false;
    }
}

static bool options_agree(const struct options *options, struct strbuf *fault)
{
    if (options->if_match == NULL)
        return true;
    if (options->force)
        strbuf_append_string(fault, "--force and --if-match contradict each "
                                    "other");
    else if (options->if_match[0] == '\0')
        strbuf_append_string(fault, "the ETag is empty");
    else
        return true;
    return false;
}

/* argv[0] is the command's name. */
static enum status parse_command(struct options *options, int argc, char **argv,
                                 struct strbuf *fault)
{
    const struct option *allowed =
        options->command == COMMAND_UPLOAD     ? upload_options
        : options->command == COMMAND_DOWNLOAD ? download_options
                                               : help_options;
    const char *letters = options->command == COMMAND_HELP ? ":h" : ":hq";
    int option;

    options->topic = options->command;
    optind = 0; /* glibc: begin anew */
    while ((option = getopt_long(argc, argv, letters, allowed, NULL)) != -1) {
        if (!take_option(options, option)) {
            describe_bad_option(argv, option, fault);
            return STATUS_INVALID;
        }
        if (option == 'h')
            return STATUS_OK;
    }
    if (!options_agree(options, fault))
        return STATUS_INVALID;
    if (options->command != COMMAND_HELP)
        return parse_file(options, argc - optind, argv + optind, fault);
    options->topic = COMMAND_NONE;
    return parse_help(options, argc - optind, argv + optind, fault);
}

enum status options_parse(struct options *options, int argc, char **argv,
                          struct strbuf *fault)
{
    int option;

    *options = (struct options){.command = COMMAND_HELP};
    opterr = 0;
    optind = 0;
    option = getopt_long(argc, argv, "+:hV", tool_options, NULL);
    if (option == 'h')
        return STATUS_OK;
    if (option == 'V') {
        options->command = COMMAND_VERSION;
        return STATUS_OK;
    }
    if (option != -1) {
        describe_bad_option(argv, option, fault);
        return STATUS_INVALID;
    }
    if (optind >= argc) {
        strbuf_append_string(fault, "a command is missing");
        return STATUS_INVALID;
    }
    options->command = find_command(argv[optind]);
    if (options->command != COMMAND_NONE)
        return parse_command(options, argc - optind, argv + optind, fault);
    strbuf_printf(fault, "unknown command '%s'", argv[optind]);
    return STATUS_INVALID;
}
