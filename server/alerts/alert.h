/* alert -- what an operator is told of, once when it begins and once when it has
 * ended: the kinds of trouble there are, and the words for each.
 *
 * Trouble is one kind and one *subject*: the host, where it is about one; the
 * date, of a certificate; else nothing, for there is one such thing. So all copies
 * of the server call the same trouble by the same name. The subject "*" stands
 * for those of a kind that are too many to be named.
 *
 * The words of the kinds are an interface: webhooks and commands are given them,
 * docs/ALERTS.md lists them. Pure.
 */
#ifndef SERVER_ALERTS_ALERT_H
#define SERVER_ALERTS_ALERT_H

#include "base/strbuf.h"

#include <stdbool.h>
#include <stdint.h>

enum alert_kind {
    /* Of hosts: every copy knows what all of them have heard. */
    ALERT_HOST_SILENT,
    ALERT_HOST_REFUSED,
    ALERT_HOST_KINDS,
    /* Of one copy: others may be well. */
    ALERT_TABLE_NOT_LOADED = ALERT_HOST_KINDS,
    ALERT_ROWS_LEFT_OUT,
    ALERT_ROUTE53_UNREACHABLE,
    ALERT_ROUTE53_THROTTLED,
    ALERT_CERTIFICATE_EXPIRES,
    ALERT_LOGIN_ATTACKED,
    ALERT_KINDS,
};

static inline bool alert_is_of_host(enum alert_kind kind)
{
    return kind < ALERT_HOST_KINDS;
}

/* The subject of what is too much to be named. */
#define ALERT_MANY "*"

enum alert_phase { ALERT_BEGUN, ALERT_ENDED, ALERT_PHASES };

/* "begun", "ended"; a literal. */
const char *alert_phase_word(enum alert_phase phase);

/* By what people are told. */
enum alert_sender {
    ALERT_BY_SNS,
    ALERT_BY_WEBHOOK,
    ALERT_BY_COMMAND,
    ALERT_SENDERS
};

/* "sns", "webhook", "command"; a literal. */
const char *alert_sender_word(enum alert_sender sender);

/* "host_silent"; a literal. */
const char *alert_kind_word(enum alert_kind kind);

/* Which kind a word stands for; false: none that this version knows. */
bool alert_kind_of(struct span word, enum alert_kind *kind);

/* Appends one line about `count` alerts of a kind, the first of which is about
 * `subject`: "a.example.org is silent", "3 hosts are silent". */
void alert_append_title(struct strbuf *out, enum alert_kind kind,
                        enum alert_phase phase, struct span subject,
                        size_t count);

/* What to do about it, in a sentence or two, and the chapter of
 * docs/OPERATING.md that says more ("#host_silent"); literals. */
const char *alert_advice(enum alert_kind kind);
const char *alert_chapter(enum alert_kind kind);

#endif
