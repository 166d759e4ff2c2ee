/* log_quota -- at most so many log lines a second about what callers can cause
 * as often as they like, such as being turned away: a storm of them must not
 * fill the log, nor slow down whoever writes it. tests/tree/test_log_events.py
 * holds every line of the log against this.
 *
 * What is left out is counted, and the count is logged before the next line
 * that is not. One thread owns each quota.
 */
#ifndef BASE_LOG_QUOTA_H
#define BASE_LOG_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOG_QUOTA_LINES_PER_SECOND = 10 };

/* All zero is the start. */
struct log_quota {
    uint32_t second;
    unsigned written;
    size_t left_out;
};

/* Whether one more line may be written in the second `now_s`. When a new
 * second begins, logs event=refusals_not_logged first if lines of an earlier
 * one were left out. */
bool log_quota_allows(struct log_quota *quota, uint32_t now_s);

#endif
