/* ip_reply -- which address a reflector's page says that we come from.
 *
 * A page is JSON with `your_ip` or `ip`, and perhaps an `error` (our /check_ip
 * and /reflect, and the reflect.php of autodns); or any text in which an
 * address stands (our /check_ip, checkip.amazonaws.com, a router's page). Pure.
 */
#ifndef CLI_IP_REPLY_H
#define CLI_IP_REPLY_H

#include "base/address.h"
#include "base/status.h"
#include "base/strbuf.h"

/* Finds the first address of this family, of a text one that means something
 * to the world if there is any. STATUS_NOT_FOUND: the page names none.
 * STATUS_INVALID: the page says that it failed, or what stands where an address
 * should be is none; `fault` has the words. STATUS_NOMEM. */
NODISCARD enum status ip_reply_read(struct span page,
                                    enum address_family family,
                                    struct address *out, struct strbuf *fault);

#endif
