/* config_read -- reads the environment into a configuration, once.
 */
#ifndef SERVER_CONFIG_READ_H
#define SERVER_CONFIG_READ_H

#include "server/config.h"

enum { CONFIG_FAULTS_MAX_BYTES = 16 * 1024 };

/* Reads and checks all variables. STATUS_INVALID: every fault is appended to
 * `faults`, a line each, with the variable's name and what is allowed. Whatever
 * it returns, config_clear() frees. `cores` is the default of DYNDNS_THREADS. */
NODISCARD enum status config_read(struct config *config, aws_getenv_fn *get,
                                  unsigned cores, struct strbuf *faults);

#endif
