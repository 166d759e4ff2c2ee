/* dns_writer -- everything that changes DNS: joins the coalescer, the hosted
 * zones and the Route 53 client, says in the log what was changed, and keeps
 * the cache true. Lives on the updater's thread.
 */
#ifndef SERVER_DNS_DNS_WRITER_H
#define SERVER_DNS_DNS_WRITER_H

#include "server/dns/coalescer.h"
#include "server/dns/dns_metrics.h"
#include "server/dns/dns_settings.h"
#include "server/dns/expiry_request.h"
#include "server/state/event_queue.h"
#include "server/state/health.h"
#include "server/table/host_table.h"
#include "server/dns/update_request.h"

struct dns_writer;

/* All are borrowed and must outlive the writer. NULL when memory is short. */
struct dns_writer *dns_writer_new(struct aws_client *client,
                                  const struct dns_settings *settings,
                                  struct health *health, uint64_t seed);

/* Tells `events` of each change of a record, borrowed; NULL: nobody. */
void dns_writer_tell(struct dns_writer *writer, struct event_queue *events);

/* What it counts, for any thread to read while there is a writer. */
const struct dns_metrics *dns_writer_metrics(const struct dns_writer *writer);

/* Only after aws_client_free(), which drops the calls under way. Changes that
 * are left end with OUTCOME_UNAVAILABLE. */
void dns_writer_free(struct dns_writer *writer);

/* The table now in service, whose cache is kept true from now on. */
void dns_writer_use(struct dns_writer *writer, struct host_table *host_table);

/* Takes the open changes of a request on, which the caller holds. Each ends
 * later, or at once when it cannot be taken on. */
void dns_writer_submit(struct dns_writer *writer, int64_t now,
                       struct update_request *request);

/* As an aws_clock_fn. While a service says that this machine's clock is off, no
 * record is removed: others date their calls by clocks of their own. `service` is
 * a literal. */
void dns_writer_note_clock(struct dns_writer *writer, const char *service,
                           int64_t seconds);

/* Removes the records of a request that are as expected, and gives it back;
 * while there is another one, at once. */
void dns_writer_expire(struct dns_writer *writer,
                       struct expiry_request *request);

/* Does all that is due: deadlines, listings, batches. */
void dns_writer_run(struct dns_writer *writer, int64_t now);

/* Milliseconds until there is something due; -1: not before an event. */
int64_t dns_writer_wait_ms(const struct dns_writer *writer, int64_t now);

/* Whether nobody waits for an answer and no batch is in flight. */
bool dns_writer_is_idle(const struct dns_writer *writer);

#endif
