/* dyndns2_update -- updates of hosts as dyndns2 has them ("Perform Update" at
 * help.dyn.com), the language of routers.
 *
 * hostname   the hosts, a list of at most PROTOCOL_HOSTS_MAX; without it the
 *            login says which (account.h)
 * myip ...   their addresses (wanted_addresses.h)
 *
 * Other parameters count for nothing. Both protocols are the same but for the
 * status that goes with 911 (dyndns2.h).
 */
#ifndef SERVER_HTTP_DYNDNS2_UPDATE_H
#define SERVER_HTTP_DYNDNS2_UPDATE_H

#include "server/http/protocol.h"

extern const struct protocol nic_update_protocol;  /* 911 with 200 */
extern const struct protocol register_ip_protocol; /* 911 with 503 */

#endif
