#include "cli/help_text.h"
#include "cli/commands.h"

static const struct command_option help_option = {'h', "help", NULL,
                                                  "show this"};

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* ---- a command ---- */

static size_t option_width(const struct command_option *option)
{
    return strlen(option->name) +
           (option->value == NULL ? 0 : 1 + strlen(option->value));
}

/* "  -q, --quiet   what it does", and further lines below it. */
static void append_option(struct strbuf *out,
                          const struct command_option *option, size_t width)
{
    const char *line = option->help;
    size_t len = strcspn(line, "\n");

    if (option->letter != 0)
        strbuf_printf(out, "  -%c, ", option->letter);
    else
        strbuf_append_string(out, "      ");
    strbuf_printf(out, "--%s%s%s%*s   %.*s\n", option->name,
                  option->value == NULL ? "" : " ",
                  option->value == NULL ? "" : option->value,
                  (int)(width - option_width(option)), "", (int)len, line);
    for (line += len; *line == '\n'; line += len) {
        len = strcspn(++line, "\n");
        strbuf_printf(out, "%*s%.*s\n", (int)(width + sizeof "  -x, --   " - 1),
                      "", (int)len, line);
    }
}

static void append_options(struct strbuf *out, const struct command *command)
{
    const struct command_option *option;
    size_t width = option_width(&help_option);

    for (option = command->options; option->name != NULL; option++)
        width = larger(width, option_width(option));
    strbuf_append_string(out, "\nOptions:\n");
    for (option = command->options; option->name != NULL; option++)
        append_option(out, option, width);
    append_option(out, &help_option, width);
}

static void append_command(struct strbuf *out, const struct command *command)
{
    strbuf_printf(out, "Usage: dyndb %s%s%s%s\n\n%s", command->name,
                  command->options[0].name == NULL ? "" : " [OPTION]...",
                  command->operands[0] == '\0' ? "" : " ", command->operands,
                  command->text);
    append_options(out, command);
}

/* ---- the tool ---- */

static const char tool_head[] =
    "Usage: dyndb [--help | --version]\n"
    "       dyndb COMMAND [OPTION]... [ARGUMENT]...\n"
    "\n"
    "Keeps the host database of dyndns53: one CSV object in Amazon S3, with a\n"
    "row of hostname,token for each host that may update its DNS record.\n"
    "\n"
    "Commands:\n";

static const char tool_foot[] =
    "\n"
    "\"dyndb help COMMAND\" explains a command.\n"
    "\n"
    "The database is named by DYNDNS_BUCKET (the bucket) and DYNDNS_DATABASE\n"
    "(the object's key). AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and\n"
    "AWS_REGION are those of the AWS SDKs. See dyndb(1).\n";

static size_t command_width(const struct command *command)
{
    return strlen(command->name) + 1 + strlen(command->operands);
}

static void append_tool(struct strbuf *out)
{
    size_t width = 0;

    for (size_t i = 0; i < commands_count; i++)
        width = larger(width, command_width(commands[i]));
    strbuf_append_string(out, tool_head);
    for (size_t i = 0; i < commands_count; i++)
        strbuf_printf(out, "  %s %s%*s   %s\n", commands[i]->name,
                      commands[i]->operands,
                      (int)(width - command_width(commands[i])), "",
                      commands[i]->purpose);
    strbuf_append_string(out, tool_foot);
}

void help_text(struct strbuf *out, const struct command *topic)
{
    if (topic == NULL)
        append_tool(out);
    else
        append_command(out, topic);
}
