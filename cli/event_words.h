/* event_words -- an event of the journal, in words for a person. Pure.
 */
#ifndef CLI_EVENT_WORDS_H
#define CLI_EVENT_WORDS_H

#include "journal/event.h"

enum { EVENT_WORDS_HOSTS_MAX = 5 }; /* of an edit, named */

/* Whether the reader knows already which host it is about. */
enum event_subject { EVENT_OF_ONE_HOST, EVENT_OF_ANY_HOST };

/* Appends what happened, without when, and without a line feed: "A changed from
 * 192.0.2.1 to 192.0.2.2". Of an event of a server (EVENT_COPY), which of them it
 * is: "server web-1 (2.1.0, 0123456789abcdef)". */
void event_words_append(struct strbuf *out, const struct event *event,
                        enum event_subject subject);

#endif
