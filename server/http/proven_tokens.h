/* proven_tokens -- which passwords were found to be which tokens: a host that
 * calls every few minutes need be verified once, and not each time.
 *
 * What is kept is a hash of both with keys that are drawn at the start and kept
 * nowhere. Only who was right is kept, so nobody fills it by guessing, and it
 * holds a fixed number: where it is full, the one that is not asked for longest
 * goes, of those few whose place it could be.
 *
 * Nothing in it goes stale. Whether a password is the token that a text of a
 * row stands for never changes, and a text that is in no table any more is not
 * asked for. Pure, but for the drawing of the keys.
 */
#ifndef SERVER_HTTP_PROVEN_TOKENS_H
#define SERVER_HTTP_PROVEN_TOKENS_H

#include "server/http/token_verdicts.h"

#include "base/siphash.h"

enum {
    PROVEN_TOKENS_SETS = 16384, /* a power of two */
    PROVEN_TOKENS_WAYS = 4,
};

/* 128 bits: that a wrong password has those of a right one does not happen. */
struct proven_tag {
    uint64_t high, low;
};

struct proven_tokens {
    struct siphash_key high_key, low_key;
    /* The one asked for last is the first of its set. Zero: none. 1 MiB, of
     * which the kernel gives what is used. */
    struct proven_tag (*sets)[PROVEN_TOKENS_WAYS];
};

/* False when memory or the kernel's randomness fails: nothing to clear then. */
bool proven_tokens_init(struct proven_tokens *proven);
void proven_tokens_clear(struct proven_tokens *proven);

/* The password is the token. */
void proven_tokens_add(struct proven_tokens *proven,
                       const struct token_question *question);

/* Whether that was found before, and is not forgotten. */
bool proven_tokens_has(struct proven_tokens *proven,
                       const struct token_question *question);

#endif
