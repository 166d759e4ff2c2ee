/* database_check -- tells a person all that the server would find wrong with a
 * database.
 */
#ifndef CLI_DATABASE_CHECK_H
#define CLI_DATABASE_CHECK_H

#include "base/span.h"
#include "base/status.h"

/* Reads `body` with the server's parser and says each fault on standard error,
 * as compilers do, by the `name` of the file; unless `quiet`, also which of its
 * columns the server ignores. STATUS_OK: there is no fault, and *hosts hosts.
 * STATUS_INVALID: there are faults. STATUS_NOMEM: nothing is known. */
NODISCARD enum status database_check(const char *name, struct span body,
                                     bool quiet, size_t *hosts);

#endif
