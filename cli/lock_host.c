/* dyndb lock-host -- keeps a host's record from being changed. */
#include "cli/commands.h"
#include "cli/edit.h"
#include "cli/options.h"
#include "cli/say.h"

static int run(const struct context *context, const struct options *options)
{
    struct edit edit = {.host = {.kind = HOST_EDIT_CHANGE}};
    int result;

    edit_begin(&edit, options);
    edit_set(&edit, HOST_ATTRIBUTE_LOCK_RECORD, "true");
    result = edit_run(&edit, context);
    if (result == EXIT_OK && !options_given(options, "quiet"))
        say("%s is %s", edit.name,
            edit.unchanged ? "locked already" : "now locked");
    return result;
}

const struct command command_lock_host = {
    .name = "lock-host",
    .purpose = "keep a host's record as it is",
    .text = "Locks a host: whoever updates it is refused, and its record in\n"
            "Route 53 stays as it is, until unlock-host. This is the column\n"
            "lock_record, which is added where the database has none.\n",
    .options = {OPTION_TYPE, OPTION_DATABASE_FILE, OPTION_QUIET},
    EDITS_ONE_HOST,
    .check = edit_options_are_good,
    .run = run,
};
