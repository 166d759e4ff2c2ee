/* ip_consensus -- which address several sources agree about. Pure.
 *
 * One source alone is believed. Of several at least two must answer, and all
 * who answer must say the same; so that neither a reflector that lies nor one
 * that is down decides by itself. A source that cannot have an address of the
 * family (an interface without one, a given address of the other family, a
 * reflector that has none itself) is no source of that family.
 */
#ifndef CLI_IP_CONSENSUS_H
#define CLI_IP_CONSENSUS_H

#include "base/address.h"

#include <stddef.h>

enum ip_answer_kind {
    IP_ANSWER_NONE,   /* it has no address of the family */
    IP_ANSWER_FAILED, /* it did not say */
    IP_ANSWER_ADDRESS,
};

struct ip_answer {
    enum ip_answer_kind kind;
    struct address address;
};

enum ip_verdict {
    IP_VERDICT_AGREED,
    IP_VERDICT_NONE,     /* no source has an address of the family */
    IP_VERDICT_SILENCE,  /* not one answered, of those that might have one */
    IP_VERDICT_TOO_FEW,  /* one answered, of several */
    IP_VERDICT_CONFLICT, /* two said different things */
};

/* AGREED: *first is the place of an answer that has the address. CONFLICT:
 * *first and *second are the places of two that differ. */
enum ip_verdict ip_consensus(const struct ip_answer *answers, size_t count,
                             size_t *first, size_t *second);

#endif
