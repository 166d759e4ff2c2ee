/* host_edit_apply -- makes one change of the host database in its CSV text, so
 * that the rows of all other hosts keep every byte.
 *
 * Pure: a text in, a text out. Whoever writes the result reads, edits and
 * writes again when somebody else was faster.
 *
 * Rows are found by name, faulty ones too. A column that nobody had is added at
 * the end of the header line, or with a header line where there is none; rows
 * that have nothing to say in it stay as they are, since a row may be shorter
 * than the header line.
 *
 * The result is read by the server's own parser, and given out only if all
 * other hosts are in it as they were, and those that were edited as they
 * should be.
 */
#ifndef S3DB_HOST_EDIT_APPLY_H
#define S3DB_HOST_EDIT_APPLY_H

#include "s3db/host_edit.h"

#include "base/status.h"
#include "base/strbuf.h"

struct host_edit_result {
    size_t rows;        /* that were added, changed or removed */
    const char *reason; /* of STATUS_INVALID, in words; a literal */
    bool took_token;    /* HOST_EDIT_ADD: the token is that of the user */
};

/* Sets `out`, which is empty, to the text with the change in it. `text` may be
 * empty, to which a host may be added. After any failure `out` is of no use.
 *
 * STATUS_UNCHANGED: all is so already. STATUS_NOT_FOUND: no such row.
 * STATUS_CONFLICT: to be added, but a row of this name is there, for the same
 * record or for both. STATUS_INVALID: the text, or what would come of it, is
 * none that the server takes. STATUS_NOMEM. */
NODISCARD enum status host_edit_apply(const struct host_edit *edit,
                                      struct span text, struct strbuf *out,
                                      struct host_edit_result *result);

#endif
