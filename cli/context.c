#include "cli/context.h"
#include "cli/options.h"
#include "cli/say.h"

#include "s3db/database_name.h"

#include <stdlib.h>

static int run_with_object(struct context *context,
                           const struct options *options)
{
    int result = EXIT_FAILED;

    context->object = database_object_new(context->settings);
    if (context->object == NULL)
        say("cannot set up a client of S3: out of memory, or libcurl refuses");
    else
        result = options->command->run(context, options);
    database_object_free(context->object);
    return result;
}

static int run_with_settings(struct context *context,
                             const struct options *options)
{
    int result;

    if (aws_global_init() != STATUS_OK) {
        say("cannot set up libcurl");
        return EXIT_FAILED;
    }
    if (options->command->needs != NEEDS_AWS && context->file == NULL)
        result = run_with_object(context, options);
    else
        result = options->command->run(context, options);
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

static enum status read_settings(struct settings *settings,
                                 const struct context *context,
                                 enum command_needs needs,
                                 struct strbuf *faults)
{
    return needs == NEEDS_AWS || context->file != NULL
               ? settings_init_aws(settings, get_variable, faults)
               : settings_init(settings, get_variable, faults);
}

static const char *get_set(const char *name)
{
    const char *value = getenv(name);

    return value == NULL || value[0] == '\0' ? NULL : value;
}

/* Finds the local file of a command that may do with one. False, with no
 * explanation, when the database is in S3. */
static bool find_file(struct context *context, const struct options *options)
{
    context->file = options_value(options, "file");
    if (context->file == NULL && get_set("DYNDNS_BUCKET") == NULL) {
        context->file = get_set("DYNDNS_DATABASE");
        context->file_is_old = context->file != NULL;
    }
    return context->file != NULL;
}

/* False, after an explanation, when what names the local file names none. */
static bool file_is_good(const struct context *context)
{
    const char *fault = context->file[0] == '\0'
                            ? "is empty"
                            : database_path_fault(context->file);

    if (fault != NULL)
        say("%s %s", context->file_is_old ? "DYNDNS_DATABASE" : "--file",
            fault);
    return fault == NULL;
}

static int run_in_environment(struct context *context,
                              const struct options *options)
{
    struct settings settings;
    struct strbuf faults;
    int result = EXIT_USAGE;

    strbuf_init(&faults, 16 * 1024);
    context->settings = &settings;
    switch (
        read_settings(&settings, context, options->command->needs, &faults)) {
    case STATUS_OK:
        say_doubts(&settings);
        result = run_with_settings(context, options);
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

int context_run(const struct options *options)
{
    enum command_needs needs = options->command->needs;
    bool may_be_file = needs == NEEDS_DATABASE || needs == NEEDS_SERVICE;
    struct context context = {.settings = NULL};

    if (may_be_file && find_file(&context, options) && !file_is_good(&context))
        return EXIT_USAGE;
    if (needs == NEEDS_NOTHING ||
        (needs == NEEDS_DATABASE && context.file != NULL))
        return options->command->run(&context, options);
    return run_in_environment(&context, options);
}
