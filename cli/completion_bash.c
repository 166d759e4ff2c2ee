#include "cli/completion_bash.h"
#include "cli/commands.h"

static const char title[] =
    "# Completion of dyndb for bash, made by: dyndb completion bash\n"
    "# shellcheck shell=bash\n\n";

static const char head[] =
    "_dyndb_words() { mapfile -t COMPREPLY < <(compgen -W \"$1\" -- "
    "\"$word\"); }\n"
    "\n"
    "_dyndb_files() {\n"
    "    compopt -o filenames 2>/dev/null\n"
    "    mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
    "}\n"
    "\n"
    "_dyndb() {\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - "
    "1]}\n"
    "    local command=${COMP_WORDS[1]} options=\n"
    "    COMPREPLY=()\n"
    "    if ((COMP_CWORD == 1)); then\n"
    "        _dyndb_words \"$(_dyndb_commands) --help --version\"\n"
    "        return\n"
    "    fi\n"
    "    case $command in\n";

static const char foot[] =
    "    *) return ;;\n"
    "    esac\n"
    "    [[ $word != -?* ]] || _dyndb_words \"$options --help\"\n"
    "}\n"
    "\n"
    "complete -F _dyndb dyndb\n";

static void append_commands(struct strbuf *out)
{
    strbuf_append_string(out, "_dyndb_commands() { echo");
    for (size_t i = 0; i < commands_count; i++)
        strbuf_printf(out, " %s", commands[i]->name);
    strbuf_append_string(out, "; }\n\n");
}

/* The words of "A|AAAA". */
static void append_words(struct strbuf *out, const char *words)
{
    for (; *words != '\0'; words++)
        strbuf_append_char(out, *words == '|' ? ' ' : *words);
}

/* What may stand behind an option that takes a value: files, or the words that
 * its table names, such as "A|AAAA"; else nobody knows. */
static void append_value(struct strbuf *out,
                         const struct command_option *option)
{
    strbuf_append_string(out, "        ");
    if (option->letter != 0)
        strbuf_printf(out, "-%c | ", option->letter);
    strbuf_printf(out, "--%s) ", option->name);
    if (strcmp(option->value, "FILE") == 0) {
        strbuf_append_string(out, "_dyndb_files; return ;;\n");
    } else if (strchr(option->value, '|') != NULL ||
               strcmp(option->value, "-") == 0) {
        strbuf_append_string(out, "_dyndb_words \"");
        append_words(out, option->value);
        strbuf_append_string(out, "\"; return ;;\n");
    } else {
        strbuf_append_string(out, "return ;;\n");
    }
}

static void append_operands(struct strbuf *out, const struct command *command)
{
    if (command->operand == OPERAND_FILE)
        strbuf_append_string(out, "_dyndb_files");
    else if (command->operand == OPERAND_COMMAND)
        strbuf_append_string(out, "_dyndb_words \"$(_dyndb_commands)\"");
    else if (command->operand == OPERAND_WORDS) {
        strbuf_append_string(out, "_dyndb_words \"");
        append_words(out, command->operands);
        strbuf_append_string(out, "\"");
    } else {
        strbuf_append_char(out, ':');
    }
}

static void append_command(struct strbuf *out, const struct command *command)
{
    const struct command_option *option;

    strbuf_printf(out, "    %s)\n        case $before in\n", command->name);
    for (option = command->options; option->name != NULL; option++)
        if (option->value != NULL)
            append_value(out, option);
    strbuf_append_string(out, "        esac\n        options=\"");
    for (option = command->options; option->name != NULL; option++)
        strbuf_printf(out, "%s--%s", option == command->options ? "" : " ",
                      option->name);
    strbuf_append_string(out, "\"\n        [[ $word == -?* ]] || ");
    append_operands(out, command);
    strbuf_append_string(out, "\n        ;;\n");
}

void completion_bash(struct strbuf *out)
{
    strbuf_append_string(out, title);
    append_commands(out);
    strbuf_append_string(out, head);
    for (size_t i = 0; i < commands_count; i++)
        append_command(out, commands[i]);
    strbuf_append_string(out, foot);
}
