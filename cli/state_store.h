/* state_store -- the place where servers and dyndb keep what happened
 * (DYNDNS_STATE), as a command uses it: each call with patience, as often as
 * AWS_MAX_ATTEMPTS says.
 */
#ifndef CLI_STATE_STORE_H
#define CLI_STATE_STORE_H

#include "journal/object_store.h"

struct state_store;

/* Opens the place that DYNDNS_STATE names; nothing is asked of it yet. NULL: it
 * was said why not, and *result is the exit status. */
struct state_store *state_store_open(const char *where, int *result);
void state_store_close(struct state_store *store); /* NULL is allowed */

const char *state_store_where(const struct state_store *store);

/* Another one for the same place, to be used by another thread. NULL: memory. To
 * be closed before the first one. */
struct state_store *state_store_again(const struct state_store *store);

/* Each as object_store.h has it. */
NODISCARD enum status state_store_get(struct state_store *store,
                                      const char *key, struct strbuf *out);
NODISCARD enum status state_store_list(struct state_store *store,
                                       const char *prefix, const char *after,
                                       object_store_key_fn *each, void *arg);

/* Puts an object under a name that nobody else has. */
NODISCARD enum status state_store_put_new(struct state_store *store,
                                          const char *key, struct span body,
                                          const char *content_type);

/* Why the last call failed. Borrowed until the next call. */
const char *state_store_reason(const struct state_store *store);

/* What an operator may do about a call that failed; "": nothing is known. A
 * literal. */
const char *state_store_advice(const struct state_store *store,
                               enum status status);

/* The store itself, for readers of the floor below, and what makes patient calls
 * of theirs: repeats `call` as long as it fails in a way that may pass. */
struct object_store *state_store_plain(struct state_store *store);
NODISCARD enum status state_store_attempt(struct state_store *store,
                                          enum status (*call)(void *arg),
                                          void *arg);

#endif
