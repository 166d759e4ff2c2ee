/* route53_model -- Route 53 in virtual time: what a batch meets there, when it
 * is applied, and when its reply comes.
 *
 * It is strict where Route 53 is: the account's rate, one batch at a time in a
 * zone, both budgets, all or nothing. Beyond that it misbehaves as the plan
 * says.
 */
#ifndef TESTS_SIM_ROUTE53_MODEL_H
#define TESTS_SIM_ROUTE53_MODEL_H

#include "aws/aws_reply.h"
#include "base/strbuf.h"
#include "server/dns/zone_queue.h"
#include "world.h"

/* Chances in a thousand calls; a whole outage lies between two times. */
struct fault_plan {
    int throttled, busy, failed_before, failed_after, silent_before,
        silent_after, denied;
    bool names_culprits; /* InvalidChangeBatch names them */
    int64_t outage_from, outage_until;
};

struct route53_model {
    struct world *world;
    struct jitter *random;
    struct fault_plan plan;
    double calls_per_second;
    int64_t latency_ms; /* the longest; the shortest is a half of it */
    int64_t last_call_at;
    size_t calls, calls_in_outage, changes_applied, throttled, busy;
    const char *violation; /* NULL, or what the server did wrong */
};

enum { MODEL_TIMEOUT_MS = 8000 }; /* after which a client gives up waiting */

/* What will happen to a call: when the batch is applied (INT64_MAX: never),
 * and when which reply comes. */
struct model_verdict {
    int64_t applied_at, replied_at;
    struct aws_reply reply;
    struct strbuf words; /* the reply's; to be cleared with it */
};

/* A batch arrives. */
struct model_verdict route53_model_call(struct route53_model *model,
                                        int64_t now, const struct batch *batch);

/* A listing arrives: it meets the account's rate and the faults, no zone. */
struct model_verdict route53_model_list(struct route53_model *model,
                                        int64_t now);

/* Its time has come: the zone's records say so from now on, or are gone. */
void route53_model_apply(struct route53_model *model, bool is_removal,
                         const struct rrset *rrsets, size_t count);

#endif
