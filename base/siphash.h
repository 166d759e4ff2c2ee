/* siphash -- SipHash-2-4 (Aumasson and Bernstein, 2012): a short-input hash
 * that nobody without the key can make collide.
 *
 * An index needs it whose keys come from strangers: the names of hosts that are
 * looked up before a token was shown, addresses, agents.
 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include "base/span.h"

#include <stdint.h>

struct siphash_key {
    uint64_t k0, k1;
};

/* Draws a key from the kernel's randomness; false when that fails. */
bool siphash_key_init(struct siphash_key *key);

uint64_t siphash(const struct siphash_key *key, struct span text);

#endif
