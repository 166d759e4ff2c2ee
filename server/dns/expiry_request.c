#include "server/dns/expiry_request.h"

#include <stdlib.h>

struct expiry_request *expiry_request_new(size_t room)
{
    struct expiry_request *request =
        calloc(1, sizeof *request + room * sizeof request->rrsets[0]);

    if (request != NULL)
        list_init(&request->in_inbox);
    return request;
}

void expiry_request_free(struct expiry_request *request)
{
    free(request);
}

void expiry_request_end(struct expiry_request *request,
                        enum expiry_outcome outcome)
{
    for (size_t i = 0; i < request->count; i++)
        if (request->rrsets[i].outcome == EXPIRY_OPEN)
            request->rrsets[i].outcome = outcome;
    request->done(request);
}

const char *expiry_outcome_reason(enum expiry_outcome outcome)
{
    static const char *const reasons[EXPIRY_OUTCOMES] = {
        [EXPIRY_OPEN] = "",
        [EXPIRY_REMOVED] = "",
        [EXPIRY_WOULD_GO] = "it is a dry run",
        [EXPIRY_ABSENT] = "there is no such record",
        [EXPIRY_SPECIAL] = "an alias, several values or a routing policy",
        [EXPIRY_OTHER_VALUE] = "it does not say what the host registered last",
        [EXPIRY_CHANGED] = "it was changed or removed by another hand",
        [EXPIRY_LOCKED] = "the host's row locks it",
        [EXPIRY_WANTED] = "the host called in the meantime",
        [EXPIRY_REFUSED] = "Route 53 refused changes of it before",
        [EXPIRY_DENIED] = "the credentials do not allow it",
        [EXPIRY_NO_ZONE] = "no hosted zone of ours holds the name",
        [EXPIRY_UNAVAILABLE] = "Route 53 could not be asked in time",
    };

    return reasons[outcome];
}
