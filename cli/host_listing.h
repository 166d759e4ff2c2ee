/* host_listing -- the hosts of a database that the server would take, one by
 * one, with what only people read of them.
 */
#ifndef CLI_HOST_LISTING_H
#define CLI_HOST_LISTING_H

#include "cli/database_check.h"

#include "base/strbuf.h"

struct listed_host {
    struct host host;
    struct span comment; /* empty: none */
};

struct host_listing {
    struct span text;
    struct hostdb *db;
    struct database_report report;
    size_t *faulty; /* the lines of the rows that are left out, in order */
    size_t faulty_count, faulty_capacity;
    bool failed; /* memory did */
};

/* Reads a text, which is borrowed. STATUS_INVALID: the server would take none
 * of it. STATUS_NOMEM. host_listing_clear() is due after each. */
NODISCARD enum status host_listing_init(struct host_listing *listing,
                                        struct span text);
void host_listing_clear(struct host_listing *listing);

/* Calls `each` for all hosts, in the order of their rows. What it is given is
 * borrowed for as long as it runs. False: memory failed, or it returned false. */
typedef bool host_listing_fn(void *arg, const struct listed_host *host);
bool host_listing_each(const struct host_listing *listing,
                       host_listing_fn *each, void *arg);

#endif
