/* shared_key -- a key that callers of one URL share, compared as a secret is.
 * Pure.
 */
#ifndef SERVER_HTTP_SHARED_KEY_H
#define SERVER_HTTP_SHARED_KEY_H

#include "base/span.h"

/* Whether `given` is the key. Takes the same time for every wrong one of one
 * length. `key` NULL: none is asked for, and anything matches. */
bool shared_key_matches(const char *key, struct span given);

#endif
