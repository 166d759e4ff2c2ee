/* register_ip -- the protocol of /register_ip: makes the rrset of the host that
 * authenticated itself say where the caller is, or what is given as `myip`, and
 * answers in dyndns2's words. Pure.
 */
#ifndef SERVER_HTTP_REGISTER_IP_H
#define SERVER_HTTP_REGISTER_IP_H

#include "server/http/protocol.h"

extern const struct protocol register_ip_protocol;

#endif
