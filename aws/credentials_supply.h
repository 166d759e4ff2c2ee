/* credentials_supply -- the credentials that a client signs with: those of the
 * environment, or what a keeper keeps and a fetch gets. A part of aws_client.
 * Private to this floor.
 */
#ifndef AWS_CREDENTIALS_SUPPLY_H
#define AWS_CREDENTIALS_SUPPLY_H

#include "aws/credentials_fetch.h"
#include "aws/credentials_keeper.h"

struct credentials_supply {
    const struct aws_config *config;
    struct aws_credentials given; /* borrowed: the environment's */
    bool was_told;                /* that they are */
    struct credentials_keeper keeper;
    struct credentials_fetch fetch;
};

/* `config` is borrowed, and may change until the next use; `supply` stays where
 * it is. `submit` takes the requests by which credentials are asked for. */
void credentials_supply_init(struct credentials_supply *supply,
                             const struct aws_config *config,
                             credentials_submit_fn *submit, void *submit_arg);

/* Its requests must be gone already. */
void credentials_supply_clear(struct credentials_supply *supply);

/* Whether there is anybody to ask: else they are the environment's. */
bool credentials_supply_is_fetched(const struct credentials_supply *supply);

/* Moves it along; `wanted`: a request waits. Returns the keys to sign with,
 * borrowed until the next call, or NULL. */
const struct aws_credentials *credentials_supply_run(
    struct credentials_supply *supply, bool wanted);

/* What the next run is worth waiting for: a descriptor or -1, milliseconds or
 * -1. */
int credentials_supply_fd(const struct credentials_supply *supply);
int64_t credentials_supply_wait_ms(const struct credentials_supply *supply,
                                   bool wanted);

/* Why there are none, in words. Borrowed until the next call. */
const char *credentials_supply_why(const struct credentials_supply *supply);

#endif
