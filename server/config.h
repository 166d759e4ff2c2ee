/* config -- everything that can be set.
 *
 * dyndns53(8) is its manual; defaults and ranges stand in variables.c and
 * nowhere else. Filled once (config_read.h), and immutable from then on: any
 * thread may read it.
 */
#ifndef SERVER_CONFIG_H
#define SERVER_CONFIG_H

#include "aws/aws_config.h"
#include "base/log.h"
#include "server/alerts/alert_settings.h"
#include "server/dns/dns_settings.h"
#include "server/history/history_settings.h"
#include "server/http/http_settings.h"
#include "server/table/table_settings.h"

/* Of the records of hosts that do not call any more. */
struct expiry_settings {
    uint32_t after_seconds; /* of hosts whose row does not say; 0: never */
    bool is_dry_run;
};

struct config {
    struct aws_config aws;
    struct http_settings http;

    struct table_settings table;
    struct dns_settings dns;
    struct history_settings history;
    struct alert_settings alerts;
    struct expiry_settings expiry;

    enum log_target log_target;
    enum log_level log_level;
};

/* Told of what is doubtful: a variable's name, and words to stand behind it.
 * Borrowed for the call. */
typedef void config_advice_fn(void *arg, const char *name, const char *words);

/* Whether anything that is set asks what happened to hosts. */
bool config_wants_history(const struct config *config);

/* Frees what a config holds. To do so twice does no harm. */
void config_clear(struct config *config);

#endif
