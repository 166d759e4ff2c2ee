#include "cli/file_replace.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int fd, struct span content)
{
    while (content.len > 0) {
        ssize_t len = write(fd, content.ptr, content.len);

        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0)
            return false;
        content.ptr += len;
        content.len -= (size_t)len;
    }
    return true;
}

/* Makes the rename last through a power failure. Some file systems cannot;
 * the file is in place all the same. */
static void sync_directory_of(const char *path)
{
    char *copy = strdup(path);
    int fd;

    if (copy == NULL)
        return;
    fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(copy);
}

/* The owner first: to change it takes away bits of the mode. */
static bool make_like(int fd, const struct stat *like)
{
    struct stat st;

    if (like == NULL)
        return true;
    if (fstat(fd, &st) != 0)
        return false;
    if ((st.st_uid != like->st_uid || st.st_gid != like->st_gid) &&
        fchown(fd, like->st_uid, like->st_gid) != 0)
        return false;
    return fchmod(fd, like->st_mode & 0777) == 0;
}

/* `temporary` ends in XXXXXX; mkostemp(3) makes files of mode 0600. */
static enum status write_and_rename(char *temporary, const char *path,
                                    struct span content,
                                    const struct stat *like)
{
    int fd = mkostemp(temporary, O_CLOEXEC), saved_errno;
    bool written;

    if (fd < 0)
        return STATUS_UNAVAILABLE;
    written = write_all(fd, content) && make_like(fd, like) && fsync(fd) == 0;
    saved_errno = errno;
    if (close(fd) != 0 && written) {
        written = false;
        saved_errno = errno;
    }
    if (written && rename(temporary, path) == 0) {
        sync_directory_of(path);
        return STATUS_OK;
    }
    if (written)
        saved_errno = errno;
    unlink(temporary);
    errno = saved_errno;
    return STATUS_UNAVAILABLE;
}

/* Ctrl-C must not leave the temporary file behind. Writing takes little time:
 * the content is in memory. */
static enum status replace_undisturbed(char *temporary, const char *path,
                                       struct span content,
                                       const struct stat *like)
{
    sigset_t blocked, before;
    enum status status;
    int saved_errno;

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGHUP);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    status = write_and_rename(temporary, path, content, like);
    saved_errno = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = saved_errno;
    return status;
}

/* A symbolic link is refused. To follow it would let whoever put it there, in
 * /tmp say, choose which of our files is overwritten; to replace it would cut
 * the link that somebody keeps into a repository, which then is out of date.
 *
 * One that comes after this look is replaced by rename(2), which follows none;
 * nor does mkostemp(3), which makes a file that was not there. So nothing is
 * ever written to what a link points to. */
enum status file_replace_like(const char *path, struct span content,
                              const struct stat *like)
{
    enum status status;
    char *temporary;
    struct stat st;

    if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return STATUS_INVALID;
    if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
        return STATUS_NOMEM;
    status = replace_undisturbed(temporary, path, content, like);
    free(temporary);
    return status;
}

enum status file_replace(const char *path, struct span content)
{
    return file_replace_like(path, content, NULL);
}
