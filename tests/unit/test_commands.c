#include "cli/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_each_command_is_complete(void **state)
{
    (void)state;
    for (size_t i = 0; i < commands_count; i++) {
        const struct command *command = commands[i];

        assert_non_null(command->name);
        if (command->operands == NULL || command->purpose == NULL ||
            command->text == NULL || command->run == NULL)
            fail_msg("%s", command->name);
        if (command->text[strlen(command->text) - 1] != '\n')
            fail_msg("%s: the text does not end its line", command->name);
        if (command->operands_min > 0 && command->operands_missing == NULL)
            fail_msg("%s: no words for a missing operand", command->name);
        if (command->operands_max < command->operands_min ||
            (command->operands_max > 0) != (command->operands[0] != '\0') ||
            (command->operands_max > 0) != (command->operand != OPERAND_NONE))
            fail_msg("%s: contradicts itself about operands", command->name);
    }
}

/* --help and -h are each command's, and the last row ends the table. */
static void check_option(const struct command *command, size_t i)
{
    const struct command_option *option = &command->options[i];

    if (option->help == NULL || option->letter == 'h' ||
        strcmp(option->name, "help") == 0)
        fail_msg("%s: --%s", command->name, option->name);
    for (size_t k = 0; k < i; k++)
        if (strcmp(command->options[k].name, option->name) == 0 ||
            (option->letter != 0 &&
             command->options[k].letter == option->letter))
            fail_msg("%s: --%s is there twice", command->name, option->name);
}

static void test_the_options_of_a_command_can_be_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < commands_count; i++) {
        for (size_t k = 0; commands[i]->options[k].name != NULL; k++)
            check_option(commands[i], k);
        assert_null(commands[i]->options[COMMAND_OPTIONS_MAX].name);
    }
}

static void test_a_command_is_found_by_its_name_alone(void **state)
{
    struct strbuf fault;

    (void)state;
    strbuf_init(&fault, 256);
    for (size_t i = 0; i < commands_count; i++)
        assert_ptr_equal(commands_find(commands[i]->name, &fault), commands[i]);
    assert_string_equal(strbuf_string(&fault), "");
    strbuf_clear(&fault);
}

static const struct {
    const char *label, *name, *fault;
} unknown[] = {
    {"nothing", "", "unknown command ''"},
    {"what is like none", "nonsense", "unknown command 'nonsense'"},
    {"two letters swapped", "hlep",
     "unknown command 'hlep'; did you mean 'help'?"},
    {"another letter case is a slip", "HELP",
     "unknown command 'HELP'; did you mean 'help'?"},
    {"the first word alone", "download",
     "unknown command 'download'; did you mean 'download-database'?"},
    {"half of the first word is none", "down", "unknown command 'down'"},
    {"an underscore for a hyphen", "upload_database",
     "unknown command 'upload_database'; did you mean 'upload-database'?"},
};

static void test_unknown_commands(void **state)
{
    struct strbuf fault;

    (void)state;
    strbuf_init(&fault, 256);
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        strbuf_rewind(&fault);
        assert_null(commands_find(unknown[i].name, &fault));
        if (strcmp(strbuf_string(&fault), unknown[i].fault) != 0)
            fail_msg("%s: %s", unknown[i].label, strbuf_string(&fault));
    }
    strbuf_clear(&fault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_command_is_complete),
        cmocka_unit_test(test_the_options_of_a_command_can_be_told_apart),
        cmocka_unit_test(test_a_command_is_found_by_its_name_alone),
        cmocka_unit_test(test_unknown_commands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
