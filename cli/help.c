/* dyndb help -- explains a command, or lists them all. */
#include "cli/commands.h"
#include "cli/help_text.h"
#include "cli/options.h"
#include "cli/print.h"
#include "cli/say.h"

enum { HELP_MAX_BYTES = 64 * 1024 };

/* What help is wanted of, which is also what a fault is about. */
static bool find_topic(struct options *options, struct strbuf *fault)
{
    options->topic = NULL;
    if (options->operand_count == 0)
        return true;
    options->topic = commands_find(options->operands[0], fault);
    return options->topic != NULL;
}

static int run(const struct context *context, const struct options *options)
{
    struct strbuf text;
    bool printed;

    (void)context;
    strbuf_init(&text, HELP_MAX_BYTES);
    help_text(&text, options->topic);
    if (!strbuf_ok(&text))
        say("out of memory");
    printed = strbuf_ok(&text) && print(strbuf_span(&text));
    strbuf_clear(&text);
    return printed ? EXIT_OK : EXIT_FAILED;
}

const struct command command_help = {
    .name = "help",
    .operands = "[COMMAND]",
    .purpose = "explain a command",
    .text = "Explains a command, or lists them all.\n",
    .operand = OPERAND_COMMAND,
    .operands_max = 1,
    .needs = NEEDS_NOTHING,
    .check = find_topic,
    .run = run,
};
