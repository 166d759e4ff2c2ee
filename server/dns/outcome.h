/* outcome -- what became of a change that a caller asked for.
 *
 * The DNS side tells outcomes; the words of a protocol are chosen where they
 * are sent.
 */
#ifndef SERVER_DNS_OUTCOME_H
#define SERVER_DNS_OUTCOME_H

enum outcome {
    OUTCOME_OPEN = 0,    /* not known yet */
    OUTCOME_ACCEPTED,    /* Route 53 has accepted it */
    OUTCOME_UNCHANGED,   /* the rrset is known to say so already */
    OUTCOME_REFUSED,     /* Route 53 will not have this rrset */
    OUTCOME_NO_ZONE,     /* no hosted zone of ours holds this name */
    OUTCOME_UNAVAILABLE, /* AWS is out of reach or denies us, or we are full */
    OUTCOME_EXPIRED,     /* not known in time; the change still goes out */
};

enum { OUTCOMES = OUTCOME_EXPIRED + 1 };

#endif
