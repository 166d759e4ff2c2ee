#include "s3db/file_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

static enum status fail(struct file_reader *reader, enum status status,
                        const char *fault)
{
    reader->fault = fault;
    return status;
}

static enum status fail_errno(struct file_reader *reader)
{
    switch (errno) {
    case ENOENT:
    case ENOTDIR:
        return fail(reader, STATUS_NOT_FOUND, "there is no such file");
    case EACCES:
    case EPERM:
        return fail(reader, STATUS_DENIED, "permission denied");
    default:
        return fail(reader, STATUS_UNAVAILABLE, strerrordesc_np(errno));
    }
}

/* The change time too: it cannot be set back, as cp -p and rsync set back the
 * time of modification. */
static void set_version(struct file_reader *reader)
{
    const struct stat *st = &reader->opened;

    snprintf(reader->version, sizeof reader->version,
             "%jx-%jx-%jx-%jx.%09ld-%jx.%09ld", (uintmax_t)st->st_dev,
             (uintmax_t)st->st_ino, (uintmax_t)st->st_size,
             (uintmax_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
             (uintmax_t)st->st_ctim.tv_sec, st->st_ctim.tv_nsec);
}

enum status file_reader_open(struct file_reader *reader, const char *path,
                             struct span known_version)
{
    enum status status = STATUS_OK;

    reader->version[0] = '\0';
    reader->fault = "";
    /* O_NONBLOCK: a pipe that nobody writes to must not hold us. */
    reader->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (reader->fd < 0)
        return fail_errno(reader);
    if (fstat(reader->fd, &reader->opened) != 0) {
        status = fail_errno(reader);
    } else if (!S_ISREG(reader->opened.st_mode)) {
        status = fail(reader, STATUS_INVALID, "it is not a regular file");
    } else {
        set_version(reader);
        if (span_is(known_version, reader->version))
            status = STATUS_UNCHANGED;
    }
    if (status != STATUS_OK)
        file_reader_close(reader);
    return status;
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* At the end of the file: nobody has written to it since it was opened. */
static enum status check_unchanged(struct file_reader *reader)
{
    struct stat now;

    if (fstat(reader->fd, &now) != 0)
        return fail_errno(reader);
    if (now.st_size == reader->opened.st_size &&
        same_time(now.st_mtim, reader->opened.st_mtim))
        return STATUS_OK;
    return fail(reader, STATUS_UNAVAILABLE, "it changed while it was read");
}

enum status file_reader_next(struct file_reader *reader, struct span *chunk)
{
    ssize_t len;

    *chunk = span_from(reader->chunk, 0);
    do
        len = read(reader->fd, reader->chunk, sizeof reader->chunk);
    while (len < 0 && errno == EINTR);
    if (len < 0)
        return fail_errno(reader);
    if (len == 0)
        return check_unchanged(reader);
    chunk->len = (size_t)len;
    return STATUS_OK;
}

void file_reader_close(struct file_reader *reader)
{
    if (reader->fd >= 0)
        close(reader->fd);
    reader->fd = -1;
}
