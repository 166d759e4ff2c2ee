/* guessing -- the gate of a call (login_gate.h), and what is done about a call
 * that was wrong: for every URL where something could be guessed.
 */
#ifndef SERVER_HTTP_GUESSING_H
#define SERVER_HTTP_GUESSING_H

#include "server/http/http_context.h"

/* For a call from this address. `is_in`: as there. */
struct login_gate guessing_gate(const struct http_context *context,
                                const struct address *client, bool is_in);

/* Counts credentials of a request that were wrong, by the texts that they may
 * stand in, and logs event=address_turned_away if they were the last ones.
 * `claimed` is the host that they were for, or a page of one password ("/status"),
 * or empty: where somebody wants to know of attacks (login_attacks.h), its guesses
 * are counted over all addresses too, which turns nobody away. */
enum guess_verdict guessing_count(struct http_context *context,
                                  const h2o_req_t *req,
                                  const struct login_gate *gate,
                                  struct span claimed, const struct span *texts,
                                  size_t count);

#endif
