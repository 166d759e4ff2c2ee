/* dyndb -- keeps the host database of dyndns53; see dyndb(1). */
#include "cli/commands.h"
#include "cli/say.h"

#include "base/core_files.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static int print(const char *text)
{
    if (fputs(text, stdout) != EOF && fflush(stdout) == 0)
        return EXIT_OK;
    perror("dyndb: cannot write to standard output");
    return EXIT_FAILED;
}

static int refuse_usage(const struct options *options,
                        const struct strbuf *fault)
{
    say("%s\ntry: dyndb %s", strbuf_string(fault),
        options_hint(options->topic));
    return EXIT_USAGE;
}

static int run_command(struct database_object *object,
                       const struct options *options)
{
    if (object == NULL) {
        say("cannot set up a client of S3: out of memory, or libcurl refuses");
        return EXIT_FAILED;
    }
    return options->command == COMMAND_DOWNLOAD
               ? download_database(object, options)
               : upload_database(object, options);
}

static int run_with_settings(const struct settings *settings,
                             const struct options *options)
{
    struct database_object *object;
    int result;

    if (aws_global_init() != STATUS_OK) {
        say("cannot set up libcurl");
        return EXIT_FAILED;
    }
    object = database_object_new(settings);
    result = run_command(object, options);
    database_object_free(object);
    aws_global_cleanup();
    return result;
}

static void say_doubts(const struct settings *settings)
{
    struct strbuf doubts;

    strbuf_init(&doubts, 4096);
    settings_doubts(settings, &doubts);
    if (doubts.len > 0)
        say("this looks like a mistake:\n%s", strbuf_string(&doubts));
    strbuf_clear(&doubts);
}

static const char *get_variable(const char *name)
{
    return getenv(name);
}

static int run(const struct options *options)
{
    struct settings settings;
    struct strbuf faults;
    int result = EXIT_USAGE;

    strbuf_init(&faults, 16 * 1024);
    switch (settings_init(&settings, get_variable, &faults)) {
    case STATUS_OK:
        say_doubts(&settings);
        result = run_with_settings(&settings, options);
        break;
    case STATUS_INVALID:
        say("the environment is not complete:\n%s", strbuf_string(&faults));
        break;
    default:
        say("out of memory");
        result = EXIT_FAILED;
    }
    settings_clear(&settings);
    strbuf_clear(&faults);
    return result;
}

int main(int argc, char **argv)
{
    struct options options;
    struct strbuf fault;
    int result;

    core_files_forbid();
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write(2) */
    strbuf_init(&fault, 4096);
    if (options_parse(&options, argc, argv, &fault) != STATUS_OK)
        result = refuse_usage(&options, &fault);
    else if (options.command == COMMAND_HELP)
        result = print(options_help(options.topic));
    else if (options.command == COMMAND_VERSION)
        result = print("dyndb (dyndns53) " DYNDNS53_VERSION "\n");
    else
        result = run(&options);
    strbuf_clear(&fault);
    return result;
}
