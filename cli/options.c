#include "cli/options.h"
#include "cli/commands.h"

#include <getopt.h>

/* What getopt_long(3) returns for the option of a command's row: above all
 * characters, so that no letter is one of them. */
enum { FIRST_OPTION = 256 };

static const struct option tool_options[] = {
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

/* A command's options in getopt_long(3)'s form. */
struct getopt_form {
    struct option longs[COMMAND_OPTIONS_MAX + 2];
    char letters[2 * COMMAND_OPTIONS_MAX + sizeof "+:h"];
};

static void make_getopt_form(struct getopt_form *form,
                             const struct command *command)
{
    const struct command_option *option = command->options;
    char *letter = form->letters;
    int count = 0;

    *letter++ = ':';
    *letter++ = 'h';
    for (; option->name != NULL; option++) {
        int wants = option->value == NULL ? no_argument : required_argument;

        form->longs[count] =
            (struct option){option->name, wants, NULL, FIRST_OPTION + count};
        count++;
        if (option->letter == 0)
            continue;
        *letter++ = option->letter;
        if (option->value != NULL)
            *letter++ = ':';
    }
    *letter = '\0';
    form->longs[count] = (struct option){"help", no_argument, NULL, 'h'};
    form->longs[count + 1] = (struct option){NULL, 0, NULL, 0};
}

/* The row of a command's table that getopt_long(3) means. NULL: none. */
static const struct command_option *find_option(const struct command *command,
                                                int result)
{
    const struct command_option *option = command->options;

    if (result >= FIRST_OPTION)
        return &option[result - FIRST_OPTION];
    for (; option->name != NULL; option++)
        if (option->letter != 0 && option->letter == result)
            return option;
    return NULL;
}

/* The option that getopt_long(3) has just refused. */
static void describe_bad_option(char **argv, int result, struct strbuf *fault)
{
    if (result == ':')
        strbuf_printf(fault, "option '%s' needs a value", argv[optind - 1]);
    else if (optopt > 0 && optopt < FIRST_OPTION)
        strbuf_printf(fault, "unknown option '-%c'", optopt);
    else if (optopt >= FIRST_OPTION)
        strbuf_printf(fault, "option '%.*s' takes no value",
                      (int)strcspn(argv[optind - 1], "="), argv[optind - 1]);
    else
        strbuf_printf(fault, "unknown option '%s'", argv[optind - 1]);
}

static bool take_option(struct options *options, int result,
                        struct strbuf *fault)
{
    const struct command_option *option = find_option(options->command, result);

    if (options->given_count == OPTIONS_GIVEN_MAX) {
        strbuf_printf(fault, "more than %d options", OPTIONS_GIVEN_MAX);
        return false;
    }
    options->given[options->given_count].option = option;
    options->given[options->given_count].value = optarg;
    options->given_count++;
    return true;
}

static bool take_operands(struct options *options, int argc, char **argv,
                          struct strbuf *fault)
{
    const struct command *command = options->command;

    /* The check comes first, for it finds what help is about. */
    if (argc > command->operands_max) {
        options->operands = argv;
        options->operand_count = (size_t)command->operands_max;
        if (command->check == NULL || command->check(options, fault))
            strbuf_printf(fault, "unexpected argument '%s'",
                          argv[command->operands_max]);
        return false;
    }
    if (argc < command->operands_min) {
        strbuf_printf(fault, "%s needs %s", command->name,
                      command->operands_missing);
        return false;
    }
    options->operands = argv;
    options->operand_count = (size_t)argc;
    return command->check == NULL || command->check(options, fault);
}

/* argv[0] is the command's name. */
static enum status parse_command(struct options *options, int argc, char **argv,
                                 struct strbuf *fault)
{
    struct getopt_form form;
    int result;

    make_getopt_form(&form, options->command);
    optind = 0; /* glibc: begin anew */
    while ((result = getopt_long(argc, argv, form.letters, form.longs, NULL)) !=
           -1) {
        if (result == 'h') {
            options->command = &command_help;
            return STATUS_OK;
        }
        if (result == '?' || result == ':') {
            describe_bad_option(argv, result, fault);
            return STATUS_INVALID;
        }
        if (!take_option(options, result, fault))
            return STATUS_INVALID;
    }
    return take_operands(options, argc - optind, argv + optind, fault)
               ? STATUS_OK
               : STATUS_INVALID;
}

enum status options_parse(struct options *options, int argc, char **argv,
                          struct strbuf *fault)
{
    int result;

    *options = (struct options){.command = NULL};
    opterr = 0;
    optind = 0;
    result = getopt_long(argc, argv, "+:hV", tool_options, NULL);
    if (result == 'V')
        return STATUS_OK;
    if (result == 'h') {
        options->command = &command_help;
        return STATUS_OK;
    }
    if (result != -1) {
        describe_bad_option(argv, result, fault);
        return STATUS_INVALID;
    }
    if (optind >= argc) {
        strbuf_append_string(fault, "a command is missing");
        return STATUS_INVALID;
    }
    options->command = options->topic = commands_find(argv[optind], fault);
    if (options->command == NULL)
        return STATUS_INVALID;
    return parse_command(options, argc - optind, argv + optind, fault);
}

/* ---- what was given ---- */

const char *options_next_value(const struct options *options, const char *name,
                               size_t *cursor)
{
    for (; *cursor < options->given_count; ++*cursor)
        if (strcmp(options->given[*cursor].option->name, name) == 0)
            return options->given[(*cursor)++].value;
    return NULL;
}

const char *options_value(const struct options *options, const char *name)
{
    const char *last = NULL, *value;
    size_t cursor = 0;

    while ((value = options_next_value(options, name, &cursor)) != NULL)
        last = value;
    return last;
}

bool options_given(const struct options *options, const char *name)
{
    for (size_t i = 0; i < options->given_count; i++)
        if (strcmp(options->given[i].option->name, name) == 0)
            return true;
    return false;
}

const char *options_file(const struct options *options)
{
    if (options->operand_count == 0 || strcmp(options->operands[0], "-") == 0)
        return NULL;
    return options->operands[0];
}

bool options_file_is_named(struct options *options, struct strbuf *fault)
{
    if (options->operand_count == 0 || options->operands[0][0] != '\0')
        return true;
    strbuf_append_string(fault, "the file's name is empty");
    return false;
}
