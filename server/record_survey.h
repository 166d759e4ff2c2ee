/* record_survey -- after a start, reads what the records say, as far as that
 * is cheap: so that the log can name the old address of a first change, and an
 * address that has not changed needs no call at all.
 *
 * Best effort, once: a listing shows 300 records, so a home's or a club's zones
 * are read in a call or two; after RECORD_SURVEY_MAX_CALLS it ends, since a
 * large service must not spend its calls on reading. A failure ends it too,
 * and so does a listing that names as its next page the one at hand.
 * Its calls are spent from the account's budget, and its owner sends them only
 * while nothing else wants to leave. Lives on the updater's thread.
 */
#ifndef SERVER_RECORD_SURVEY_H
#define SERVER_RECORD_SURVEY_H

#include "aws/route53.h"
#include "server/zone_directory.h"

enum { RECORD_SURVEY_MAX_CALLS = 20 };

struct record_survey;

struct record_survey_hooks {
    void *arg;
    /* A call that left at `sent_at` has ended. */
    void (*call_done)(void *arg, int64_t sent_at,
                      const struct aws_reply *reply);
    /* Route 53 listed this record, in a call that left at `sent_at`. */
    void (*found)(void *arg, const struct rrset *rrset, int64_t sent_at);
};

/* `client` is borrowed, `hooks` is copied. NULL when memory is short. */
struct record_survey *record_survey_new(
    struct aws_client *client, const struct record_survey_hooks *hooks);

/* Only after aws_client_free(), or with no call under way. NULL is allowed. */
void record_survey_free(struct record_survey *survey);

/* Whether a call wants to leave for one of the directory's zones. Ends the
 * survey, and says so in the log, when nothing is left to read. */
bool record_survey_wants_call(struct record_survey *survey,
                              const struct zone_directory *zones);

/* Whether it has ended; whether a call is under way. */
bool record_survey_is_over(const struct record_survey *survey);
bool record_survey_is_reading(const struct record_survey *survey);

/* Sends it. Only when record_survey_wants_call(). */
void record_survey_send(struct record_survey *survey,
                        const struct zone_directory *zones, int64_t now);

#endif
