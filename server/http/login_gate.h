/* login_gate -- whether a call may show credentials at all: not from an address
 * that was wrong too often (guess_limit.h), unless it speaks for a host that
 * lives there.
 *
 * One address may be that of thousands. When one of them guesses, or very many
 * of them are wrong, the others must be heard still. They are known by what they
 * have this service for: *the record of each is known to say this address* (after
 * a start: what was surveyed, rrset_preload.h, or written since). Such a host has
 * as many guesses of its own, from an address that is turned away, as an address
 * has. So whoever lives behind the same address as a guesser goes on calling;
 * and the guesser has next to nothing by it, since he may guess only at his
 * neighbours, one by one. That the right token alone would open the gate is what
 * must not be: it would tell the guesser when he has found one.
 *
 * A caller whose address a trusted proxy did not tell has no address to be held
 * to account for, and of what he has, nothing could be kept from his like: he is
 * counted by the host that he speaks for.
 *
 * It is asked by the adapters (protocol.h), as soon as they know whom a call
 * speaks for, and before they look at its proof. Pure, but for the limit, which
 * it asks.
 */
#ifndef SERVER_HTTP_LOGIN_GATE_H
#define SERVER_HTTP_LOGIN_GATE_H

#include "s3db/hostdb.h"
#include "server/http/guess_limit.h"
#include "server/table/rrset_cache.h"

/* Of one call; what is not named in its making is zero. */
struct login_gate {
    struct guess_limit *limit;
    const struct hostdb *hosts; /* NULL: only for calls without a login */
    const struct rrset_cache *known;
    struct address client;
    int64_t now_ms; /* 0: the limit was quiet when the call came, and nobody
                       is turned away */
    bool is_in;     /* it was let in before: its token has been verified */

    struct span host; /* whose guess it is, if it is wrong: of the client's
                         those at this host. Empty: simply the client's */
    unsigned wait_s;  /* for how long it is turned away; 0: it is not */
    struct span
        claimed; /* if it is: the host that the login names, as the table
                            has it; empty: none */
};

/* Whether credentials with this login (the name of a host, or a `user`; empty:
 * none that can be read) may be looked at. `gate` may be NULL, and is open
 * then. */
bool login_gate_admits(struct login_gate *gate, struct span login);

/* The credentials were wrong; `texts` as in guess_limit.h. */
enum guess_verdict login_gate_count(const struct login_gate *gate,
                                    const struct span *texts, size_t count,
                                    int64_t now_ms);

#endif
