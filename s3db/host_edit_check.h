/* host_edit_check -- whether an edited text says what it should: to the
 * server's parser all other hosts are as they were.
 */
#ifndef S3DB_HOST_EDIT_CHECK_H
#define S3DB_HOST_EDIT_CHECK_H

#include "s3db/host_edit.h"

#include "base/status.h"

/* STATUS_CONFLICT: `before` has a row of the host that `edit` adds.
 * STATUS_INVALID with a literal in *reason: `before` is no database, unless a
 * host is added to an empty one. STATUS_NOMEM. */
NODISCARD enum status host_edit_check_before(const struct host_edit *edit,
                                             struct span before,
                                             const char **reason);

/* STATUS_INVALID with a literal in *reason: `after` is none that may take the
 * place of `before`. STATUS_NOMEM. */
NODISCARD enum status host_edit_check_after(const struct host_edit *edit,
                                            struct span before,
                                            struct span after,
                                            const char **reason);

#endif
