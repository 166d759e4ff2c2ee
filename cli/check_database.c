/* dyndb check-database -- tells all that is wrong with a database. */
#include "cli/commands.h"
#include "cli/database_check.h"
#include "cli/database_object.h"
#include "cli/input.h"
#include "cli/json_document.h"
#include "cli/options.h"
#include "cli/say.h"

static int exit_status_of(enum status status)
{
    if (status == STATUS_NOMEM)
        say("out of memory");
    return status == STATUS_OK        ? EXIT_OK
           : status == STATUS_INVALID ? EXIT_INVALID
                                      : EXIT_FAILED;
}

/* ---- for a person ---- */

static int check_text(const char *name, struct span body, bool quiet)
{
    size_t hosts;
    enum status status = database_check(name, body, quiet, &hosts);

    if (status == STATUS_OK && !quiet)
        say("%s: %zu host%s, and no fault", name, hosts, hosts == 1 ? "" : "s");
    return exit_status_of(status);
}

/* ---- for a program ---- */

static void add_fault(void *arg, const struct database_fault *fault)
{
    json_t *faults = arg;

    (void)json_array_append_new(
        faults,
        json_pack("{s:I, s:I, s:o, s:s}", "line", (json_int_t)fault->line,
                  "column", (json_int_t)fault->column, "hostname",
                  json_document_text(fault->host), "reason", fault->reason));
}

static json_t *report_json(const char *name, enum status status,
                           const struct database_report *report, json_t *faults)
{
    return json_pack(
        "{s:o, s:b, s:I, s:O, s:o, s:o}", "file",
        json_document_text(span_from_string(name)), "valid",
        status == STATUS_OK, "hosts", (json_int_t)report->hosts, "faults",
        faults, "columns_ignored",
        json_document_text(span_from_string(report->columns.unknown.text)),
        "columns_repeated",
        json_document_text(span_from_string(report->columns.repeated.text)));
}

static int check_json(const char *name, struct span body)
{
    struct database_report report;
    json_t *faults = json_array();
    enum status status = STATUS_NOMEM;
    bool printed = false;

    if (faults != NULL)
        status = database_read(body, add_fault, faults, &report, NULL);
    if (status != STATUS_NOMEM)
        printed =
            json_document_print(report_json(name, status, &report, faults));
    json_decref(faults);
    if (status != STATUS_NOMEM && !printed)
        return EXIT_FAILED;
    return exit_status_of(status);
}

static int run(const struct context *context, const struct options *options)
{
    const char *file = options_file(options), *name = input_name(file);
    struct strbuf body;
    int result = EXIT_FAILED;

    (void)context;
    strbuf_init(&body, DATABASE_MAX_BYTES);
    if (input_read(file, &body))
        result = options_given(options, "json")
                     ? check_json(name, strbuf_span(&body))
                     : check_text(name, strbuf_span(&body),
                                  options_given(options, "quiet"));
    strbuf_clear(&body);
    return result;
}

const struct command command_check_database = {
    .name = "check-database",
    .operands = "FILE",
    .purpose = "tell all that is wrong with FILE",
    .text =
        "Reads FILE (\"-\" is standard input) as the server would, and tells\n"
        "every fault with its line and column. Sends nothing.\n",
    .options = {OPTION_JSON, OPTION_QUIET},
    .operand = OPERAND_FILE,
    .operands_min = 1,
    .operands_max = 1,
    .operands_missing = "a FILE, or - for standard input",
    .needs = NEEDS_NOTHING,
    .check = options_file_is_named,
    .run = run,
};
