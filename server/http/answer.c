#include "server/http/answer.h"

static const char *const names[ANSWERS] = {
    [ANSWER_BY_STATUS] = "by_status",
    [ANSWER_OK] = "ok",
    [ANSWER_NOCHG] = "nochg",
    [ANSWER_GOOD] = "good",
    [ANSWER_NOTFQDN] = "notfqdn",
    [ANSWER_NOHOST] = "nohost",
    [ANSWER_ABUSE] = "abuse",
    [ANSWER_DNSERR] = "dnserr",
    [ANSWER_911] = "911",
    [ANSWER_NUMHOST] = "numhost",
    [ANSWER_BADAUTH] = "badauth",
    [ANSWER_NOAUTH] = "noauth",
    [ANSWER_BAD_REQUEST] = "bad_request",
    [ANSWER_FORBIDDEN] = "forbidden",
    [ANSWER_NOT_FOUND] = "not_found",
    [ANSWER_NOT_ALLOWED] = "not_allowed",
    [ANSWER_UNAVAILABLE] = "unavailable",
    [ANSWER_OTHER] = "other",
};

enum answer answer_of_status(int status)
{
    switch (status) {
    case 200:
    case 201:
        return ANSWER_OK;
    case 400:
        return ANSWER_BAD_REQUEST;
    case 401:
        return ANSWER_BADAUTH;
    case 403:
        return ANSWER_FORBIDDEN;
    case 404:
        return ANSWER_NOT_FOUND;
    case 405:
        return ANSWER_NOT_ALLOWED;
    case 429:
        return ANSWER_ABUSE;
    case 503:
        return ANSWER_UNAVAILABLE;
    default:
        return ANSWER_OTHER;
    }
}

const char *answer_name(enum answer answer)
{
    return names[answer];
}
