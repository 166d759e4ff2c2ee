/* edit -- changes one host of the database: reads it, edits the text, and
 * writes it, in S3 or in a local file; and once more, from the beginning, when
 * somebody else was faster. So nobody's work is lost, whoever else is writing.
 */
#ifndef CLI_EDIT_H
#define CLI_EDIT_H

#include "cli/context.h"

#include "base/dns_name.h"

#include "s3db/host_edit_apply.h"
#include "s3db/hostdb.h"

/* Looks at the hosts before each attempt, and completes the edit. `db` is NULL
 * when there is no host yet. EXIT_OK, or an exit status after an explanation. */
typedef int edit_prepare_fn(void *arg, const struct hostdb *db,
                            struct host_edit *edit);

/* Makes another text of the whole one, which is appended to `out`, in place of
 * changing one host. STATUS_UNCHANGED: all is so already. Any other failure was
 * said. */
typedef enum status edit_rewrite_fn(void *arg, struct span text,
                                    struct strbuf *out);

#define OPTION_TYPE                                                            \
    {                                                                          \
        0, "type", "A|AAAA", "the row for this record alone"                   \
    }

/* The fields of `struct command` that commands about one host share. */
#define EDITS_ONE_HOST                                                         \
    .operands = "NAME", .operand = OPERAND_HOST, .operands_min = 1,            \
    .operands_max = 1, .operands_missing = "the NAME of a host",               \
    .needs = NEEDS_DATABASE, .edits = true

struct edit {
    struct host_edit host;
    char name[DNS_NAME_MAX + 1]; /* of the host, for messages */
    edit_prepare_fn *prepare;    /* NULL: there is nothing to look at */
    edit_rewrite_fn *rewrite;    /* NULL: `host` says what to do; else its kind
                                    is HOST_EDIT_CHANGE */
    void *arg;

    /* What became of it. */
    bool unchanged; /* all was so already, and nothing was written */
    bool created;   /* there was no database */
    struct host_edit_result result;
};

/* For a command's check: the first operand is a host's name, and --type a
 * record type, where the command has one. */
bool edit_options_are_good(struct options *options, struct strbuf *fault);

/* Sets the name and, unless a host is added, the type that the options say,
 * which were checked. edit->host.kind is set already. */
void edit_begin(struct edit *edit, const struct options *options);

/* Has the edit set an attribute of the host; "" takes it away. The text is
 * borrowed. */
void edit_set(struct edit *edit, enum host_attribute which, const char *text);

/* Does it. Returns an exit status; all but EXIT_OK after an explanation. */
int edit_run(struct edit *edit, const struct context *context);

#endif
