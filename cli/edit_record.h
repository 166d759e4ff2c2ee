/* edit_record -- tells the journal that dyndb changed the database: who, when,
 * with which command, and which hosts; of many, those that host_diff.h names, in
 * as many events as it takes, and how many there are. Never a token.
 *
 * That is done after the change, which stands whatever comes of it.
 */
#ifndef CLI_EDIT_RECORD_H
#define CLI_EDIT_RECORD_H

#include "cli/state_store.h"

#include "s3db/host_diff.h"

struct edit_record;

/* Of one run of a command ("add-host"). Both are borrowed. NULL: memory. */
struct edit_record *edit_record_new(struct state_store *store,
                                    const char *action);
void edit_record_free(struct edit_record *record); /* NULL is allowed */

/* The change that the command made, as the hosts that it added, changed and
 * removed; NULL: it is not known. `version` is the ETag of the database now, ""
 * of a local file. A failure is said, as a warning, and kept. Without a record
 * (NULL) nothing is done. */
void edit_record_put(struct edit_record *record, const struct host_diff *diff,
                     const char *version);

/* The same of one host alone; `effect`: "added", "changed", "removed". */
void edit_record_put_host(struct edit_record *record, const char *effect,
                          struct span host, const char *version);

/* Whether the journal could not be told. */
bool edit_record_failed(const struct edit_record *record);

#endif
