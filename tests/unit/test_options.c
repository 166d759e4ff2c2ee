#include "cli/options.h"
#include "cli/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { ARGS_MAX = 8 };

#define DOWNLOAD "download-database"
#define UPLOAD "upload-database"

static const struct {
    const char *label;
    const char *args[ARGS_MAX]; /* after the program's name */
    const struct command *command, *topic;
    const char *file, *if_match;
    bool force, quiet;
} accepted[] = {
    {"help", {"help"}, .command = &command_help, .topic = NULL},
    {"--help", {"--help"}, .command = &command_help, .topic = NULL},
    {"-h", {"-h"}, .command = &command_help, .topic = NULL},
    {"--help wins over what follows",
     {"--help", "nonsense"},
     .command = &command_help,
     .topic = NULL},
    {"--version", {"--version"}, .command = NULL, .topic = NULL},
    {"help of a command",
     {"help", UPLOAD},
     .command = &command_help,
     .topic = &command_upload_database},
    {"a command's --help",
     {DOWNLOAD, "--help"},
     .command = &command_help,
     .topic = &command_download_database},
    {"a command's --help needs nothing else",
     {UPLOAD, "-h"},
     .command = &command_help,
     .topic = &command_upload_database},
    {"help of help",
     {"help", "help"},
     .command = &command_help,
     .topic = &command_help},
    {"help --help",
     {"help", "--help"},
     .command = &command_help,
     .topic = &command_help},
    {"download to standard output",
     {DOWNLOAD},
     .command = &command_download_database,
     .topic = &command_download_database},
    {"the same, said with a dash",
     {DOWNLOAD, "-"},
     .command = &command_download_database,
     .topic = &command_download_database},
    {"download to a file",
     {DOWNLOAD, "hosts.csv"},
     .command = &command_download_database,
     .topic = &command_download_database,
     .file = "hosts.csv"},
    {"quietly",
     {DOWNLOAD, "-q", "hosts.csv"},
     .command = &command_download_database,
     .topic = &command_download_database,
     .file = "hosts.csv",
     .quiet = true},
    {"upload a file",
     {UPLOAD, "hosts.csv"},
     .command = &command_upload_database,
     .topic = &command_upload_database,
     .file = "hosts.csv"},
    {"upload standard input",
     {UPLOAD, "-"},
     .command = &command_upload_database,
     .topic = &command_upload_database},
    {"options may follow the file",
     {UPLOAD, "hosts.csv", "--force", "--quiet"},
     .command = &command_upload_database,
     .topic = &command_upload_database,
     .file = "hosts.csv",
     .force = true,
     .quiet = true},
    {"an ETag",
     {UPLOAD, "--if-match", "\"e1\"", "-"},
     .command = &command_upload_database,
     .topic = &command_upload_database,
     .if_match = "\"e1\""},
    {"an ETag after an equals sign",
     {UPLOAD, "--if-match=e1", "-"},
     .command = &command_upload_database,
     .topic = &command_upload_database,
     .if_match = "e1"},
    {"of an option given twice the last counts",
     {UPLOAD, "--if-match=e1", "--if-match=e2", "-"},
     .command = &command_upload_database,
     .topic = &command_upload_database,
     .if_match = "e2"},
    {"a file whose name begins with a dash",
     {UPLOAD, "--", "-x"},
     .command = &command_upload_database,
     .topic = &command_upload_database,
     .file = "-x"},
};

static const struct {
    const char *label;
    const char *args[ARGS_MAX];
    const char *fault, *hint;
} refused[] = {
    {"nothing", {NULL}, "a command is missing", "help"},
    {"an unknown command", {"nonsense"}, "unknown command 'nonsense'", "help"},
    {"a command without its second word",
     {"upload"},
     "unknown command 'upload'; did you mean 'upload-database'?",
     "help"},
    {"a misspelt command",
     {"help", "dowload-databse"},
     "unknown command 'dowload-databse'; did you mean 'download-database'?",
     "help"},
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
    {"a value that an option does not take",
     {UPLOAD, "--force=yes", "f"},
     "option '--force' takes no value",
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

static void check_accepted(size_t i, const struct options *options)
{
    const struct command *command = options->command;

    if (command != accepted[i].command || options->topic != accepted[i].topic)
        fail_msg("%s", accepted[i].label);
    if (command == NULL || command == &command_help)
        return;
    if (options_given(options, "quiet") != accepted[i].quiet ||
        !same_text(options_file(options), accepted[i].file))
        fail_msg("%s", accepted[i].label);
    if (options_given(options, "force") != accepted[i].force ||
        !same_text(options_value(options, "if-match"), accepted[i].if_match))
        fail_msg("%s", accepted[i].label);
}

static void test_accepted(void **state)
{
    struct options options;
    struct strbuf fault;

    (void)state;
    strbuf_init(&fault, 1024);
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        if (parse(accepted[i].args, &options, &fault) != STATUS_OK)
            fail_msg("%s: %s", accepted[i].label, strbuf_string(&fault));
        check_accepted(i, &options);
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
        char hint[64];

        if (parse(refused[i].args, &options, &fault) != STATUS_INVALID ||
            strcmp(strbuf_string(&fault), refused[i].fault) != 0)
            fail_msg("%s: %s", refused[i].label, strbuf_string(&fault));
        snprintf(hint, sizeof hint, "help%s%s",
                 options.topic == NULL ? "" : " ",
                 options.topic == NULL ? "" : options.topic->name);
        if (strcmp(hint, refused[i].hint) != 0)
            fail_msg("%s: %s", refused[i].label, hint);
    }
    strbuf_clear(&fault);
}

static void test_the_values_of_an_option_given_several_times(void **state)
{
    static const char *const args[ARGS_MAX] = {
        UPLOAD, "--if-match=e1", "-q", "--if-match", "e2", "f"};
    struct options options;
    struct strbuf fault;
    size_t cursor = 0;

    (void)state;
    strbuf_init(&fault, 1024);
    assert_int_equal(parse(args, &options, &fault), STATUS_OK);
    assert_string_equal(options_next_value(&options, "if-match", &cursor),
                        "e1");
    assert_string_equal(options_next_value(&options, "if-match", &cursor),
                        "e2");
    assert_null(options_next_value(&options, "if-match", &cursor));
    strbuf_clear(&fault);
}

static void test_more_options_than_anybody_types(void **state)
{
    static char program[] = "dyndb", command[] = UPLOAD, quiet[] = "-q";
    char *argv[OPTIONS_GIVEN_MAX + 4] = {program, command};
    struct options options;
    struct strbuf fault;
    int argc = 2;

    (void)state;
    while (argc < OPTIONS_GIVEN_MAX + 3)
        argv[argc++] = quiet;
    strbuf_init(&fault, 1024);
    assert_int_equal(options_parse(&options, argc, argv, &fault),
                     STATUS_INVALID);
    assert_string_equal(strbuf_string(&fault), "more than 64 options");
    strbuf_clear(&fault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_the_values_of_an_option_given_several_times),
        cmocka_unit_test(test_more_options_than_anybody_types),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
