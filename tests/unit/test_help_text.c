#include "cli/help_text.h"
#include "cli/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { TERMINAL_WIDTH = 80 };

static const struct command command_example = {
    .name = "example",
    .operands = "FILE",
    .purpose = "show what this is",
    .text = "Shows it.\n",
    .options = {{'x', "extra", NULL, "do more"},
                {0, "level", "NUMBER", "how much of it,\nand of what"},
                OPTION_QUIET},
};

static const char example_text[] =
    "Usage: dyndb example [OPTION]... FILE\n"
    "\n"
    "Shows it.\n"
    "\n"
    "Options:\n"
    "  -x, --extra          do more\n"
    "      --level NUMBER   how much of it,\n"
    "                       and of what\n"
    "  -q, --quiet          say nothing when all is well\n"
    "  -h, --help           show this\n";

static void test_the_help_of_a_command(void **state)
{
    struct strbuf text;

    (void)state;
    strbuf_init(&text, 4096);
    help_text(&text, &command_example);
    assert_string_equal(strbuf_string(&text), example_text);
    strbuf_clear(&text);
}

static void test_the_tool_lists_every_command_with_its_purpose(void **state)
{
    struct strbuf text;

    (void)state;
    strbuf_init(&text, 16 * 1024);
    help_text(&text, NULL);
    for (size_t i = 0; i < commands_count; i++) {
        const char *line = strstr(strbuf_string(&text), commands[i]->name);

        if (line == NULL || strstr(line, commands[i]->purpose) == NULL)
            fail_msg("%s", commands[i]->name);
    }
    strbuf_clear(&text);
}

static void check_width(const struct command *topic)
{
    struct strbuf text;

    strbuf_init(&text, 16 * 1024);
    help_text(&text, topic);
    assert_true(strbuf_ok(&text));
    for (const char *line = strbuf_string(&text); *line != '\0';) {
        size_t len = strcspn(line, "\n");

        if (len > TERMINAL_WIDTH)
            fail_msg("%.*s", (int)len, line);
        line += len + 1;
    }
    strbuf_clear(&text);
}

static void test_no_line_is_wider_than_a_terminal(void **state)
{
    (void)state;
    check_width(NULL);
    for (size_t i = 0; i < commands_count; i++)
        check_width(commands[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_help_of_a_command),
        cmocka_unit_test(test_the_tool_lists_every_command_with_its_purpose),
        cmocka_unit_test(test_no_line_is_wider_than_a_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
