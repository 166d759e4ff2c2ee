#include "server/alerts/alert_command.h"

#include "base/child_process.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LOOK_AGAIN_MS = 20,
    VARIABLES_MAX = 16,
    VARIABLE_MAX_BYTES = 100 * 1024, /* Linux allows 128 KiB */
};

/* --- its environment -------------------------------------------------------------
 */

static const char *const inherited[] = {"PATH", "HOME",   "USER", "LOGNAME",
                                        "LANG", "LC_ALL", "TZ",   "TMPDIR"};

struct environment {
    char *variables[VARIABLES_MAX + 1];
    size_t count;
    bool failed;
};

static void add(struct environment *environment, const char *name,
                struct span value)
{
    struct strbuf text;
    char *variable;

    if (value.len > VARIABLE_MAX_BYTES - 64)
        value.len = VARIABLE_MAX_BYTES - 64;
    strbuf_init(&text, VARIABLE_MAX_BYTES);
    strbuf_printf(&text, "%s=", name);
    strbuf_append(&text, value);
    variable = strbuf_take(&text);
    if (variable == NULL)
        environment->failed = true;
    else
        environment->variables[environment->count++] = variable;
}

static void add_text(struct environment *environment, const char *name,
                     const struct alert_message *message,
                     void (*append)(const struct alert_message *message,
                                    struct strbuf *out))
{
    struct strbuf text;

    strbuf_init(&text, ALERT_MESSAGE_MAX_BYTES);
    append(message, &text);
    if (!strbuf_ok(&text))
        environment->failed = true;
    add(environment, name, strbuf_span(&text));
    strbuf_clear(&text);
}

static void make_environment(struct environment *environment,
                             const struct alert_message *message)
{
    struct strbuf count;

    *environment = (struct environment){.count = 0};
    for (size_t i = 0; i < sizeof inherited / sizeof inherited[0]; i++) {
        const char *value = getenv(inherited[i]);

        if (value != NULL)
            add(environment, inherited[i], span_from_string(value));
    }
    add(environment, "DYNDNS_ALERT_EVENT",
        span_from_string(alert_phase_word(message->phase)));
    add(environment, "DYNDNS_ALERT_KIND",
        span_from_string(alert_kind_word(message->kind)));
    strbuf_init(&count, 32);
    strbuf_printf(&count, "%zu", message->count);
    add(environment, "DYNDNS_ALERT_COUNT", strbuf_span(&count));
    strbuf_clear(&count);
    add_text(environment, "DYNDNS_ALERT_TITLE", message, alert_message_title);
    add_text(environment, "DYNDNS_ALERT_TEXT", message, alert_message_text);
}

static void clear_environment(struct environment *environment)
{
    for (size_t i = 0; i < environment->count; i++)
        free(environment->variables[i]);
}

/* --- the program -----------------------------------------------------------------
 */

struct running {
    pid_t pid;
    int input; /* -1: it has all */
    struct span unsent;
};

static void close_input(struct running *running)
{
    if (running->input >= 0)
        close(running->input);
    running->input = -1;
}

/* A program that reads nothing of it may do so. */
static void feed(struct running *running)
{
    while (running->input >= 0) {
        ssize_t put = running->unsent.len == 0
                          ? 0
                          : write(running->input, running->unsent.ptr,
                                  running->unsent.len);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0 && errno == EAGAIN)
            return;
        if (put <= 0) {
            close_input(running);
            return;
        }
        running->unsent.ptr += put;
        running->unsent.len -= (size_t)put;
    }
}

static enum status judge(int ended, struct strbuf *why)
{
    if (WIFEXITED(ended) && WEXITSTATUS(ended) == 0)
        return STATUS_OK;
    if (WIFSIGNALED(ended))
        strbuf_printf(why, "it was ended by signal %d", WTERMSIG(ended));
    else
        strbuf_printf(why,
                      "it ended with status %d; run it by hand to see "
                      "what it says",
                      WEXITSTATUS(ended));
    return STATUS_INVALID;
}

static enum status wait_for_end(struct running *running,
                                const struct alert_command *command,
                                struct strbuf *why)
{
    int64_t give_up_at = clock_now_ms() + command->timeout_ms;
    int ended;

    while (waitpid(running->pid, &ended, WNOHANG) != running->pid) {
        struct pollfd wait = {running->input, POLLOUT, 0};
        bool is_abandoned = atomic_load(command->is_abandoned);

        if (is_abandoned || clock_now_ms() >= give_up_at) {
            child_process_kill(running->pid);
            strbuf_append_string(
                why, is_abandoned ? "it was killed, since the server stops"
                                  : "it took too long, and was killed");
            return STATUS_UNAVAILABLE;
        }
        feed(running);
        poll(&wait, 1, LOOK_AGAIN_MS);
    }
    return judge(ended, why);
}

static enum status start(struct running *running, const char *path,
                         const struct environment *environment,
                         struct strbuf *why)
{
    char *const arguments[] = {(char *)path, NULL};
    struct child_process child = {path, arguments, environment->variables, -1,
                                  -1};
    int ends[2], failure;

    if (pipe2(ends, O_CLOEXEC) != 0) {
        strbuf_printf(why, "there is no pipe: %s", strerror(errno));
        return STATUS_UNAVAILABLE;
    }
    child.input = ends[0];
    failure = child_process_start(&child, &running->pid);
    close(ends[0]);
    running->input = ends[1];
    fcntl(running->input, F_SETFL, O_NONBLOCK);
    if (failure == 0)
        return STATUS_OK;
    close_input(running);
    strbuf_printf(why, "it cannot be started: %s", strerror(failure));
    return STATUS_UNAVAILABLE;
}

static enum status run(const struct alert_command *command,
                       const struct environment *environment,
                       struct span document, struct strbuf *why)
{
    struct running running = {.unsent = document};
    enum status status = start(&running, command->path, environment, why);

    if (status == STATUS_OK)
        status = wait_for_end(&running, command, why);
    close_input(&running);
    return status;
}

enum status alert_command_run(const struct alert_command *command,
                              const struct alert_message *message,
                              struct strbuf *why)
{
    enum status status = STATUS_NOMEM;
    struct environment environment;
    struct strbuf document;

    strbuf_init(&document, ALERT_MESSAGE_MAX_BYTES);
    make_environment(&environment, message);
    if (alert_message_json(message, &document) && !environment.failed)
        status = run(command, &environment, strbuf_span(&document), why);
    clear_environment(&environment);
    strbuf_clear(&document);
    return status;
}
