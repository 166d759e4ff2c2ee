/* gzip -- text as gzip(1) packs it, in memory (zlib). What is packed is the same
 * bytes for the same text: there is no name and no time in it.
 */
#ifndef JOURNAL_GZIP_H
#define JOURNAL_GZIP_H

#include "base/span.h"
#include "base/status.h"
#include "base/strbuf.h"

/* Packs what comes in pieces, so that the text as a whole is never in memory.
 * A failure is kept: add freely, and ask gzip_packer_finish(). */
struct gzip_packer;

/* Appends to `out`, which must outlive it. NULL when memory is short. */
struct gzip_packer *gzip_packer_new(struct strbuf *out);
void gzip_packer_add(struct gzip_packer *packer, struct span text);

/* Ends the text, and frees the packer. STATUS_FULL: `out` may not hold as much;
 * STATUS_NOMEM. On failure `out` is as it was when the packer was made. */
NODISCARD enum status gzip_packer_finish(struct gzip_packer *packer);

/* Frees a packer that is not to be finished; NULL is allowed. */
void gzip_packer_free(struct gzip_packer *packer);

/* All of it at once. */
NODISCARD enum status gzip_pack(struct span text, struct strbuf *out);

/* Takes the next piece of the text; anything but STATUS_OK ends the reading and
 * becomes its status. */
typedef enum status gzip_piece_fn(void *arg, struct span piece);

/* Unpacks, in pieces of some KiB. Members that stand one after the other are one
 * text (RFC 1952, 2.2). STATUS_INVALID: it is not gzip's, was changed, is cut
 * short, or has something else behind its end; this shows only there, so what
 * came until then is not to be believed. STATUS_FULL: it is longer than
 * max_bytes, for a few bytes can be packed that fill any memory. STATUS_NOMEM. */
NODISCARD enum status gzip_unpack_each(struct span packed, size_t max_bytes,
                                       gzip_piece_fn *each, void *arg);

/* Appends the text to `out`, whose ceiling is the limit. On failure `out` is as
 * it was. */
NODISCARD enum status gzip_unpack(struct span packed, struct strbuf *out);

#endif
