/* fake_route53 -- stands in for the calls of aws/route53.h, for base/clock.h
 * and for the log, in tests that are linked with
 *
 *   --wrap=route53_upsert --wrap=route53_delete
 *   --wrap=route53_list_hosted_zones
 *   --wrap=route53_get_hosted_zone --wrap=route53_list_rrsets
 *   --wrap=clock_now_ms --wrap=log_write
 *
 * Calls are kept until the test answers them; time stands still until the test
 * moves it; log lines are kept as text.
 */
#ifndef TESTS_UNIT_FAKE_ROUTE53_H
#define TESTS_UNIT_FAKE_ROUTE53_H

#include "aws/route53.h"
#include "base/log.h"

struct fake_zone {
    const char *id, *name;
    bool is_private;
};

/* Forgets everything; to be called before each test. */
void fake_reset(void);

extern int64_t fake_now;        /* what clock_now_ms() says */
extern enum status fake_refuse; /* what the next calls return; STATUS_OK */
extern bool fake_lists_records; /* false: such a call cannot be made */

/* The calls that wait for an answer. */
size_t fake_waiting(void);

/* The oldest of them as text: "list MARKER", "get ID", "upsert ID
 * NAME=VALUE/TTL ...", "delete ..." likewise. Borrowed until the next fake_ call; "" without one. */
const char *fake_oldest(void);

/* Answer the oldest: an upsert, a delete, or any call that fails; a reading, with zones
 * up to the first whose id is NULL. */
void fake_answer(enum status status, const char *message);
void fake_answer_second(enum status status); /* overtakes the oldest */
void fake_answer_zones(const struct fake_zone *zones, const char *next_marker);

/* Answers the oldest, a listing of records: "records ID NAME" is its text.
 * `next_name` is where the listing goes on, "" at its end. */
void fake_answer_rrsets(const struct rrset *rrsets, size_t count,
                        const char *next_name);

/* The log so far, a line each "level event=...\n"; and forgets it. */
const char *fake_log(void);

/* Whether such a line was logged since fake_log() was last called. */
bool fake_logged(const char *text);

#endif
