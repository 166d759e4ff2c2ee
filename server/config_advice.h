/* config_advice -- what is allowed in the environment, but most likely a
 * mistake: a misspelt name, a database that is not there.
 *
 * The server starts all the same, and says so in its log; --check-config says
 * so with an exit status of its own.
 */
#ifndef SERVER_CONFIG_ADVICE_H
#define SERVER_CONFIG_ADVICE_H

#include "server/config.h"

/* Tells of each DYNDNS_... in the environment, as environ(7) has it, that
 * nobody reads, with the name that was perhaps meant. Each returns how many
 * times it called `tell`. */
size_t config_advise_on_names(char *const *environment, config_advice_fn *tell,
                              void *arg);

/* Tells what is doubtful about the values of a config that was read with
 * `get`. A local database is looked at. */
size_t config_advise_on_values(const struct config *config, aws_getenv_fn *get,
                               config_advice_fn *tell, void *arg);

#endif
