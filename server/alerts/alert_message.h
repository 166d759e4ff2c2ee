/* alert_message -- one message about all alerts of a kind that have begun, or have
 * ended, in one round: as a mail has it, and as JSON for programs. Pure.
 */
#ifndef SERVER_ALERTS_ALERT_MESSAGE_H
#define SERVER_ALERTS_ALERT_MESSAGE_H

#include "server/alerts/alert_ledger.h"

enum {
    ALERT_NAMED_MAX =
        50, /* of the alerts of one message; the rest are counted */
    ALERT_MESSAGE_MAX_BYTES = 128 * 1024,
};

struct alert_message {
    enum alert_kind kind;
    enum alert_phase phase;
    size_t count;
    const struct alert_entry *const *entries; /* count of them, from 1 */
    const char *machine;                      /* whose message it is */
    int64_t now;                              /* since 1970 */
};

/* Appends one line without its end: "3 hosts are silent: a, b, c". */
void alert_message_title(const struct alert_message *message,
                         struct strbuf *out);

/* Appends the text for people: what, since when, what to do. */
void alert_message_text(const struct alert_message *message,
                        struct strbuf *out);

/* Appends a JSON object in ASCII, docs/ALERTS.md has its members. False:
 * memory. */
bool alert_message_json(const struct alert_message *message,
                        struct strbuf *out);

#endif
