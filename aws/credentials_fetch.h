/* credentials_fetch -- gets credentials once: makes a plan, asks the source that
 * it names, and assumes the roles on the way. Private to this floor.
 *
 * What passes by itself is tried again at once, a few times; what does not is
 * the caller's, who knows when to come back.
 */
#ifndef AWS_CREDENTIALS_FETCH_H
#define AWS_CREDENTIALS_FETCH_H

#include "aws/credentials_call.h"
#include "aws/credentials_plan.h"
#include "aws/credentials_process.h"

/* The end of a fetch: the credentials and where they are from, or NULL and why
 * there are none: every source, and its reason. */
typedef void credentials_fetched_fn(void *arg,
                                    const struct aws_credentials *found,
                                    const char *words);

struct credentials_fetch {
    struct credentials_call call; /* what the steps are given */
    credentials_fetched_fn *done;
    void *arg;

    bool running;
    bool is_of_instance; /* what was found last */
    struct credentials_plan plan;
    struct aws_credentials keys; /* those of the step before */
    size_t roles_assumed;
    unsigned attempts;
    struct credentials_process process;
};

/* All are borrowed; `fetch` stays where it is. */
void credentials_fetch_init(struct credentials_fetch *fetch,
                            const struct aws_config *config,
                            credentials_submit_fn *submit, void *submit_arg,
                            credentials_fetched_fn *done, void *arg);

/* Wipes and forgets; requests under way must be gone already. */
void credentials_fetch_clear(struct credentials_fetch *fetch);

/* Begins; only when none is running. done() is called once, perhaps before it
 * returns. */
void credentials_fetch_start(struct credentials_fetch *fetch, int64_t now);

/* Moves a program along that was started; does nothing else. */
void credentials_fetch_step(struct credentials_fetch *fetch, int64_t now);

/* What a program that was started wants to be waited for: a descriptor or -1,
 * and milliseconds or -1. */
int credentials_fetch_fd(const struct credentials_fetch *fetch);
int64_t credentials_fetch_wait_ms(const struct credentials_fetch *fetch,
                                  int64_t now);

#endif
