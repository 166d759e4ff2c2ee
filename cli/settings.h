/* settings -- what the environment says: who we are to AWS, and which object
 * the database is.
 */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include "aws/aws_config.h"

struct settings {
    struct aws_config aws;
    char *bucket, *database; /* the object's key; both NULL: none is wanted */
};

/* Reads the variables. STATUS_INVALID: every fault is appended to `faults`,
 * one a line, with what to do. *settings needs settings_clear() always. */
NODISCARD enum status settings_init(struct settings *settings,
                                    aws_getenv_fn *get, struct strbuf *faults);

/* The same of who we are to AWS alone: there need be no database. */
NODISCARD enum status settings_init_aws(struct settings *settings,
                                        aws_getenv_fn *get,
                                        struct strbuf *faults);

/* Appends what is allowed but most likely a mistake, one a line; nothing if
 * all is well. */
void settings_doubts(const struct settings *settings, struct strbuf *doubts);

void settings_clear(struct settings *settings);

#endif
