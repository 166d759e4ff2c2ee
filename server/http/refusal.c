#include "server/http/refusal.h"

static const struct {
    const char *reason, *advice;
} words[] = {
    [REFUSAL_NONE] = {"", ""},
    [REFUSAL_NOT_A_NAME] = {"the host asked for is no fully qualified name",
                            "have the client send the host's whole name; it "
                            "may leave it out where the login has one host"},
    [REFUSAL_NOT_LISTED] = {"the login has no such host",
                            "give the host a row with this token, and with "
                            "this login in the column user"},
    [REFUSAL_LOCKED] = {"the host is locked",
                        "take the lock_record out of its row"},
    [REFUSAL_OTHER_TYPE] = {"the host's row is for the other record type",
                            "leave record_type empty to have both"},
    [REFUSAL_NOT_AN_ADDRESS] =
        {"what was given is no IPv4 or IPv6 address",
         "have the client send none: the server sees the address by itself"},
    [REFUSAL_TWO_ADDRESSES] = {"two addresses of one family were given",
                               "have the client send one of each family"},
    [REFUSAL_UNKNOWN_ADDRESS] =
        {"a trusted proxy did not tell the client's address",
         "have the proxy append its caller's address to one X-Forwarded-For "
         "header, and name nothing but proxies in DYNDNS_TRUSTED_PROXIES; a "
         "caller on the proxy's own machine gives myip"},
    [REFUSAL_INTERNAL] =
        {"the address is internal",
         "if the server stands behind a proxy, name it in "
         "DYNDNS_TRUSTED_PROXIES: that is the likely reason; to register "
         "internal addresses, set DYNDNS_ALLOW_INTERNAL, or allow_internal in "
         "the host's row"},
    [REFUSAL_SUFFIX] = {"the host's ipv6_suffix reaches into the prefix",
                        "shorten it, or have the router tell a shorter "
                        "prefix"},
    [REFUSAL_NOT_OWN] = {"the address is not the caller's own",
                         "to let the host have whatever address is sent, set "
                         "allow_internal in its row"},
    [REFUSAL_TOO_OFTEN] = {"the host changes more often in an hour than "
                           "DYNDNS_MAX_CHANGES allows",
                           "look for two machines that call in its name, or "
                           "one whose address is another with each call"},
};

const char *refusal_reason(enum refusal refusal)
{
    return words[refusal].reason;
}

const char *refusal_advice(enum refusal refusal)
{
    return words[refusal].advice;
}
