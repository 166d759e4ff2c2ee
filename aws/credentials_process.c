#include "aws/credentials_process.h"

#include "aws/credentials_json.h"
#include "base/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Between the end of its output and that of the program. */
enum { LOOK_AGAIN_MS = 20 };

/* Returns an errno, 0 if all is well. */
static int start_shell(pid_t *pid, const char *command, int output)
{
    char *const arguments[] = {(char *)"sh", (char *)"-c", (char *)command,
                               NULL};
    const struct child_process child = {"/bin/sh", arguments, environ, -1,
                                        output};

    return child_process_start(&child, pid);
}

static enum status refuse(struct strbuf *why, enum status status,
                          const char *words)
{
    strbuf_append_string(why, words);
    return status;
}

enum status credentials_process_start(struct credentials_process *process,
                                      const char *command, int64_t now,
                                      int64_t timeout_ms, struct strbuf *why)
{
    int ends[2], failure;

    *process = (struct credentials_process){.fd = -1};
    if (pipe2(ends, O_CLOEXEC) != 0) {
        strbuf_printf(why, "there is no pipe: %s", strerror(errno));
        return STATUS_UNAVAILABLE;
    }
    failure = start_shell(&process->pid, command, ends[1]);
    close(ends[1]);
    process->fd = ends[0];
    fcntl(process->fd, F_SETFL, O_NONBLOCK);
    process->give_up_at = now + timeout_ms;
    process->output = malloc(CREDENTIALS_JSON_MAX_BYTES);
    if (failure == 0 && process->output != NULL)
        return STATUS_OK;
    if (failure != 0)
        process->pid = 0;
    credentials_process_clear(process);
    if (failure == 0)
        return STATUS_NOMEM;
    strbuf_printf(why, "it cannot be started: %s", strerror(failure));
    return STATUS_UNAVAILABLE;
}

static void close_output(struct credentials_process *process)
{
    if (process->fd >= 0)
        close(process->fd);
    process->fd = -1;
}

/* What is beyond the room is thrown away, so that the program comes to its
 * end. */
static void take_output(struct credentials_process *process)
{
    char beyond[4096];

    while (process->fd >= 0) {
        size_t room = CREDENTIALS_JSON_MAX_BYTES - process->len;
        ssize_t got =
            room > 0 ? read(process->fd, process->output + process->len, room)
                     : read(process->fd, beyond, sizeof beyond);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return;
        if (got <= 0)
            close_output(process);
        else if (room > 0)
            process->len += (size_t)got;
        else
            process->overflowed = true;
        if (process->overflowed)
            return; /* more of it another time */
    }
}

static enum status judge(const struct credentials_process *process, int ended,
                         struct aws_credentials *out, struct strbuf *why)
{
    if (WIFSIGNALED(ended)) {
        strbuf_printf(why, "it was ended by signal %d", WTERMSIG(ended));
        return STATUS_INVALID;
    }
    if (WEXITSTATUS(ended) != 0) {
        strbuf_printf(why,
                      "it exited with status %d; run it by hand to see what it "
                      "says",
                      WEXITSTATUS(ended));
        return STATUS_INVALID;
    }
    if (process->overflowed)
        return refuse(why, STATUS_INVALID, "it printed more than 64 KiB");
    return credentials_json_read(span_from(process->output, process->len),
                                 CREDENTIALS_JSON_PROCESS, out, why);
}

enum status credentials_process_step(struct credentials_process *process,
                                     int64_t now, struct aws_credentials *out,
                                     struct strbuf *why)
{
    enum status status = STATUS_BUSY;
    pid_t reaped = 0;
    int ended = 0;

    take_output(process);
    if (process->fd < 0)
        reaped = waitpid(process->pid, &ended, WNOHANG);
    if (reaped > 0) {
        process->pid = 0;
        status = judge(process, ended, out, why);
    } else if (now >= process->give_up_at) {
        status = refuse(why, STATUS_UNAVAILABLE, "it took too long");
    }
    if (status != STATUS_BUSY)
        credentials_process_clear(process);
    return status;
}

int credentials_process_fd(const struct credentials_process *process)
{
    return process->pid > 0 ? process->fd : -1;
}

int64_t credentials_process_wait_ms(const struct credentials_process *process,
                                    int64_t now)
{
    int64_t left = process->give_up_at - now;

    if (process->fd < 0 && left > LOOK_AGAIN_MS)
        return LOOK_AGAIN_MS;
    return left > 0 ? left : 0;
}

void credentials_process_clear(struct credentials_process *process)
{
    if (process->pid > 0)
        child_process_kill(process->pid);
    if (process->output != NULL) {
        close_output(process);
        explicit_bzero(process->output, process->len);
    } else if (process->fd > 0) {
        close_output(process);
    }
    free(process->output);
    *process = (struct credentials_process){.fd = -1};
}
