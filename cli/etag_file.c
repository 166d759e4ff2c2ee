#include "cli/etag_file.h"
#include "cli/file_replace.h"
#include "cli/regular_file.h"

#include "base/strbuf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ETAG_FILE_MAX_BYTES = 4096 };

/* In place of an ETag, all of which stand in quotes. */
static const char none[] = "none";

static char *etag_file_path(const char *file)
{
    char *path;

    return asprintf(&path, "%s.etag", file) < 0 ? NULL : path;
}

/* Reads the text, at most ETAG_FILE_MAX_BYTES. */
static enum status read_text(const char *file, char text[ETAG_FILE_MAX_BYTES],
                             size_t *len)
{
    char *path = etag_file_path(file);
    enum status status;
    ssize_t got;
    int fd;

    *len = 0;
    if (path == NULL)
        return STATUS_NOMEM;
    status = regular_file_open(path, LINKS_REFUSED, &fd);
    free(path);
    if (status != STATUS_OK)
        return status;
    do
        got = read(fd, text, ETAG_FILE_MAX_BYTES);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        status = STATUS_UNAVAILABLE;
    else
        *len = (size_t)got;
    close(fd);
    return status;
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

enum status etag_file_read(const char *file, const char *bucket,
                           const char *key, char etag[S3_ETAG_MAX + 1])
{
    char buffer[ETAG_FILE_MAX_BYTES];
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
    if (!span_is(bucket_said, bucket) || !span_is(key_said, key) ||
        span_is(etag_said, none))
        return STATUS_OK;
    memcpy(etag, etag_said.ptr, etag_said.len);
    etag[etag_said.len] = '\0';
    return STATUS_OK;
}

enum status etag_file_write(const char *file, const char *bucket,
                            const char *key, const char *etag)
{
    char *path = etag_file_path(file);
    enum status status = STATUS_NOMEM;
    struct strbuf text;

    strbuf_init(&text, ETAG_FILE_MAX_BYTES);
    strbuf_printf(&text, "bucket: %s\nkey: %s\netag: %s\n", bucket, key,
                  etag[0] == '\0' ? none : etag);
    if (path != NULL && strbuf_ok(&text))
        status = file_replace(path, strbuf_span(&text));
    strbuf_clear(&text);
    free(path);
    return status;
}

const char *etag_file_fault(const char *file, enum status status)
{
    const char *fault = strerror(errno);
    char *path;

    if (status == STATUS_NOMEM)
        return "out of memory";
    if (status != STATUS_INVALID)
        return fault;
    path = etag_file_path(file);
    fault = path == NULL ? NULL : regular_file_obstacle(path, LINKS_REFUSED);
    free(path);
    return fault == NULL ? "it is not a file that dyndb wrote" : fault;
}
