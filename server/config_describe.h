/* config_describe -- what is in force, for --check-config.
 */
#ifndef SERVER_CONFIG_DESCRIBE_H
#define SERVER_CONFIG_DESCRIBE_H

#include "server/config.h"

/* Appends one `NAME=value` a line, without secrets; then, as lines that begin
 * with #, which database is meant and where S3 and Route 53 are. */
void config_describe(const struct config *config, struct strbuf *out);

#endif
