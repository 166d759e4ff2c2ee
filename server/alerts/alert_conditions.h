/* alert_conditions -- the trouble that one server sees by itself: with its table,
 * with Route 53, with its certificate, with those who guess. Told as it is at a
 * moment, it makes of that what holds, and what is only a moment's. Pure.
 *
 * What comes and goes, as an outage of AWS does, is trouble once it has lasted for
 * `after_s`, and is over once it has been away for as long. Times here are those of
 * clock_now_ms() in seconds, but for the dates.
 */
#ifndef SERVER_ALERTS_ALERT_CONDITIONS_H
#define SERVER_ALERTS_ALERT_CONDITIONS_H

#include "aws/aws_reply.h"
#include "server/alerts/alert_ledger.h"
#include "server/state/login_attacks.h"

enum {
    ALERT_CERTIFICATE_SECONDS = 14 * 86400, /* before its end */
    ALERT_ATTACK_SPANS = 12, /* of after_s; so long after its last sign an
                                attack is over */
};

/* How one server is at one moment. */
struct alert_facts {
    bool table_missing; /* it could not be read: none is in service, or one
                           that is older than it could be */
    const char *table_reason; /* in words; "" */
    size_t rows_left_out;
    enum aws_condition route53;
    bool route53_ill; /* it was asked, and cannot be used */
    const char *route53_reason;
    uint64_t calls, throttled;     /* of Route 53, since the start */
    int64_t certificate_not_after; /* a date; 0: there is none */
    const struct login_attack *attacks;
    size_t attack_count;
    int64_t now_s;  /* by the clock that never goes back; from 1 */
    int64_t date_s; /* since 1970 */
};

/* Of one condition: since when it is so, and since when it is not. */
struct alert_span {
    bool is_on;
    int64_t since; /* the last change */
    int64_t began; /* the date when it came on */
};

struct alert_conditions {
    int64_t after_s;
    struct alert_span spans[ALERT_KINDS];
    bool is_throttled;
    uint64_t calls, throttled; /* as they were */
};

/* All zero but for after_s is the start. */

/* How a condition stands. */
enum alert_standing {
    ALERT_ABSENT,   /* for so long that it is over */
    ALERT_DOUBTFUL, /* absent, but not for long enough to be sure */
    ALERT_PRESENT,  /* but not for long enough to begin */
    ALERT_HOLDS,
};

struct alert_observation {
    enum alert_kind kind;
    enum alert_standing standing;
    int64_t since;
    char subject[ALERT_SUBJECT_MAX + 1];
    char detail[ALERT_DETAIL_MAX + 1];
};

/* One of each kind, and what there may be several of. */
enum { ALERT_OBSERVATIONS_MAX = ALERT_KINDS + LOGIN_ATTACKS_MAX };

/* Takes note of the facts; writes what is not absent to
 * out[ALERT_OBSERVATIONS_MAX], and returns how many. */
size_t alert_conditions_look(struct alert_conditions *conditions,
                             const struct alert_facts *facts,
                             struct alert_observation *out);

/* Writes what `copy` observes into the ledger: what holds begins, what is present
 * keeps what has begun, and what is absent is withdrawn. */
void alert_conditions_witness(struct alert_ledger *ledger, const char *copy,
                              const struct alert_observation *observed,
                              size_t count, int64_t date_s, int64_t again_s);

#endif
