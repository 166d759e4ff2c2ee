/* table_loader -- when the host table is read: at the start until it is there,
 * then at every SIGHUP and every DYNDNS_REFRESH_SECONDS.
 *
 * A load that fails leaves the table in service as it is and says so in the
 * log and the health page. Lives on the updater's thread.
 */
#ifndef SERVER_TABLE_LOADER_H
#define SERVER_TABLE_LOADER_H

#include "aws/aws_client.h"
#include "s3db/hostdb.h"
#include "server/config.h"
#include "server/health.h"

struct table_loader;

/* A new table; the callee takes the reference. */
typedef void table_loaded_fn(void *arg, struct hostdb *hosts);

/* All are borrowed and must outlive the loader. NULL when memory is short. */
struct table_loader *table_loader_new(struct aws_client *client,
                                      const struct config *config,
                                      struct health *health, uint64_t seed,
                                      table_loaded_fn *loaded, void *arg);

/* Only after aws_client_free(). */
void table_loader_free(struct table_loader *loader);

/* Asks for a load now (SIGHUP), also while one is under way: what was written
 * before this call is seen. */
void table_loader_request(struct table_loader *loader);

/* Starts a load that is due, and moves one along. */
void table_loader_run(struct table_loader *loader, int64_t now);

/* Milliseconds until table_loader_run() has something to do; -1: not before an
 * event. */
int64_t table_loader_wait_ms(const struct table_loader *loader, int64_t now);

#endif
