/* config -- everything that can be set, read from the environment once.
 *
 * dyndns53(8) is its manual; defaults and ranges stand in variables.c and
 * nowhere else. Immutable after config_init(): any thread may read it.
 */
#ifndef SERVER_CONFIG_H
#define SERVER_CONFIG_H

#include "aws/aws_config.h"
#include "base/log.h"
#include "server/dns/dns_settings.h"
#include "server/http/http_settings.h"
#include "server/table/table_settings.h"

enum { CONFIG_FAULTS_MAX_BYTES = 16 * 1024 };

struct config {
    struct aws_config aws;
    struct http_settings http;

    struct table_settings table;
    struct dns_settings dns;

    enum log_target log_target;
    enum log_level log_level;
};

/* Reads and checks all variables. STATUS_INVALID: every fault is appended to
 * `faults`, a line each, with the variable's name and what is allowed. In both
 * cases config_clear() frees. `cores` is the default of DYNDNS_THREADS. */
NODISCARD enum status config_init(struct config *config, aws_getenv_fn *get,
                                  unsigned cores, struct strbuf *faults);
void config_clear(struct config *config);

/* Appends what is in force, one `NAME=value` a line, without secrets; then, as
 * lines that begin with #, which database is meant and where S3 and Route 53
 * are: what --check-config prints. */
void config_describe(const struct config *config, struct strbuf *out);

#endif
