/* aws_progress -- how far a request has come, for who shows it to a person.
 */
#ifndef AWS_AWS_PROGRESS_H
#define AWS_AWS_PROGRESS_H

#include <stdint.h>

/* Bytes of the bodies; a total is 0 as long as it is not known. */
struct aws_progress {
    uint64_t sent, to_send;
    uint64_t received, to_receive;
};

typedef void aws_progress_fn(void *arg, const struct aws_progress *progress);

#endif
