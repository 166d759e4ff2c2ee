/* status -- what became of an operation, as a decision somebody can take.
 *
 * One enum for the whole program. Details for people (a CSV line, an AWS error
 * code) travel in a struct beside it; whoever decides what to do logs, once.
 */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

enum status {
    STATUS_OK = 0,
    STATUS_NOMEM,       /* out of memory; nothing was changed */
    STATUS_INVALID,     /* the input breaks its own grammar, or is refused */
    STATUS_DENIED,      /* credentials absent, wrong, expired or too weak */
    STATUS_FULL,        /* a stated limit is reached */
    STATUS_NOT_FOUND,   /* no such object, bucket, file or hosted zone */
    STATUS_UNCHANGED,   /* the copy that the caller holds is still the latest */
    STATUS_CONFLICT,    /* somebody else wrote a newer version first */
    STATUS_THROTTLED,   /* AWS asks us to slow down; nothing was applied */
    STATUS_BUSY,        /* an earlier change of the zone is not done; retry */
    STATUS_UNAVAILABLE, /* no answer that can be trusted; outcome unknown */
};

/* A function whose result must be looked at. */
#define NODISCARD __attribute__((warn_unused_result))

/* The status in one lower-case word, for logs. A literal; never NULL. */
const char *status_name(enum status status);

#endif
