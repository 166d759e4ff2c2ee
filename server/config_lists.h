/* config_lists -- the variables that are lists: where to listen, whom to
 * trust, which hosted zones to use. Private to config.
 */
#ifndef SERVER_CONFIG_LISTS_H
#define SERVER_CONFIG_LISTS_H

#include "server/variable_kind.h"

extern const struct variable_kind variable_port; /* listens everywhere */
extern const struct variable_kind variable_listen;
extern const struct variable_kind variable_metrics_listen; /* after them */
extern const struct variable_kind variable_resolver; /* no list, but an address
                                                        like these */
extern const struct variable_kind variable_proxies;
extern const struct variable_kind variable_zones;

#endif
