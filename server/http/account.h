/* account -- which hosts a login and its password open.
 *
 * Each host has one login, or two: its own name, and the `user` of its row. An
 * account is a login and a password; a row is the account's when the login is
 * one of its logins and the password is its token. So each host of a list is
 * judged by its own row, and what opens one of them opens no other. Pure.
 *
 * A token that scrypt hashes takes too long to be looked at here: what is known
 * of it comes with the request (token_verdicts.h), and what is not is asked
 * for. In a table with such tokens each login that is refused has one looked
 * at, be it another host's, so that the time does not tell who has one, nor
 * which logins there are.
 */
#ifndef SERVER_HTTP_ACCOUNT_H
#define SERVER_HTTP_ACCOUNT_H

#include "s3db/hostdb.h"
#include "server/http/token_verdicts.h"

enum { ACCOUNT_ROWS_OF_HOST_MAX = 2 }; /* one for A, one for AAAA */

enum account_state {
    ACCOUNT_CLOSED,
    ACCOUNT_OPEN,
    ACCOUNT_UNDECIDED, /* a verdict is asked for; try again with it */
};

struct account {
    const struct hostdb *hosts;
    struct token_verdicts *verdicts; /* NULL: nobody can be asked */
    struct span login, password;     /* borrowed from the caller */
    bool is_host;                    /* whether the login names one */
    struct host host;                /* its first row, if so */
    bool tried[TOKEN_KIND_COUNT];    /* which kinds of tokens were looked at */
    struct span undecided;           /* a row's token; empty: none */
    struct span right;               /* one that the password is; likewise */
};

/* Whether they open anything. Takes the same time for every wrong password of
 * one length, and about as long for a login that does not exist. `verdicts` may
 * be NULL: then no token that scrypt hashes opens anything. */
enum account_state account_open(struct account *account,
                                const struct hostdb *hosts, struct span login,
                                struct span password,
                                struct token_verdicts *verdicts);

/* The name of the host that the login names, if there is one in the table, for
 * the log; else empty. Also of an account that did not open. */
struct span account_claimed(const struct account *account);

/* The account's rows of a host, whose name is normalised; returns how many. Of
 * an account that is decided. */
size_t account_find(const struct account *account, struct span name,
                    struct host rows[ACCOUNT_ROWS_OF_HOST_MAX]);

/* The host that is meant when none is named: the one that the login names, or
 * the login's only one. Its name is borrowed from the table; empty: there is
 * none, or there are several. */
struct span account_own_host(const struct account *account);

#endif
