#include "cli/completion_zsh.h"
#include "cli/commands.h"

static const char head[] =
    "#compdef dyndb\n"
    "# Completion of dyndb for zsh, made by: dyndb completion zsh\n"
    "\n"
    "_dyndb_commands() {\n"
    "    local -a commands\n"
    "    commands=(\n";

static const char middle[] = "    )\n"
                             "    _describe command commands\n"
                             "}\n"
                             "\n"
                             "_dyndb() {\n"
                             "    if (( CURRENT == 2 )); then\n"
                             "        if [[ $words[2] == -* ]]; then\n"
                             "            compadd -- --help --version\n"
                             "        else\n"
                             "            _dyndb_commands\n"
                             "        fi\n"
                             "        return\n"
                             "    fi\n"
                             "    local command=$words[2]\n"
                             "    shift words\n"
                             "    (( CURRENT-- ))\n"
                             "    case $command in\n";

static const char foot[] = "    esac\n"
                           "}\n"
                           "\n"
                           "_dyndb \"$@\"\n";

/* A text within single quotes, in which zsh's own functions give a meaning to
 * colons and brackets. What stands in several lines becomes one. */
static void append_quoted(struct strbuf *out, const char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '\'')
            strbuf_append_string(out, "'\\''");
        else if (strchr(":[]\\", *text) != NULL)
            strbuf_printf(out, "\\%c", *text);
        else
            strbuf_append_char(out, *text == '\n' ? ' ' : *text);
}

/* ":message:action" of _arguments, behind an option that takes a value: files,
 * or the words that its table names, such as "A|AAAA"; else nobody knows. */
static void append_value(struct strbuf *out, const char *value)
{
    strbuf_append_char(out, ':');
    append_quoted(out, value);
    if (strcmp(value, "FILE") == 0) {
        strbuf_append_string(out, ":_files");
    } else if (strchr(value, '|') != NULL || strcmp(value, "-") == 0) {
        strbuf_append_string(out, ":(");
        for (; *value != '\0'; value++)
            strbuf_append_char(out, *value == '|' ? ' ' : *value);
        strbuf_append_char(out, ')');
    } else {
        strbuf_append_string(out, ": ");
    }
}

static void append_option(struct strbuf *out,
                          const struct command_option *option)
{
    strbuf_append_string(out, " \\\n            ");
    if (option->letter != 0)
        strbuf_printf(out, "'(-%c --%s)'{-%c,--%s}'[", option->letter,
                      option->name, option->letter, option->name);
    else
        strbuf_printf(out, "'--%s[", option->name);
    append_quoted(out, option->help);
    strbuf_append_char(out, ']');
    if (option->value != NULL)
        append_value(out, option->value);
    strbuf_append_char(out, '\'');
}

static void append_operands(struct strbuf *out, const struct command *command)
{
    strbuf_printf(out, " \\\n            '%s",
                  command->operands_max > 1 ? "*" : "1");
    if (command->operand == OPERAND_WORDS) {
        append_value(out, command->operands);
    } else {
        strbuf_append_char(out, ':');
        append_quoted(out, command->operands);
        strbuf_append_string(out, command->operand == OPERAND_FILE ? ":_files"
                                  : command->operand == OPERAND_COMMAND
                                      ? ":_dyndb_commands"
                                      : ": ");
    }
    strbuf_append_char(out, '\'');
}

static void append_command(struct strbuf *out, const struct command *command)
{
    static const struct command_option help = {'h', "help", NULL, "show this"};
    const struct command_option *option;

    strbuf_printf(out, "    %s)\n        _arguments -s", command->name);
    for (option = command->options; option->name != NULL; option++)
        append_option(out, option);
    append_option(out, &help);
    if (command->operands_max > 0)
        append_operands(out, command);
    strbuf_append_string(out, "\n        ;;\n");
}

void completion_zsh(struct strbuf *out)
{
    strbuf_append_string(out, head);
    for (size_t i = 0; i < commands_count; i++) {
        strbuf_printf(out, "        '%s:", commands[i]->name);
        append_quoted(out, commands[i]->purpose);
        strbuf_append_string(out, "'\n");
    }
    strbuf_append_string(out, middle);
    for (size_t i = 0; i < commands_count; i++)
        append_command(out, commands[i]);
    strbuf_append_string(out, foot);
}
