/* child_process -- starts a program that is not to be trusted with what is ours:
 * in a process group of its own, so that it can be killed with all that it has
 * started; without our blocked and ignored signals; and with no descriptor but the
 * three that every program has.
 */
#ifndef BASE_CHILD_PROCESS_H
#define BASE_CHILD_PROCESS_H

#include <sys/types.h>

struct child_process {
    const char *path;       /* of the program; it is not searched for */
    char *const *arguments; /* with the program's name, up to NULL */
    char *const *environment;
    int input, output; /* its standard input and output; -1: /dev/null, as what
                          it says of errors always is */
};

/* Returns 0, and *pid; else an errno. */
int child_process_start(const struct child_process *child, pid_t *pid);

/* Kills its group, and waits for its end. */
void child_process_kill(pid_t pid);

#endif
