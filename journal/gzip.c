#include "journal/gzip.h"

#include <limits.h>
#include <stdlib.h>

#include <zlib.h>

enum {
    PIECE_BYTES = 16 * 1024,
    GZIP_WINDOW_BITS = 15 + 16, /* zlib.h: the largest window, gzip's frame */
    MEMORY_LEVEL = 8,           /* zlib's default */
};

struct gzip_packer {
    z_stream zlib;
    struct strbuf *out;
    size_t out_len_before;
    enum status status;
    unsigned char piece[PIECE_BYTES];
};

/* What an append to `out` came to. */
static enum status append(struct strbuf *out, struct span bytes)
{
    bool fits = bytes.len <= out->max_bytes - out->len;

    strbuf_append(out, bytes);
    if (strbuf_ok(out))
        return STATUS_OK;
    return fits ? STATUS_NOMEM : STATUS_FULL;
}

struct gzip_packer *gzip_packer_new(struct strbuf *out)
{
    struct gzip_packer *packer = malloc(sizeof *packer);

    if (packer == NULL)
        return NULL;
    packer->zlib = (z_stream){.zalloc = Z_NULL};
    packer->out = out;
    packer->out_len_before = out->len;
    packer->status = STATUS_OK;
    if (deflateInit2(&packer->zlib, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                     GZIP_WINDOW_BITS, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        free(packer);
        return NULL;
    }
    return packer;
}

void gzip_packer_free(struct gzip_packer *packer)
{
    if (packer == NULL)
        return;
    deflateEnd(&packer->zlib);
    free(packer);
}

/* Has zlib take all that it was given, and appends what comes of it. deflate()
 * leaves room in the piece only when it has no more to say. */
static void pack(struct gzip_packer *packer, int flush)
{
    z_stream *zlib = &packer->zlib;

    do {
        zlib->next_out = packer->piece;
        zlib->avail_out = PIECE_BYTES;
        /* Z_BUF_ERROR, no progress, is none: there was nothing to do. */
        (void)deflate(zlib, flush);
        packer->status =
            append(packer->out, span_from((const char *)packer->piece,
                                          PIECE_BYTES - zlib->avail_out));
    } while (packer->status == STATUS_OK && zlib->avail_out == 0);
}

/* As much of the bytes as zlib can count. */
static void give(z_stream *zlib, struct span *rest)
{
    size_t len = rest->len < UINT_MAX ? rest->len : UINT_MAX;

    zlib->next_in = (z_const Bytef *)rest->ptr;
    zlib->avail_in = (uInt)len;
    *rest = span_from(rest->ptr + len, rest->len - len);
}

void gzip_packer_add(struct gzip_packer *packer, struct span text)
{
    while (text.len > 0 && packer->status == STATUS_OK) {
        give(&packer->zlib, &text);
        pack(packer, Z_NO_FLUSH);
    }
}

enum status gzip_packer_finish(struct gzip_packer *packer)
{
    enum status status;

    if (packer->status == STATUS_OK)
        pack(packer, Z_FINISH);
    status = packer->status;
    if (status != STATUS_OK)
        strbuf_truncate(packer->out, packer->out_len_before);
    gzip_packer_free(packer);
    return status;
}

enum status gzip_pack(struct span text, struct strbuf *out)
{
    struct gzip_packer *packer = gzip_packer_new(out);

    if (packer == NULL)
        return STATUS_NOMEM;
    gzip_packer_add(packer, text);
    return gzip_packer_finish(packer);
}

/* The text that comes out, piece by piece. */
struct sink {
    gzip_piece_fn *each;
    void *arg;
    size_t room;
};

/* Unpacks what zlib was given, up to the end of a member if there is one. */
static enum status unpack(z_stream *zlib, struct sink *sink, bool *ended)
{
    unsigned char piece[PIECE_BYTES];
    enum status status = STATUS_OK;
    size_t len;
    int said;

    do {
        zlib->next_out = piece;
        zlib->avail_out = PIECE_BYTES;
        said = inflate(zlib, Z_NO_FLUSH);
        if (said == Z_MEM_ERROR)
            return STATUS_NOMEM;
        if (said != Z_OK && said != Z_STREAM_END && said != Z_BUF_ERROR)
            return STATUS_INVALID;
        len = PIECE_BYTES - zlib->avail_out;
        if (len > sink->room)
            return STATUS_FULL;
        sink->room -= len;
        if (len > 0)
            status = sink->each(sink->arg, span_from((const char *)piece, len));
    } while (status == STATUS_OK && said == Z_OK);
    *ended = said == Z_STREAM_END;
    return status;
}

static enum status unpack_members(z_stream *zlib, struct span packed,
                                  struct sink *sink)
{
    enum status status = STATUS_OK;
    bool ended = false;

    while (status == STATUS_OK && (packed.len > 0 || zlib->avail_in > 0)) {
        if (zlib->avail_in == 0)
            give(zlib, &packed);
        if (ended)
            inflateReset(zlib);
        status = unpack(zlib, sink, &ended);
    }
    return status == STATUS_OK && !ended ? STATUS_INVALID : status;
}

enum status gzip_unpack_each(struct span packed, size_t max_bytes,
                             gzip_piece_fn *each, void *arg)
{
    struct sink sink = {each, arg, max_bytes};
    z_stream zlib = {.zalloc = Z_NULL};
    enum status status;

    if (inflateInit2(&zlib, GZIP_WINDOW_BITS) != Z_OK)
        return STATUS_NOMEM;
    status = unpack_members(&zlib, packed, &sink);
    inflateEnd(&zlib);
    return status;
}

static enum status append_piece(void *arg, struct span piece)
{
    return append(arg, piece);
}

enum status gzip_unpack(struct span packed, struct strbuf *out)
{
    size_t len_before = out->len;
    enum status status =
        gzip_unpack_each(packed, out->max_bytes - out->len, append_piece, out);

    if (status != STATUS_OK)
        strbuf_truncate(out, len_before);
    return status;
}
