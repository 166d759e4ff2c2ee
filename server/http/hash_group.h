/* hash_group -- the hosts of a group, for who looks their addresses up on his
 * own network: those with read_privilege that have one token. Pure.
 */
#ifndef SERVER_HTTP_HASH_GROUP_H
#define SERVER_HTTP_HASH_GROUP_H

#include "s3db/hostdb.h"

#include "base/status.h"

#include <jansson.h>

enum { HASH_GROUP_ROWS_MAX = 1000 };

/* Lists the group of this token, a record after the other: {"record_type",
 * "hostname", "mac_address"}. A row that is for both records is two. *out is
 * the caller's, for json_decref(). STATUS_FULL: more rows than
 * HASH_GROUP_ROWS_MAX. STATUS_NOMEM. A failure leaves *out untouched. */
NODISCARD enum status hash_group_list(const struct hostdb *hosts,
                                      struct span token, json_t **out);

#endif
