#include "cli/context.h"
#include "cli/options.h"
#include "cli/say.h"

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
    if (options->command->needs == NEEDS_OBJECT)
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
                                 enum command_needs needs,
                                 struct strbuf *faults)
{
    return needs == NEEDS_AWS
               ? settings_init_aws(settings, get_variable, faults)
               : settings_init(settings, get_variable, faults);
}

int context_run(const struct options *options)
{
    enum command_needs needs = options->command->needs;
    struct settings settings;
    struct context context = {.settings = &settings};
    struct strbuf faults;
    int result = EXIT_USAGE;

    if (needs == NEEDS_NOTHING)
        return options->command->run(&(struct context){NULL}, options);
    strbuf_init(&faults, 16 * 1024);
    switch (read_settings(&settings, needs, &faults)) {
    case STATUS_OK:
        say_doubts(&settings);
        result = run_with_settings(&context, options);
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
