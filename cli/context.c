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

static int run_with_state(struct context *context,
                          const struct options *options)
{
    enum command_needs needs = options->command->needs;

    if (needs == NEEDS_NOTHING || needs == NEEDS_STATE ||
        (needs == NEEDS_DATABASE && context->file != NULL))
        return options->command->run(context, options);
    return run_in_environment(context, options);
}

/* Whether the command cannot do without the state; one that edits can. */
static bool needs_state(const struct options *options)
{
    const struct command *command = options->command;

    return command->needs == NEEDS_STATE ||
           (command->shows_state && options_given(options, "state"));
}

/* Opens DYNDNS_STATE as far as the command has to do with it. EXIT_OK, or an exit
 * status after an explanation: before anything is changed. */
static int open_state(struct context *context, const struct options *options)
{
    const char *where = get_set("DYNDNS_STATE");
    int result = EXIT_OK;

    if (!options->command->edits && !needs_state(options))
        return EXIT_OK;
    if (where != NULL) {
        context->state = state_store_open(where, &result);
    } else if (needs_state(options)) {
        say("DYNDNS_STATE is not set: name the place where the servers keep "
            "what happened, as for them: s3://BUCKET/PREFIX, or a directory");
        result = EXIT_USAGE;
    }
    return result;
}

/* Runs it, so that what is edited is told. */
static int run_recorded(struct context *context, const struct options *options)
{
    int result;

    if (!options->command->edits || context->state == NULL)
        return run_with_state(context, options);
    context->record = edit_record_new(context->state, options->command->name);
    if (context->record == NULL) {
        say("out of memory");
        return EXIT_FAILED;
    }
    result = run_with_state(context, options);
    if (result == EXIT_OK && edit_record_failed(context->record))
        result = EXIT_INCOMPLETE;
    edit_record_free(context->record);
    return result;
}

int context_run(const struct options *options)
{
    enum command_needs needs = options->command->needs;
    bool may_be_file = needs == NEEDS_DATABASE || needs == NEEDS_SERVICE;
    struct context context = {.settings = NULL};
    int result;

    if (may_be_file && find_file(&context, options) && !file_is_good(&context))
        return EXIT_USAGE;
    result = open_state(&context, options);
    if (result == EXIT_OK)
        result = run_recorded(&context, options);
    state_store_close(context.state);
    return result;
}
