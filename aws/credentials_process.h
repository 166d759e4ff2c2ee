/* credentials_process -- a program that prints credentials as JSON, as
 * credential_process of a profile names it (AWS SDKs and Tools Reference Guide,
 * "Process credential provider"). Private to this floor.
 *
 * The program runs beside us: nobody waits for it, but for so long at most, and
 * no more than CREDENTIALS_JSON_MAX_BYTES are taken of what it prints. What it
 * says on standard error is not kept: it might be a secret.
 */
#ifndef AWS_CREDENTIALS_PROCESS_H
#define AWS_CREDENTIALS_PROCESS_H

#include "aws/aws_credentials.h"
#include "base/strbuf.h"

#include <sys/types.h>

enum { CREDENTIALS_PROCESS_TIMEOUT_MS = 60000 };

/* All zero: none is running. */
struct credentials_process {
    pid_t pid;
    int fd; /* what it prints; -1: that has ended */
    int64_t give_up_at;
    char *output;
    size_t len;
    bool overflowed;
};

/* Starts `sh -c command`. STATUS_UNAVAILABLE, and why, or STATUS_NOMEM. */
NODISCARD enum status credentials_process_start(
    struct credentials_process *process, const char *command, int64_t now,
    int64_t timeout_ms, struct strbuf *why);

/* Takes what there is, without waiting. STATUS_BUSY: it is still running. Else
 * it has ended, and was cleared: STATUS_OK with *out, or STATUS_INVALID,
 * STATUS_UNAVAILABLE (it took too long), STATUS_NOMEM with why. */
NODISCARD enum status credentials_process_step(
    struct credentials_process *process, int64_t now,
    struct aws_credentials *out, struct strbuf *why);

/* What to wait for: the descriptor to be readable (-1: none), and how long at
 * most. */
int credentials_process_fd(const struct credentials_process *process);
int64_t credentials_process_wait_ms(const struct credentials_process *process,
                                    int64_t now);

/* Kills it, with all that it started, and waits for its end. */
void credentials_process_clear(struct credentials_process *process);

#endif
