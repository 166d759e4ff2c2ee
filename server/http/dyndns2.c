#include "server/http/dyndns2.h"

static const struct {
    const char *word;
    int status;
    const char *reason;
} words[] = {
    [REPLY_GOOD] = {"good ", 200, "OK"},
    [REPLY_NOCHG] = {"nochg ", 200, "OK"},
    [REPLY_BADAUTH] = {"badauth", 401, "Unauthorized"},
    [REPLY_DNSERR] = {"dnserr", 200, "OK"},
    [REPLY_911] = {"911", 503, "Service Unavailable"},
};

void reply_init(struct reply *reply, enum reply_word word,
                const struct address *address)
{
    char *end = stpcpy(reply->body, words[word].word);

    reply->status = words[word].status;
    reply->reason = words[word].reason;
    reply->challenge = word == REPLY_BADAUTH;
    reply->retry_after = word == REPLY_911;
    if (word == REPLY_GOOD || word == REPLY_NOCHG)
        end += address_format(address, end);
    *end++ = '\n';
    reply->body_len = (size_t)(end - reply->body);
}
