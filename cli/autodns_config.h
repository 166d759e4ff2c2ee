/* autodns_config -- the configuration file of autodns, read as it is: a JSON
 * object of hosted_zone_id, dns_name, topic_arn, alert_lock and reflect_url.
 */
#ifndef CLI_AUTODNS_CONFIG_H
#define CLI_AUTODNS_CONFIG_H

#include "base/status.h"
#include "base/strbuf.h"

/* What the file does not name is NULL. */
struct autodns_config {
    char *hosted_zone_id;
    char *dns_name;
    char *topic_arn;
    char *alert_lock; /* here the state file */
    char *reflect_url;
};

/* Reads the text. STATUS_INVALID: it is no JSON object of these names and
 * strings; `fault` says why in one line. STATUS_NOMEM. *config needs
 * autodns_config_clear() always. */
NODISCARD enum status autodns_config_read(struct autodns_config *config,
                                          struct span text,
                                          struct strbuf *fault);

/* The same from a file, which may be a symbolic link. STATUS_UNAVAILABLE: it
 * cannot be read, and `fault` says why. */
NODISCARD enum status autodns_config_load(struct autodns_config *config,
                                          const char *path,
                                          struct strbuf *fault);

void autodns_config_clear(struct autodns_config *config);

#endif
