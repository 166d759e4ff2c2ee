#include "cli/input.h"

#include "cli/regular_file.h"
#include "cli/say.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { READ_BYTES = 64 * 1024 };

const char *input_name(const char *file)
{
    return file == NULL ? "<stdin>" : file;
}

bool input_is_file(const char *file)
{
    static const char *const open_already[] = {"/dev/fd/", "/proc/self/fd/"};

    if (file == NULL || strcmp(file, "/dev/stdin") == 0)
        return false;
    for (size_t i = 0; i < sizeof open_already / sizeof open_already[0]; i++)
        if (strncmp(file, open_already[i], strlen(open_already[i])) == 0)
            return false;
    return true;
}

/* False with errno, or with a pointer to better words. */
static bool open_input(const char *file, int *fd, const char **fault)
{
    enum status status;

    if (!input_is_file(file)) {
        *fd = file == NULL ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
        return *fd >= 0;
    }
    status = regular_file_open(file, LINKS_FOLLOWED, fd);
    if (status == STATUS_INVALID)
        *fault = regular_file_obstacle(file, LINKS_FOLLOWED);
    if (status == STATUS_INVALID && *fault == NULL)
        *fault = "it is no regular file";
    return status == STATUS_OK;
}

/* Reads to the end; false with errno. */
static bool read_all(int fd, struct strbuf *body)
{
    static char piece[READ_BYTES];
    ssize_t len;

    for (;;) {
        len = read(fd, piece, sizeof piece);
        if (len == 0)
            return true;
        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0)
            return false;
        strbuf_append(body, span_from(piece, (size_t)len));
        if (!strbuf_ok(body)) {
            errno = EFBIG;
            return false;
        }
    }
}

bool input_read(const char *file, struct strbuf *body)
{
    const char *fault = NULL;
    bool complete = false;
    int fd = -1;

    if (open_input(file, &fd, &fault))
        complete = read_all(fd, body);
    if (fault != NULL)
        say("%s: cannot be read: %s\n"
            "upload a regular file, or the standard input: dyndb "
            "upload-database -",
            file, fault);
    else if (!complete)
        say("%s: cannot be read: %s", input_name(file), strerror(errno));
    if (file != NULL && fd >= 0)
        close(fd);
    return complete;
}
