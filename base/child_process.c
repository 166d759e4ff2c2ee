#include "base/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DIAGNOSTICS = 2, FIRST_OTHER = 3 };

static bool set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;

    sigemptyset(&none);
    sigfillset(&all);
    return posix_spawnattr_setflags(
               attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                               POSIX_SPAWN_SETSIGDEF) == 0 &&
           posix_spawnattr_setpgroup(attributes, 0) == 0 &&
           posix_spawnattr_setsigmask(attributes, &none) == 0 &&
           posix_spawnattr_setsigdefault(attributes, &all) == 0;
}

static bool set_file(posix_spawn_file_actions_t *actions, int fd, int theirs,
                     int flags)
{
    if (fd < 0)
        return posix_spawn_file_actions_addopen(actions, theirs, "/dev/null",
                                                flags, 0) == 0;
    return posix_spawn_file_actions_adddup2(actions, fd, theirs) == 0;
}

static bool set_files(posix_spawn_file_actions_t *actions,
                      const struct child_process *child)
{
    return set_file(actions, child->input, STDIN_FILENO, O_RDONLY) &&
           set_file(actions, child->output, STDOUT_FILENO, O_WRONLY) &&
           set_file(actions, -1, DIAGNOSTICS, O_WRONLY) &&
           posix_spawn_file_actions_addclosefrom_np(actions, FIRST_OTHER) == 0;
}

int child_process_start(const struct child_process *child, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int failure = ENOMEM;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&attributes) == 0) {
        if (set_attributes(&attributes) && set_files(&actions, child))
            failure = posix_spawn(pid, child->path, &actions, &attributes,
                                  child->arguments, child->environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

void child_process_kill(pid_t pid)
{
    kill(-pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}
