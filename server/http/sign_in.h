/* sign_in -- whether the login and the password of a request open an account: for
 * the protocols that are spoken by these. Pure, but for the gate.
 */
#ifndef SERVER_HTTP_SIGN_IN_H
#define SERVER_HTTP_SIGN_IN_H

#include "server/http/account.h"
#include "server/http/credentials.h"

/* PROTOCOL_ADMITTED: the account is open, and borrows from the credentials.
 * PROTOCOL_UNAUTHENTICATED, PROTOCOL_DENIED (with *claimed as parse() has it),
 * PROTOCOL_TURNED_AWAY: the reply is to be made. PROTOCOL_VERIFY. */
enum protocol_verdict sign_in(const struct protocol_request *request,
                              struct credentials *credentials,
                              struct account *account, struct span *claimed);

#endif
