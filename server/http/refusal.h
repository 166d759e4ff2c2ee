/* refusal -- why a change that a caller asks for is not even tried.
 *
 * Found by a protocol's parse(), or the last of them when nothing else speaks
 * against the change; told by each protocol in its own words, and to the operator
 * in those of this table. Pure.
 */
#ifndef SERVER_HTTP_REFUSAL_H
#define SERVER_HTTP_REFUSAL_H

enum refusal {
    REFUSAL_NONE = 0,
    REFUSAL_NOT_A_NAME,      /* what should be a host's name cannot be one */
    REFUSAL_NOT_LISTED,      /* the caller has no such host */
    REFUSAL_LOCKED,          /* its row says lock_record */
    REFUSAL_OTHER_TYPE,      /* its row is for the other record type */
    REFUSAL_NOT_AN_ADDRESS,  /* what should be an address is none */
    REFUSAL_TWO_ADDRESSES,   /* of one family */
    REFUSAL_UNKNOWN_ADDRESS, /* a trusted proxy did not tell the client's */
    REFUSAL_INTERNAL,        /* the address means nothing to the world */
    REFUSAL_SUFFIX,          /* ipv6_suffix reaches into the prefix */
    REFUSAL_NOT_OWN,         /* the address is not the caller's */
    REFUSAL_TOO_OFTEN,       /* the host changes more often than it may */
};

/* For the log, literals: what is wrong, and what helps. Empty for
 * REFUSAL_NONE. */
const char *refusal_reason(enum refusal refusal);
const char *refusal_advice(enum refusal refusal);

#endif
