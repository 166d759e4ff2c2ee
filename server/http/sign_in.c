#include "server/http/sign_in.h"

enum protocol_verdict sign_in(const struct protocol_request *request,
                              struct credentials *credentials,
                              struct account *account, struct span *claimed)
{
    switch (credentials_read(request, credentials)) {
    case CREDENTIALS_ABSENT:
        return PROTOCOL_UNAUTHENTICATED;
    case CREDENTIALS_BROKEN:
        return login_gate_admits(request->gate, span_from("", 0))
                   ? PROTOCOL_DENIED
                   : PROTOCOL_TURNED_AWAY;
    case CREDENTIALS_GIVEN:
        break;
    }
    if (!login_gate_admits(request->gate, credentials->login))
        return PROTOCOL_TURNED_AWAY;
    switch (account_open(account, request->hosts, credentials->login,
                         credentials->password, request->verdicts)) {
    case ACCOUNT_UNDECIDED:
        return PROTOCOL_VERIFY;
    case ACCOUNT_CLOSED:
        *claimed = account_claimed(account);
        return PROTOCOL_DENIED;
    case ACCOUNT_OPEN:
        break;
    }
    return PROTOCOL_ADMITTED;
}
