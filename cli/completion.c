/* dyndb completion -- prints what a shell reads to complete dyndb's command
 * line. */
#include "cli/commands.h"
#include "cli/completion_bash.h"
#include "cli/completion_zsh.h"
#include "cli/options.h"
#include "cli/print.h"
#include "cli/say.h"

enum { SCRIPT_MAX_BYTES = 256 * 1024 };

typedef void completion_fn(struct strbuf *out);

static completion_fn *script_of(const char *shell)
{
    if (strcmp(shell, "bash") == 0)
        return completion_bash;
    return strcmp(shell, "zsh") == 0 ? completion_zsh : NULL;
}

static bool check(struct options *options, struct strbuf *fault)
{
    if (script_of(options->operands[0]) != NULL)
        return true;
    strbuf_printf(fault, "no completion for '%s', only for bash and zsh",
                  options->operands[0]);
    return false;
}

static int run(const struct context *context, const struct options *options)
{
    struct strbuf script;
    bool printed;

    (void)context;
    strbuf_init(&script, SCRIPT_MAX_BYTES);
    script_of(options->operands[0])(&script);
    if (!strbuf_ok(&script))
        say("out of memory");
    printed = strbuf_ok(&script) && print(strbuf_span(&script));
    strbuf_clear(&script);
    return printed ? EXIT_OK : EXIT_FAILED;
}

const struct command command_completion = {
    .name = "completion",
    .operands = "bash|zsh",
    .purpose = "let the shell complete what is typed",
    .text = "Prints what bash or zsh reads to complete the commands and "
            "options of\n"
            "dyndb. Installed, it is found by itself; else, in bash:\n"
            "\n"
            "  . <(dyndb completion bash)\n",
    .operand = OPERAND_WORDS,
    .operands_min = 1,
    .operands_max = 1,
    .operands_missing = "the name of a shell: bash or zsh",
    .needs = NEEDS_NOTHING,
    .check = check,
    .run = run,
};
