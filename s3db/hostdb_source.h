/* hostdb_source -- where the host table comes from: an object of S3, or a local
 * file for those without S3. It remembers which version it last delivered.
 *
 * One load at a time, on the thread that owns the aws_client:
 *
 *     hostdb_source_load(source, on_loaded, me);
 *     for (bool more = true;;) {
 *         aws_client_poll(client, more ? 0 : timeout_ms);
 *         more = hostdb_source_step(source);
 *     }
 *
 * The CSV is parsed as it arrives and never held as a whole. A local file is
 * read a bounded piece each step, so that the thread is not held for long.
 *
 * Versions. A load that finds the version last delivered says
 * STATUS_UNCHANGED. A broken version (a text that breaks CSV's grammar, or
 * without a host) is remembered too: while it stands, every load fails as the
 * first one did, with report->repeated set, but does not fetch it again and
 * does not report its rows again. A failure of another kind (no answer,
 * access denied, a reply without an ETag, which no object store gives) is
 * forgotten, and the next load simply tries again.
 */
#ifndef S3DB_HOSTDB_SOURCE_H
#define S3DB_HOSTDB_SOURCE_H

#include "s3db/hostdb_csv.h"
#include "s3db/hostdb_source_report.h"

#include "aws/aws_client.h"
#include "aws/aws_reply.h"

enum {
    /* More rows that were left out are counted, not told one by one. */
    HOST_SOURCE_MAX_FAULTS_TOLD = 20,
};

struct hostdb_source;

/* `bucket` NULL: `database` is the path of a local file, and client may be
 * NULL. Else it is the key of an object. Both are copied, the client is
 * borrowed. `fault`, which may be NULL, is told of the first
 * HOST_SOURCE_MAX_FAULTS_TOLD rows that a load leaves out. NULL when memory
 * fails. */
struct hostdb_source *hostdb_source_new(struct aws_client *client,
                                        const char *bucket,
                                        const char *database,
                                        hostdb_csv_fault_fn *fault,
                                        void *fault_arg);

/* With a load from S3 under way, only after aws_client_free(), which drops
 * the request. A load under way ends without its callback. NULL is allowed. */
void hostdb_source_free(struct hostdb_source *source);

/* Starts a load; `done` is called once, from aws_client_poll() or
 * hostdb_source_step(), if and only if this returns STATUS_OK. STATUS_BUSY: the
 * load before has not ended. STATUS_INVALID: this can be no bucket or no key.
 * STATUS_NOMEM. */
NODISCARD enum status hostdb_source_load(struct hostdb_source *source,
                                         hostdb_source_done_fn *done,
                                         void *arg);

/* Whether a load is under way. */
bool hostdb_source_is_loading(const struct hostdb_source *source);

/* Moves a load from a local file along by one piece. True when there is more
 * to do at once, so that the caller should not wait before the next step; so
 * it should not between hostdb_source_load() and the first. Does nothing for
 * S3, whose loads move in aws_client_poll(). */
bool hostdb_source_step(struct hostdb_source *source);

#endif
