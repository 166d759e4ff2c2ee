#include "aws/small_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status refuse(const char **why, const char *words)
{
    *why = words;
    return STATUS_INVALID;
}

/* As much as there is, or one byte more than it may be. */
static enum status read_all(struct small_file *file, int fd, size_t room,
                            const char **why)
{
    ssize_t got;

    file->text = malloc(room);
    if (file->text == NULL)
        return STATUS_NOMEM;
    while ((got = read(fd, file->text + file->len, room - file->len)) > 0)
        file->len += (size_t)got;
    if (got < 0)
        return refuse(why, strerror(errno));
    return file->len < room ? STATUS_OK
                            : refuse(why, "it grew while it was read");
}

static enum status read_open(struct small_file *file, int fd, const char **why)
{
    struct stat stat;

    if (fstat(fd, &stat) != 0)
        return refuse(why, strerror(errno));
    if (!S_ISREG(stat.st_mode))
        return refuse(why, "it is no regular file");
    if (stat.st_size > SMALL_FILE_MAX_BYTES)
        return refuse(why, "it is larger than a megabyte");
    return read_all(file, fd, (size_t)stat.st_size + 1, why);
}

enum status small_file_read(struct small_file *file, const char *path,
                            const char **why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    enum status status;

    *file = (struct small_file){.text = NULL};
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return STATUS_NOT_FOUND;
    if (fd < 0)
        return refuse(why, strerror(errno));
    status = read_open(file, fd, why);
    close(fd);
    if (status != STATUS_OK)
        small_file_clear(file);
    return status;
}

void small_file_clear(struct small_file *file)
{
    if (file->text != NULL)
        explicit_bzero(file->text, file->len);
    free(file->text);
    *file = (struct small_file){.text = NULL};
}
