/* alert_command -- runs the operator's own program for a message: no shell, in a
 * process group of its own, with an environment that has nothing of ours but where
 * programs are, who we are and what is to be told, and not for longer than its time.
 *
 *     standard input               the message as JSON
 *     DYNDNS_ALERT_EVENT           begun, ended
 *     DYNDNS_ALERT_KIND            host_silent, ...
 *     DYNDNS_ALERT_COUNT           of how many it tells
 *     DYNDNS_ALERT_TITLE           one line
 *     DYNDNS_ALERT_TEXT            the whole
 *
 * What it writes goes nowhere; status 0 says that the message was taken.
 */
#ifndef SERVER_ALERTS_ALERT_COMMAND_H
#define SERVER_ALERTS_ALERT_COMMAND_H

#include "base/status.h"
#include "server/alerts/alert_message.h"

#include <stdatomic.h>

struct alert_command {
    const char *path;
    int64_t timeout_ms;
    const atomic_bool *is_abandoned; /* true: kill it at once */
};

/* STATUS_OK: it ended with 0. STATUS_INVALID: otherwise; STATUS_UNAVAILABLE: it
 * cannot be started, or it was killed; `why` has the reason. STATUS_NOMEM. SIGPIPE
 * must be ignored. */
NODISCARD enum status alert_command_run(const struct alert_command *command,
                                        const struct alert_message *message,
                                        struct strbuf *why);

#endif
