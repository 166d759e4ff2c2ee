/* token_edit -- the plain tokens of a host database, hashed in its CSV text so
 * that all else keeps every byte.
 *
 * Pure, but for the salts: a text in, a text out. Whoever writes the result
 * applies it anew to what somebody else wrote meanwhile; what was hashed once
 * is not hashed again.
 *
 * Rows of one user, and rows of one name, whose tokens are equal get the same
 * text, as the rows of a user must. Also the tokens of faulty rows are hashed,
 * but what can be no token stays, as does what is hashed already.
 *
 * The result is read by the server's own parser, and given out only if all
 * hosts are in it as they were, but for their tokens.
 */
#ifndef S3DB_TOKEN_EDIT_H
#define S3DB_TOKEN_EDIT_H

#include "base/hash_table.h"
#include "base/status.h"
#include "base/strbuf.h"
#include "s3db/token_make.h"

struct token_edit {
    enum token_kind kind;   /* TOKEN_PLAIN: what suits each token */
    bool includes_readable; /* even if there are rows with read_privilege */
    struct hash_table made;
};

struct token_edit_result {
    size_t made[TOKEN_KIND_COUNT]; /* rows whose token is of this kind now */
    size_t hashed_before;          /* rows */
    size_t readable;    /* rows with read_privilege and a plain token */
    const char *reason; /* of STATUS_INVALID, in words; a literal */
};

/* STATUS_NOMEM leaves nothing to clear. */
NODISCARD enum status token_edit_init(struct token_edit *edit,
                                      enum token_kind kind);
void token_edit_clear(struct token_edit *edit);

/* Sets `out`, which is empty, to the text with the hashes in it. After any
 * failure `out` is of no use.
 *
 * STATUS_UNCHANGED: no token is plain. STATUS_DENIED: there are rows with
 * read_privilege, which is for the hash protocols: these need plain tokens.
 * STATUS_INVALID: the text is none that the server takes. STATUS_UNAVAILABLE:
 * the kernel has no randomness. STATUS_NOMEM. */
NODISCARD enum status token_edit_apply(struct token_edit *edit,
                                       struct span text, struct strbuf *out,
                                       struct token_edit_result *result);

#endif
