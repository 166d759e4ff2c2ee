/* table_refresh -- when the host table is read: at the start until it is there,
 * then at every SIGHUP and every DYNDNS_REFRESH_SECONDS.
 *
 * A load that fails leaves the table in service as it is and says so in the
 * log and the health page. Lives on the updater's thread.
 */
#ifndef SERVER_TABLE_TABLE_REFRESH_H
#define SERVER_TABLE_TABLE_REFRESH_H

#include "aws/aws_client.h"
#include "s3db/hostdb.h"
#include "server/table/table_metrics.h"
#include "server/table/table_origin.h"
#include "server/table/table_settings.h"
#include "server/state/health.h"

struct table_refresh;

/* A new table; the callee takes the reference. `origin` lives for the duration
 * of the call. */
typedef void table_loaded_fn(void *arg, struct hostdb *hosts,
                             const struct table_origin *origin);

/* All are borrowed and must outlive the loader. NULL when memory is short. */
struct table_refresh *table_refresh_new(struct aws_client *client,
                                        const struct table_settings *settings,
                                        struct health *health, uint64_t seed,
                                        table_loaded_fn *loaded, void *arg);

/* What it counts, for any thread to read while there is a loader. */
const struct table_metrics *table_refresh_metrics(
    const struct table_refresh *loader);

/* Only after aws_client_free(). */
void table_refresh_free(struct table_refresh *loader);

/* Asks for a load now (SIGHUP), also while one is under way: what was written
 * before this call is seen. */
void table_refresh_request(struct table_refresh *loader);

/* How many of these requests a load has ended for, be it with another table,
 * with the same, or with a failure; and whether any load has ended. */
unsigned table_refresh_answered(const struct table_refresh *loader);
bool table_refresh_has_tried(const struct table_refresh *loader);

/* Starts a load that is due, and moves one along. */
void table_refresh_run(struct table_refresh *loader, int64_t now);

/* Milliseconds until table_refresh_run() has something to do; -1: not before an
 * event. */
int64_t table_refresh_wait_ms(const struct table_refresh *loader, int64_t now);

#endif
