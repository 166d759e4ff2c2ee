/* token_verifier -- verifies passwords against tokens that scrypt hashes, on
 * threads of its own, which yield to all others.
 *
 * It takes on no more than token_queue.h says, remembers who was right
 * (proven_tokens.h), and verifies one at a time on each thread: so guesses take
 * no more of the machine than that, whatever comes.
 */
#ifndef SERVER_HTTP_TOKEN_VERIFIER_H
#define SERVER_HTTP_TOKEN_VERIFIER_H

#include "base/status.h"
#include "server/http/token_queue.h"

enum { TOKEN_VERIFIER_THREADS_MAX = 2 };

struct token_verifier;

/* NULL when memory or the kernel's randomness fails. */
struct token_verifier *token_verifier_new(void);

/* Starts so many threads, TOKEN_VERIFIER_THREADS_MAX at most. STATUS_UNAVAILABLE
 * when there are none to be had; those that were started go on until
 * token_verifier_stop(). */
NODISCARD enum status token_verifier_start(struct token_verifier *verifier,
                                           unsigned threads);

/* Whether the question was answered with yes before. A decoy's never was. Any
 * thread; never blocks for longer than it takes to hash the question. */
bool token_verifier_knows(struct token_verifier *verifier,
                          const struct token_question *question);

/* Takes a job on, or says why not. Any thread; does not block either. */
enum token_refusal token_verifier_post(struct token_verifier *verifier,
                                       struct token_job *job);

/* Ends the threads, and waits for that. What still waits is never done. */
void token_verifier_stop(struct token_verifier *verifier);

/* After token_verifier_stop(), or of one that was never started. NULL is
 * allowed. */
void token_verifier_free(struct token_verifier *verifier);

#endif
