#include "cli/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ARGS_MAX = 8 };

#define DOWNLOAD "download-database"
#define UPLOAD "upload-database"

static const struct {
    const char *label;
    const char *args[ARGS_MAX]; /* after the program's name */
    struct options expected;
} accepted[] = {
    {"help", {"help"}, {.command = COMMAND_HELP}},
    {"--help", {"--help"}, {.command = COMMAND_HELP}},
    {"-h", {"-h"}, {.command = COMMAND_HELP}},
    {"--help wins over what follows",
     {"--help", "nonsense"},
     {.command = COMMAND_HELP}},
    {"--version", {"--version"}, {.command = COMMAND_VERSION}},
    {"help of a command",
     {"help", UPLOAD},
     {.command = COMMAND_HELP, .topic = COMMAND_UPLOAD}},
    {"a command's --help",
     {DOWNLOAD, "--help"},
     {.command = COMMAND_HELP, .topic = COMMAND_DOWNLOAD}},
    {"a command's --help needs nothing else",
     {UPLOAD, "-h"},
     {.command = COMMAND_HELP, .topic = COMMAND_UPLOAD}},
    {"help of help",
     {"help", "help"},
     {.command = COMMAND_HELP, .topic = COMMAND_HELP}},
    {"help --help",
     {"help", "--help"},
     {.command = COMMAND_HELP, .topic = COMMAND_HELP}},
    {"download to standard output", {DOWNLOAD}, {.command = COMMAND_DOWNLOAD}},
    {"the same, said with a dash",
     {DOWNLOAD, "-"},
     {.command = COMMAND_DOWNLOAD}},
    {"download to a file",
     {DOWNLOAD, "hosts.csv"},
     {.command = COMMAND_DOWNLOAD, .file = "hosts.csv"}},
    {"quietly",
     {DOWNLOAD, "-q", "hosts.csv"},
     {.command = COMMAND_DOWNLOAD, .file = "hosts.csv", .quiet = true}},
    {"upload a file",
     {UPLOAD, "hosts.csv"},
     {.command = COMMAND_UPLOAD, .file = "hosts.csv"}},
    {"upload standard input", {UPLOAD, "-"}, {.command = COMMAND_UPLOAD}},
    {"options may follow the file",
     {UPLOAD, "hosts.csv", "--force", "--quiet"},
     {.command = COMMAND_UPLOAD,
      .file = "hosts.csv",
      .force = true,
      .quiet = true}},
    {"an ETag",
     {UPLOAD, "--if-match", "\"e1\"", "-"},
     {.command = COMMAND_UPLOAD, .if_match = "\"e1\""}},
    {"an ETag after an equals sign",
     {UPLOAD, "--if-match=e1", "-"},
     {.command = COMMAND_UPLOAD, .if_match = "e1"}},
    {"a file whose name begins with a dash",
     {UPLOAD, "--", "-x"},
     {.command = COMMAND_UPLOAD, .file = "-x"}},
};

static const struct {
    const char *label;
    const char *args[ARGS_MAX];
    const char *fault, *hint;
} refused[] = {
    {"nothing", {NULL}, "a command is missing", "help"},
    {"an unknown command", {"upload"}, "unknown command 'upload'", "help"},
    {"an unknown option",
     {"--nonsense"},
     "unknown option '--nonsense'",
     "help"},
    {"an unknown letter", {"-x"}, "unknown option '-x'", "help"},
    {"help of an unknown command",
     {"help", "x"},
     "unknown command 'x'",
     "help"},
    {"help of two commands",
     {"help", UPLOAD, DOWNLOAD},
     "unexpected argument 'download-database'",
     "help upload-database"},
    {"an unknown option of a command",
     {UPLOAD, "--nonsense", "f"},
     "unknown option '--nonsense'",
     "help upload-database"},
    {"an option of another command",
     {DOWNLOAD, "--force"},
     "unknown option '--force'",
     "help download-database"},
    {"no file to upload",
     {UPLOAD},
     "upload-database needs a FILE, or - for standard input",
     "help upload-database"},
    {"two files",
     {UPLOAD, "a", "b"},
     "unexpected argument 'b'",
     "help upload-database"},
    {"two files",
     {DOWNLOAD, "a", "b"},
     "unexpected argument 'b'",
     "help download-database"},
    {"a file without a name",
     {UPLOAD, ""},
     "the file's name is empty",
     "help upload-database"},
    {"an option without its value",
     {UPLOAD, "f", "--if-match"},
     "option '--if-match' needs a value",
     "help upload-database"},
    {"an empty ETag",
     {UPLOAD, "f", "--if-match="},
     "the ETag is empty",
     "help upload-database"},
    {"force and a condition",
     {UPLOAD, "--force", "--if-match", "e1", "f"},
     "--force and --if-match contradict each other",
     "help upload-database"},
};

/* getopt_long(3) wants an array that it may reorder. */
static enum status parse(const char *const *args, struct options *options,
                         struct strbuf *fault)
{
    static char program[] = "dyndb";
    char *argv[ARGS_MAX + 2] = {program};
    int argc = 1;

    for (; argc <= ARGS_MAX && args[argc - 1] != NULL; argc++)
        argv[argc] = (char *)(uintptr_t)args[argc - 1];
    strbuf_rewind(fault);
    return options_parse(options, argc, argv, fault);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void test_accepted(void **state)
{
    struct options options;
    struct strbuf fault;

    (void)state;
    strbuf_init(&fault, 1024);
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        const struct options *expected = &accepted[i].expected;

        if (parse(accepted[i].args, &options, &fault) != STATUS_OK)
            fail_msg("%s: %s", accepted[i].label, strbuf_string(&fault));
        if (options.command != expected->command ||
            (options.command == COMMAND_HELP &&
             options.topic != expected->topic) ||
            options.force != expected->force ||
            options.quiet != expected->quiet ||
            !same_text(options.file, expected->file) ||
            !same_text(options.if_match, expected->if_match))
            fail_msg("%s", accepted[i].label);
    }
    strbuf_clear(&fault);
}

static void test_refused(void **state)
{
    struct options options;
    struct strbuf fault;

    (void)state;
    strbuf_init(&fault, 1024);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (parse(refused[i].args, &options, &fault) != STATUS_INVALID ||
            strcmp(strbuf_string(&fault), refused[i].fault) != 0)
            fail_msg("%s: %s", refused[i].label, strbuf_string(&fault));
        if (strcmp(options_hint(options.topic), refused[i].hint) != 0)
            fail_msg("%s: %s", refused[i].label, options_hint(options.topic));
    }
    strbuf_clear(&fault);
}

static void test_every_topic_has_a_text(void **state)
{
    (void)state;
    for (int topic = COMMAND_NONE; topic <= COMMAND_VERSION; topic++)
        assert_ptr_equal(
            strstr(options_help((enum command)topic), "Usage: dyndb"),
            options_help((enum command)topic));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_every_topic_has_a_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
