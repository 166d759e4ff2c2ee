/* variables -- each variable that the server reads: its name, what kind of
 * value it has, which are allowed, the default, and where it is kept. The one
 * table of them: reading, --check-config and the advice about a name that
 * nobody reads all go through it.
 *
 * The variables of AWS's SDKs are aws_config's; AWS_REGION is here too, to be
 * described. Private to config.
 */
#ifndef SERVER_VARIABLES_H
#define SERVER_VARIABLES_H

#include "server/variable_kind.h"

/* In the order of dyndns53(8). */
extern const struct variable variables[];
extern const size_t variables_count;

#endif
