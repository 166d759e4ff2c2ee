/* dyndb remove-host -- removes a host. */
#include "cli/commands.h"
#include "cli/database_text.h"
#include "cli/edit.h"
#include "cli/options.h"
#include "cli/say.h"

static int run(const struct context *context, const struct options *options)
{
    struct edit edit = {.host = {.kind = HOST_EDIT_REMOVE}};
    int result;

    edit_begin(&edit, options);
    result = edit_run(&edit, context);
    if (result == EXIT_OK && !options_given(options, "quiet"))
        say("%s is removed from %s; its record in DNS stays as it is",
            edit.name, database_text_where(context));
    return result;
}

const struct command command_remove_host = {
    .name = "remove-host",
    .purpose = "remove a host",
    .text =
        "Removes a host from the database, so that nobody can update it any\n"
        "more. Its record in Route 53 stays as it is. All other rows of the\n"
        "database stay as they are, byte for byte.\n",
    .options = {OPTION_TYPE, OPTION_DATABASE_FILE, OPTION_QUIET},
    EDITS_ONE_HOST,
    .check = edit_options_are_good,
    .run = run,
};
