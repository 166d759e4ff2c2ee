/* stop -- how a command that goes on is told to end, or to hurry: SIGTERM and
 * SIGINT end it, SIGHUP ends a wait.
 *
 * The signals are blocked and asked for, so that nothing is interrupted in the
 * middle. Before stop_watch() they do what they do to any program.
 */
#ifndef CLI_STOP_H
#define CLI_STOP_H

#include <stdbool.h>
#include <stdint.h>

/* From now on the signals are only noted. Before the first thread. */
void stop_watch(void);

/* Whether SIGTERM or SIGINT came. */
bool stop_is_asked(void);

/* Waits; returns sooner when it is to end. */
void stop_pause_ms(int64_t ms);

/* The same, and sooner when SIGHUP comes, or came since the last time. */
void stop_wait_ms(int64_t ms);

#endif
