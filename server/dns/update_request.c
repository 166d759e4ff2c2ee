#include "server/dns/update_request.h"

#include <stdlib.h>

struct update_request *update_request_new(size_t count)
{
    struct update_request *request =
        calloc(1, sizeof *request + count * sizeof request->changes[0]);

    if (request == NULL)
        return NULL;
    request->count = count;
    return request;
}

void update_request_free(struct update_request *request)
{
    if (request != NULL)
        free(request->trace);
    free(request);
}

void update_request_set_trace(struct update_request *request, struct span trace)
{
    if (trace.len > 0)
        request->trace = strndup(trace.ptr, trace.len);
}

void update_change_set(struct update_change *change, struct span name,
                       const struct address *address, uint32_t ttl)
{
    change->name_len = name.len;
    if (name.len > 0)
        memcpy(change->name, name.ptr, name.len);
    change->address = *address;
    change->ttl = ttl;
}

void update_request_hold(struct update_request *request)
{
    request->open = 1;
    for (size_t i = 0; i < request->count; i++) {
        struct update_change *change = &request->changes[i];

        change->request = request;
        change->was_open = change->outcome == OUTCOME_OPEN;
        request->open += change->was_open;
    }
}

void update_request_release(struct update_request *request)
{
    if (--request->open == 0)
        request->done(request);
}

void update_change_end(struct update_change *change, enum outcome outcome,
                       const struct address *written)
{
    change->outcome = outcome;
    if (written != NULL)
        change->written = *written;
    update_request_release(change->request);
}
