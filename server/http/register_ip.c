#include "server/http/register_ip.h"

#include "base/address_scope.h"
#include "server/http/dyndns2.h"
#include "server/http/query.h"

/* From the query, else from the form. */
static enum query_result find(const struct protocol_request *request,
                              const char *name, char *out, size_t size,
                              struct span *value)
{
    enum query_result found =
        query_find(request->query, name, out, size, value);

    return found == QUERY_ABSENT
               ? query_find(request->form, name, out, size, value)
               : found;
}

static void refuse_change(struct protocol_change *change, const char *fault,
                          const char *advice)
{
    change->outcome = OUTCOME_REFUSED;
    change->fault = fault;
    change->advice = advice;
}

/* The address to register: `myip`, else the caller's. */
static void choose_address(const struct protocol_request *request,
                           struct protocol_change *change)
{
    char text[ADDRESS_TEXT_MAX];
    struct span value = {text, 0};
    enum query_result found = find(request, "myip", text, sizeof text, &value);

    change->address = request->client;
    value = span_trim(value);
    if (found == QUERY_TOO_LONG ||
        (value.len > 0 && !address_parse(value, &change->address))) {
        change->address = (struct address){.family = ADDRESS_NONE};
        refuse_change(change, "myip is no IPv4 or IPv6 address", "");
    } else if (change->address.family == ADDRESS_NONE) {
        refuse_change(change,
                      "a trusted proxy did not tell the client's address",
                      "have the proxy append its caller's address to one "
                      "X-Forwarded-For header, and name nothing but proxies "
                      "in DYNDNS_TRUSTED_PROXIES; a caller on the proxy's own "
                      "machine gives myip");
    } else if (address_is_internal(&change->address) &&
               !request->allow_internal) {
        refuse_change(change, "the address is internal",
                      "if the server stands behind a proxy, name it in "
                      "DYNDNS_TRUSTED_PROXIES: that is the likely reason; to "
                      "register internal addresses, set "
                      "DYNDNS_ALLOW_INTERNAL");
    }
}

static void parse(const struct protocol_request *request,
                  struct protocol_changes *changes)
{
    struct protocol_change *change = &changes->list[changes->count++];

    *change = (struct protocol_change){.host = *request->host};
    choose_address(request, change);
}

static void format(const struct protocol_result *results, size_t count,
                   struct protocol_reply *reply)
{
    (void)count; /* one host, one address */
    dyndns2_reply_init(reply, dyndns2_word_of(results[0].outcome),
                       &results[0].address);
}

static void refuse(enum protocol_refusal refusal, struct protocol_reply *reply)
{
    dyndns2_reply_init(reply,
                       refusal == PROTOCOL_UNAUTHENTICATED ? DYNDNS2_BADAUTH
                                                           : DYNDNS2_911,
                       NULL);
}

const struct protocol register_ip_protocol = {parse, format, refuse};
