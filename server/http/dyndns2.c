#include "server/http/dyndns2.h"

static const struct {
    const char *word;
    int status;
    const char *reason;
} words[] = {
    [DYNDNS2_GOOD] = {"good ", 200, "OK"},
    [DYNDNS2_NOCHG] = {"nochg ", 200, "OK"},
    [DYNDNS2_BADAUTH] = {"badauth", 401, "Unauthorized"},
    [DYNDNS2_DNSERR] = {"dnserr", 200, "OK"},
    [DYNDNS2_911] = {"911", 503, "Service Unavailable"},
};

enum dyndns2_word dyndns2_word_of(enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_ACCEPTED:
        return DYNDNS2_GOOD;
    case OUTCOME_UNCHANGED:
        return DYNDNS2_NOCHG;
    case OUTCOME_REFUSED:
    case OUTCOME_NO_ZONE:
        return DYNDNS2_DNSERR;
    case OUTCOME_OPEN:
    case OUTCOME_UNAVAILABLE:
    case OUTCOME_EXPIRED:
        break;
    }
    return DYNDNS2_911;
}

void dyndns2_reply_init(struct protocol_reply *reply, enum dyndns2_word word,
                        const struct address *address)
{
    char *end = stpcpy(reply->body, words[word].word);

    reply->status = words[word].status;
    reply->reason = words[word].reason;
    reply->challenge = word == DYNDNS2_BADAUTH;
    reply->retry_after_seconds =
        word == DYNDNS2_911 ? DYNDNS2_RETRY_AFTER_SECONDS : 0;
    if (word == DYNDNS2_GOOD || word == DYNDNS2_NOCHG)
        end += address_format(address, end);
    *end++ = '\n';
    reply->body_len = (size_t)(end - reply->body);
}
