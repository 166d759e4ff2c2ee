#include "cli/sidecar.h"
#include "cli/file_replace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIDECAR_MAX_BYTES = 4096 };

static char *sidecar_path(const char *file)
{
    char *path;

    return asprintf(&path, "%s.etag", file) < 0 ? NULL : path;
}

/* Reads the text, at most SIDECAR_MAX_BYTES. */
static enum status read_text(const char *file, char text[SIDECAR_MAX_BYTES],
                             size_t *len)
{
    char *path = sidecar_path(file);
    FILE *stream;
    bool failed;

    *len = 0;
    if (path == NULL)
        return STATUS_NOMEM;
    stream = fopen(path, "re");
    free(path);
    if (stream == NULL)
        return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_UNAVAILABLE;
    *len = fread(text, 1, SIDECAR_MAX_BYTES, stream);
    failed = ferror(stream) != 0;
    fclose(stream);
    return failed ? STATUS_UNAVAILABLE : STATUS_OK;
}

/* Cuts the line `label: value` off the text. */
static bool take_line(struct span *text, const char *label, struct span *value)
{
    size_t label_len = strlen(label);
    struct span line;

    if (!span_split(text, '\n', &line) || line.len < label_len ||
        memcmp(line.ptr, label, label_len) != 0)
        return false;
    *value = span_from(line.ptr + label_len, line.len - label_len);
    return true;
}

enum status sidecar_read(const char *file, const char *bucket, const char *key,
                         char etag[S3_ETAG_MAX + 1])
{
    char buffer[SIDECAR_MAX_BYTES];
    struct span text = {buffer, 0}, bucket_said, key_said, etag_said;
    enum status status = read_text(file, buffer, &text.len);

    etag[0] = '\0';
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    if (!take_line(&text, "bucket: ", &bucket_said) ||
        !take_line(&text, "key: ", &key_said) ||
        !take_line(&text, "etag: ", &etag_said) || etag_said.len == 0 ||
        etag_said.len > S3_ETAG_MAX)
        return STATUS_INVALID;
    if (!span_is(bucket_said, bucket) || !span_is(key_said, key))
        return STATUS_OK;
    memcpy(etag, etag_said.ptr, etag_said.len);
    etag[etag_said.len] = '\0';
    return STATUS_OK;
}

enum status sidecar_write(const char *file, const char *bucket, const char *key,
                          const char *etag)
{
    char *path = sidecar_path(file);
    enum status status = STATUS_NOMEM;
    struct strbuf text;

    strbuf_init(&text, SIDECAR_MAX_BYTES);
    strbuf_printf(&text, "bucket: %s\nkey: %s\netag: %s\n", bucket, key, etag);
    if (path != NULL && strbuf_ok(&text))
        status = file_replace(path, strbuf_span(&text));
    strbuf_clear(&text);
    free(path);
    return status;
}
