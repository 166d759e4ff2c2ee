/* config_alerts -- the variables that say whom to tell of trouble: each must be
 * able to be what it names, and none is of use without a place where it is kept
 * what was told. Private to config.
 */
#ifndef SERVER_CONFIG_ALERTS_H
#define SERVER_CONFIG_ALERTS_H

#include "server/variable_kind.h"

extern const struct variable_kind variable_alert_topic;
extern const struct variable_kind variable_alert_webhook;
extern const struct variable_kind variable_alert_secret;
extern const struct variable_kind variable_alert_command;

/* Tells of a command that could not be run now, and of a secret that nothing is
 * signed with. Returns how many it told. */
size_t config_alerts_advise(const struct config *config, config_advice_fn *tell,
                            void *arg);

/* Whether a secret is given, as a remark: it is not shown. */
void config_alerts_describe(const struct config *config, struct strbuf *out);

#endif
