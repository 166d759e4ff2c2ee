#include "cli/database_file.h"
#include "cli/file_replace.h"
#include "cli/regular_file.h"
#include "cli/say.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum {
    PATIENCE_MS = DATABASE_FILE_PATIENCE_SECONDS * 1000,
    LOOK_AGAIN_MS = 20,
};

/* ---- the lock ---- */

static int open_folder(const char *path)
{
    char *copy = strdup(path);
    int fd = -1;

    if (copy != NULL)
        fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(copy);
    return fd;
}

/* The wait has an end, since in a folder that others may read, such as /tmp,
 * they may hold a lock for ever. */
static bool lock(int fd)
{
    int64_t give_up_at = clock_now_ms() + PATIENCE_MS;
    struct timespec moment = {0, LOOK_AGAIN_MS * 1000000L};

    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if ((errno != EWOULDBLOCK && errno != EINTR) ||
            clock_now_ms() > give_up_at)
            return false;
        nanosleep(&moment, NULL);
    }
    return true;
}

bool database_file_open(struct database_file *file, const char *path)
{
    *file = (struct database_file){.path = path, .folder = open_folder(path)};
    if (file->folder >= 0 && lock(file->folder))
        return true;
    if (file->folder >= 0 && errno == EWOULDBLOCK)
        say("%s: somebody else has been editing it for %d seconds", path,
            DATABASE_FILE_PATIENCE_SECONDS);
    else
        say("%s: its folder cannot be locked: %s", path, strerror(errno));
    return false;
}

void database_file_close(struct database_file *file)
{
    if (file->folder >= 0)
        close(file->folder);
    file->folder = -1;
}

/* ---- reading ---- */

static enum status read_open(struct file_reader *reader, struct strbuf *text)
{
    struct span chunk;
    enum status status;

    do {
        status = file_reader_next(reader, &chunk);
        strbuf_append(text, chunk);
    } while (status == STATUS_OK && chunk.len > 0 && strbuf_ok(text));
    if (status == STATUS_OK && !strbuf_ok(text))
        return STATUS_NOMEM;
    return status;
}

static enum status read_with(struct file_reader *reader,
                             struct database_file *file, struct strbuf *text)
{
    enum status status =
        file_reader_open(reader, file->path, span_from(NULL, 0));

    file->version[0] = '\0';
    if (status == STATUS_OK) {
        strcpy(file->version, reader->version);
        file->like = reader->opened;
        status = read_open(reader, text);
        file_reader_close(reader);
    }
    if (status == STATUS_NOMEM)
        say("%s: out of memory", file->path);
    else if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        say("%s: cannot be read: %s", file->path, reader->fault);
    return status;
}

enum status database_file_read(struct database_file *file, struct strbuf *text)
{
    struct file_reader *reader = malloc(sizeof *reader);
    enum status status;

    if (reader == NULL) {
        say("%s: out of memory", file->path);
        return STATUS_NOMEM;
    }
    status = read_with(reader, file, text);
    free(reader);
    return status;
}

/* ---- writing ---- */

static bool is_as_it_was_read(const struct database_file *file)
{
    struct file_reader *reader = malloc(sizeof *reader);
    enum status status;

    if (reader == NULL)
        return false;
    status =
        file_reader_open(reader, file->path, span_from_string(file->version));
    if (status == STATUS_OK)
        file_reader_close(reader);
    free(reader);
    return status ==
           (file->version[0] == '\0' ? STATUS_NOT_FOUND : STATUS_UNCHANGED);
}

enum status database_file_write(const struct database_file *file,
                                struct span text)
{
    const char *obstacle;
    enum status status;

    if (!is_as_it_was_read(file))
        return STATUS_CONFLICT;
    status = file_replace_like(file->path, text,
                               file->version[0] == '\0' ? NULL : &file->like);
    if (status == STATUS_OK)
        return STATUS_OK;
    obstacle = status == STATUS_INVALID
                   ? regular_file_obstacle(file->path, LINKS_REFUSED)
                   : NULL;
    if (obstacle != NULL)
        say("%s: %s, and left alone; name the file itself", file->path,
            obstacle);
    else if (status == STATUS_NOMEM)
        say("%s: out of memory", file->path);
    else
        say("%s: cannot be written: %s", file->path, strerror(errno));
    return status == STATUS_CONFLICT ? STATUS_UNAVAILABLE : status;
}
