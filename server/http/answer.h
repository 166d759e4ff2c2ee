/* answer -- how a request was answered, in one word for whoever counts: the
 * words of dyndns2 whatever the protocol is, and a few for what is no update.
 *
 * There are as many as stand here, so that counting by them takes as much memory
 * as it takes, whatever callers send. Pure.
 */
#ifndef SERVER_HTTP_ANSWER_H
#define SERVER_HTTP_ANSWER_H

enum answer {
    ANSWER_BY_STATUS = 0, /* what answer_of_status() makes of it */
    ANSWER_OK,            /* what was asked for, and no update */
    ANSWER_NOCHG,         /* the words of dyndns2.h */
    ANSWER_GOOD,
    ANSWER_NOTFQDN,
    ANSWER_NOHOST,
    ANSWER_ABUSE,
    ANSWER_DNSERR,
    ANSWER_911,
    ANSWER_NUMHOST,
    ANSWER_BADAUTH,
    ANSWER_NOAUTH,      /* no credentials came with it */
    ANSWER_BAD_REQUEST, /* not understood */
    ANSWER_FORBIDDEN,   /* another site's page sent it, or a key is missing */
    ANSWER_NOT_FOUND,   /* there is no such URL */
    ANSWER_NOT_ALLOWED, /* not by this method */
    ANSWER_UNAVAILABLE, /* what is no update cannot be answered now */
    ANSWER_OTHER,
    ANSWERS,
};

/* What HTTP's status says where no protocol says more. */
enum answer answer_of_status(int status);

/* For the metrics, a literal. */
const char *answer_name(enum answer answer);

#endif
