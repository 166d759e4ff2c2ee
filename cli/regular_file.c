#include "cli/regular_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

/* So that to open a pipe or a device never blocks, and no terminal becomes our
 * controlling terminal. */
enum { FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY };

static enum status refuse_open(enum links links)
{
    switch (errno) {
    case ENOENT:
        return STATUS_NOT_FOUND;
    case ENXIO: /* a socket, or a device without a driver */
        return STATUS_INVALID;
    case ELOOP:
        return links == LINKS_REFUSED ? STATUS_INVALID : STATUS_UNAVAILABLE;
    default:
        return STATUS_UNAVAILABLE;
    }
}

enum status regular_file_open(const char *path, enum links links, int *fd)
{
    int no_follow = links == LINKS_REFUSED ? O_NOFOLLOW : 0, saved_errno;
    bool looked_at, regular;
    struct stat st;

    *fd = open(path, FLAGS | no_follow);
    if (*fd < 0)
        return refuse_open(links);
    looked_at = fstat(*fd, &st) == 0;
    regular = looked_at && S_ISREG(st.st_mode);
    if (regular)
        return STATUS_OK;
    saved_errno = errno;
    close(*fd);
    errno = saved_errno;
    *fd = -1;
    return looked_at ? STATUS_INVALID : STATUS_UNAVAILABLE;
}

const char *regular_file_obstacle(const char *path, enum links links)
{
    struct stat st;

    if ((links == LINKS_REFUSED ? lstat(path, &st) : stat(path, &st)) != 0)
        return NULL;
    switch (st.st_mode & S_IFMT) {
    case S_IFLNK:
        return "it is a symbolic link";
    case S_IFDIR:
        return "it is a directory";
    case S_IFIFO:
        return "it is a pipe";
    case S_IFSOCK:
        return "it is a socket";
    case S_IFCHR:
    case S_IFBLK:
        return "it is a device";
    default:
        return NULL;
    }
}
