/* database_hosts -- the hosts that a server finds in a database's text.
 */
#ifndef CLI_DATABASE_HOSTS_H
#define CLI_DATABASE_HOSTS_H

#include "s3db/hostdb.h"

/* Without a word about rows that the server leaves out. NULL: it finds none in
 * this text, or memory fails. To be released by the caller. */
struct hostdb *database_hosts(struct span text);

#endif
