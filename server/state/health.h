/* health -- what /healthz says: whether this server can do its work, and if
 * not, since when and why.
 *
 * Route 53 and S3 each have a state of their own, which only their own answers
 * change. The server is well while a host table is in service and Route 53
 * answers. Throttling is no illness, since the changes still go out; neither is
 * S3 out of reach once a table serves, since the table goes on serving: both
 * are told beside the word "ok". So a watcher that takes a server out of
 * service for its 503 does so only where callers lose nothing by it.
 *
 * Written by the updater, and by who keeps the certificate; read by the loops. A change of state is logged, once.
 */
#ifndef SERVER_STATE_HEALTH_H
#define SERVER_STATE_HEALTH_H

#include "aws/aws_reply.h"
#include "base/strbuf.h"

#include <stdatomic.h>
#include <time.h>

enum health_service { HEALTH_ROUTE53, HEALTH_S3, HEALTH_SERVICES };

/* What was asked of Route 53. A credential may allow one and not the other. */
enum health_call {
    HEALTH_CHANGE,  /* of records */
    HEALTH_LISTING, /* of hosted zones */
    HEALTH_SURVEY,  /* of records, which may be denied: nobody needs it */
    HEALTH_CALLS,
};

/* How long the denial of one call outlasts the success of others. While there
 * are changes to make they are tried more often than that, and are denied
 * anew; when nobody wants any, this is how long the denial is news. */
enum { HEALTH_DENIAL_HOLDS_SECONDS = 600 };

struct health {
    atomic_bool table_loaded;
    atomic_bool table_stale; /* the last load failed; an older one may serve */
    atomic_size_t hosts;
    /* When the TLS certificate in service expires, in Unix time; 0: there is
     * none. */
    atomic_int_least64_t certificate_not_after;
    /* When the table was last read, or found to be the latest: the date, and
     * clock_now_ms(). */
    atomic_int_least64_t table_confirmed_at, table_confirmed_ms;
    /* Condition and since when, in one word, lest a reader see the one of now
     * with the other of before. */
    atomic_uint_least64_t services[HEALTH_SERVICES];
    bool has_s3;
    time_t denied_at[HEALTH_CALLS]; /* the updater's alone; 0: is not */
};

/* `has_s3`: whether the host database is in S3. `now` is the date. */
void health_init(struct health *health, bool has_s3, time_t now);

/* What a call told, in AWS's words as far as there are any; never NULL. */
struct health_news {
    enum aws_condition condition;
    const char *code, *message, *request_id;
};

/* Note it. Of a call that was never made (AWS_NOT_ASKED) nothing is noted. */
void health_note_route53(struct health *health, time_t now,
                         enum health_call call, const struct health_news *news);
void health_note_s3(struct health *health, time_t now,
                    const struct health_news *news);

enum { HEALTH_CONDITIONS = AWS_UNREACHABLE + 1 };

/* How a service is, and the word for it, a literal. */
enum aws_condition health_condition(const struct health *health,
                                    enum health_service service);
const char *health_condition_name(enum aws_condition condition);

/* Whether all is well: a table is in service, and Route 53 answers. */
bool health_is_ready(const struct health *health);

/* Whether Route 53 was asked, and something is wrong with it. */
bool health_route53_is_ill(const struct health *health);

/* Notes a table put in service, or a reload that failed. */
void health_note_table(struct health *health, size_t hosts);
void health_note_reload_failed(struct health *health);

/* Notes when the TLS certificate in service expires. */
void health_note_certificate(struct health *health, time_t not_after);

/* Appends one JSON object and a newline, at most HEALTH_JSON_MAX_BYTES; returns
 * whether all is well:
 * {"status":"ok","hosts":3,"table":"current",
 *  "route53":{"state":"ok","since":"2026-03-01T10:00:00Z"}}
 * What is not as it should be has a "reason" in words. */
enum { HEALTH_JSON_MAX_BYTES = 2048 };
bool health_write_json(const struct health *health, struct strbuf *out);

/* Appends the same for a person, in one short line without a line feed:
 * "3 hosts, table current, Route 53 ok, S3 ok". */
void health_write_line(const struct health *health, struct strbuf *out);

#endif
