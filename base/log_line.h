/* log_line -- a line of the log: how much it matters, how long it may be.
 */
#ifndef BASE_LOG_LINE_H
#define BASE_LOG_LINE_H

enum { LOG_LINE_MAX_BYTES = 2048 };

enum log_level {
    LOG_LEVEL_ERROR, /* wakes a person */
    LOG_LEVEL_WARN,  /* is read tomorrow */
    LOG_LEVEL_INFO,  /* the service's diary */
    LOG_LEVEL_DEBUG, /* for whoever looks for a fault */
};

#endif
