/* dyndb unlock-host -- lets a host's record be changed again. */
#include "cli/commands.h"
#include "cli/edit.h"
#include "cli/options.h"
#include "cli/say.h"

static int run(const struct context *context, const struct options *options)
{
    struct edit edit = {.host = {.kind = HOST_EDIT_CHANGE}};
    int result;

    edit_begin(&edit, options);
    edit_set(&edit, HOST_ATTRIBUTE_LOCK_RECORD, "");
    result = edit_run(&edit, context);
    if (result == EXIT_OK && !options_given(options, "quiet"))
        say("%s is %s", edit.name,
            edit.unchanged ? "not locked" : "no longer locked");
    return result;
}

const struct command command_unlock_host = {
    .name = "unlock-host",
    .purpose = "let a host's record be changed again",
    .text = "Takes a lock of lock-host away: the host may be updated again.\n",
    .options = {OPTION_TYPE, OPTION_DATABASE_FILE, OPTION_QUIET},
    EDITS_ONE_HOST,
    .check = edit_options_are_good,
    .run = run,
};
