#include "cli/text_file.h"

#include <errno.h>
#include <unistd.h>

static enum status read_all(int fd, struct strbuf *text)
{
    char piece[4096];
    ssize_t len;

    while ((len = read(fd, piece, sizeof piece)) != 0) {
        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0)
            return STATUS_UNAVAILABLE;
        strbuf_append(text, span_from(piece, (size_t)len));
        if (!strbuf_ok(text))
            return STATUS_FULL;
    }
    return STATUS_OK;
}

enum status text_file_read(const char *path, enum links links,
                           struct strbuf *text)
{
    enum status status;
    int fd, saved_errno;

    status = regular_file_open(path, links, &fd);
    if (status != STATUS_OK)
        return status;
    status = read_all(fd, text);
    saved_errno = errno;
    close(fd);
    errno = saved_errno;
    return status;
}

const char *text_file_fault(const char *path, enum links links,
                            enum status status)
{
    const char *obstacle;

    switch (status) {
    case STATUS_FULL:
        return "it is too long";
    case STATUS_INVALID:
        obstacle = regular_file_obstacle(path, links);
        return obstacle == NULL ? "it is no regular file" : obstacle;
    case STATUS_NOT_FOUND:
        return "there is no such file";
    default:
        return strerror(errno);
    }
}
