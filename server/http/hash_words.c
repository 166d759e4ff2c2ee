#include "server/http/hash_words.h"

#include <stdio.h>

static const char *type_of(const struct address *address)
{
    return address->family == ADDRESS_IPV4 ? "A" : "AAAA";
}

/* Around the host's name. */
struct words {
    const char *before, *after;
};

static struct words words_of_refusal(enum refusal refusal)
{
    switch (refusal) {
    case REFUSAL_OTHER_TYPE:
        return (struct words){"There was an issue finding or reading the "
                              "DyanmoDB config item for ",
                              ": "};
    case REFUSAL_LOCKED:
        return (struct words){"The record for ", " is locked, update denied."};
    case REFUSAL_TOO_OFTEN:
        return (struct words){"The record for ",
                              " changes too often, update denied."};
    case REFUSAL_INTERNAL:
    case REFUSAL_NOT_OWN:
        return (struct words){"DDB Permissions for ",
                              " disallow internal IPs, update denied."};
    case REFUSAL_NONE:
    case REFUSAL_NOT_A_NAME:
    case REFUSAL_NOT_LISTED:
    case REFUSAL_NOT_AN_ADDRESS:
    case REFUSAL_TWO_ADDRESSES:
    case REFUSAL_UNKNOWN_ADDRESS:
    case REFUSAL_SUFFIX:
        break;
    }
    return (struct words){"Route 53 does not take the record of ", "."};
}

static struct words words_of(const struct protocol_result *result)
{
    switch (result->outcome) {
    case OUTCOME_REFUSED:
        return words_of_refusal(result->refusal);
    case OUTCOME_NO_ZONE:
        return (struct words){"No hosted zone holds ", "."};
    case OUTCOME_OPEN:
    case OUTCOME_ACCEPTED:
    case OUTCOME_UNCHANGED:
    case OUTCOME_UNAVAILABLE:
    case OUTCOME_EXPIRED:
        break;
    }
    return (struct words){"The record of ",
                          " cannot be set now, try again later."};
}

void hash_words_of_failure(const struct protocol_result *result,
                           const char *dot, char out[HASH_WORDS_MAX])
{
    struct words words = words_of(result);

    snprintf(out, HASH_WORDS_MAX, "%s%.*s%s%s%s", words.before,
             (int)result->name.len, result->name.ptr, dot, words.after,
             result->refusal == REFUSAL_OTHER_TYPE ? type_of(&result->address)
                                                   : "");
}
