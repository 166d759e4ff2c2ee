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
    edit.host.sets[HOST_ATTRIBUTE_LOCK_RECORD] = true;
    edit.host.values[HOST_ATTRIBUTE_LOCK_RECORD] = span_from_string("true");
    result = edit_run(&edit, context);
    if (result == EXIT_OK && !options_given(options, "quiet"))
        say("%s is %s%s", edit.name, edit.unchanged ? "" : "now ",
            edit.unchanged ? "locked already" : "locked");
    return result;
}

const struct command command_lock_host = {
    .name = "lock-host",
    .operands = "NAME",
    .purpose = "keep a host's record as it is",
    .text = "Locks a host: whoever updates it is refused, and its record in\n"
            "Route 53 stays as it is, until unlock-host. This is the column\n"
            "lock_record, which is added where the database has none.\n",
    .options = {OPTION_TYPE, OPTION_DATABASE_FILE, OPTION_QUIET},
    .operand = OPERAND_HOST,
    .operands_min = 1,
    .operands_max = 1,
    .operands_missing = "the NAME of a host",
    .needs = NEEDS_DATABASE,
    .check = edit_options_are_good,
    .run = run,
};
