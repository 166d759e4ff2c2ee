/* config_tls -- the certificate and its key: that they are given where an
 * address is marked "tls:", can be read, and belong together. Private to config.
 */
#ifndef SERVER_CONFIG_TLS_H
#define SERVER_CONFIG_TLS_H

#include "server/variable_kind.h"

/* In this order, behind DYNDNS_LISTEN. */
extern const struct variable_kind variable_tls_certificate;
extern const struct variable_kind variable_tls_key; /* looks at both */

/* Appends whose certificate it is and until when, as a comment; nothing where
 * there is none. The files are read. */
void config_tls_describe(const struct config *config, struct strbuf *out);

/* As config_advise_on_values() in config_advice.h. The files are read. */
size_t config_tls_advise(const struct config *config, config_advice_fn *tell,
                         void *arg);

#endif
