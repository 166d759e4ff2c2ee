/* guess_limit -- how often an address may be wrong about who it is: so many
 * times an hour, then it is turned away without work.
 *
 * What counts is *different* wrong credentials. A modem that repeats a token
 * which is not right any more is no guesser, however often it calls, and behind
 * the one address of a carrier-grade NAT stand many of them: the last
 * GUESS_LIMIT_MEMORY of an address cost next to nothing when they come again.
 * Next to nothing, and not nothing, because each of them may have to be
 * verified.
 *
 * What is right pays nothing back. Else whoever has one token could guess at all
 * others for ever, by showing his own in between. What protects the rightful
 * behind an address that is turned away is login_gate.h.
 *
 * An address is that of IPv4, and the network of 64 bits of IPv6, which is what
 * one customer has. Nobody is held to account for an address that he writes
 * himself: client_address.h finds out whose it is. A login is never counted by
 * itself, over all addresses: then a guesser could lock it out.
 *
 * Any thread. Where nobody is turned away, to know that costs one look.
 */
#ifndef SERVER_HTTP_GUESS_LIMIT_H
#define SERVER_HTTP_GUESS_LIMIT_H

#include "base/address.h"
#include "base/span.h"

#include <stdint.h>

enum {
    GUESS_LIMIT_MEMORY = 128,      /* wrong credentials, of each address */
    GUESS_LIMIT_REPEATS = 64,      /* of them cost as much as a new one */
    GUESS_LIMIT_ADDRESSES = 16384, /* known at a time; 5 MiB */
};

struct guess_limit;

/* `most` guesses at once, and in an hour; 0: there is no limit. NULL when memory
 * or the kernel's randomness fails. */
struct guess_limit *guess_limit_new(unsigned most);
void guess_limit_free(struct guess_limit *limit); /* NULL is allowed */

/* Who guesses: the address, or of its guesses those at one host (empty: at
 * none). */
uint64_t guess_limit_key(const struct guess_limit *limit,
                         const struct address *client, struct span host);

/* Whether nobody at all is turned away, as most often. Else that is found out
 * by the next guess_limit_wait_s(). */
bool guess_limit_is_quiet(const struct guess_limit *limit);

/* How many seconds yet a guesser is turned away; 0: he is not. That ends when
 * half of what he spent has come back. */
unsigned guess_limit_wait_s(struct guess_limit *limit, uint64_t key,
                            int64_t now_ms);

enum guess_verdict {
    GUESS_COUNTED,
    GUESS_SLOW, /* half of them are spent: the answer had better come late */
    GUESS_LAST, /* so were all: from now on he is turned away */
};

/* A guess was wrong. Its texts are what its credentials may stand in: when any
 * of them differs it is another guess. */
enum guess_verdict guess_limit_count(struct guess_limit *limit, uint64_t key,
                                     const struct span *texts, size_t count,
                                     int64_t now_ms);

#endif
