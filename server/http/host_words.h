/* host_words -- how a host is, and what happened to it, in the words of pages:
 * members of the JSON that they are filled in with. Pure.
 */
#ifndef SERVER_HTTP_HOST_WORDS_H
#define SERVER_HTTP_HOST_WORDS_H

#include "server/history/history_query.h"
#include "server/http/page_values.h"

/* Who is to read it. */
enum host_words_reader {
    HOST_WORDS_OWNER,    /* of the host: nothing of others */
    HOST_WORDS_OPERATOR, /* of the server */
};

/* Adds to `object` what is known of a host: state and state_words (how it is),
 * accessed, checked, called, updated (moments), addresses, client, agent,
 * outcome, reason, refusals. */
void host_words_set_state(json_t *object, const struct history_host *host,
                          int64_t now);

/* Adds to `object` the list happenings, of which each has a moment, host, what,
 * detail, state, client, agent and why; and happenings_any. What is not the
 * reader's is passed over. Links lead to /status for the operator. */
void host_words_set_events(json_t *object, const struct event *events,
                           size_t count, enum host_words_reader reader,
                           int64_t now);

#endif
