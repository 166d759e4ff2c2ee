#include "server/http/dyndns2.h"

/* "good " and two addresses, a comma and the line's end. */
enum { LINE_MAX_BYTES = 8 + 2 * ADDRESS_TEXT_MAX };

_Static_assert(PROTOCOL_HOSTS_MAX *LINE_MAX_BYTES <= PROTOCOL_TEXT_MAX,
               "a reply has room for a line of each host");

static const char *const words[] = {
    [DYNDNS2_NOCHG] = "nochg",     [DYNDNS2_GOOD] = "good",
    [DYNDNS2_NOTFQDN] = "notfqdn", [DYNDNS2_NOHOST] = "nohost",
    [DYNDNS2_ABUSE] = "abuse",     [DYNDNS2_DNSERR] = "dnserr",
    [DYNDNS2_911] = "911",         [DYNDNS2_NUMHOST] = "numhost",
    [DYNDNS2_BADAUTH] = "badauth",
};

static enum dyndns2_word word_of_refusal(enum refusal refusal)
{
    switch (refusal) {
    case REFUSAL_NOT_A_NAME:
        return DYNDNS2_NOTFQDN;
    case REFUSAL_NOT_LISTED:
        return DYNDNS2_NOHOST;
    case REFUSAL_LOCKED:
    case REFUSAL_TOO_OFTEN:
        return DYNDNS2_ABUSE;
    case REFUSAL_NONE:
    case REFUSAL_OTHER_TYPE:
    case REFUSAL_NOT_AN_ADDRESS:
    case REFUSAL_TWO_ADDRESSES:
    case REFUSAL_UNKNOWN_ADDRESS:
    case REFUSAL_INTERNAL:
    case REFUSAL_SUFFIX:
    case REFUSAL_NOT_OWN:
        break;
    }
    return DYNDNS2_DNSERR;
}

enum dyndns2_word dyndns2_word_of(const struct protocol_result *result)
{
    switch (result->outcome) {
    case OUTCOME_ACCEPTED:
        return DYNDNS2_GOOD;
    case OUTCOME_UNCHANGED:
        return DYNDNS2_NOCHG;
    case OUTCOME_REFUSED:
        return word_of_refusal(result->refusal);
    case OUTCOME_NO_ZONE:
        return DYNDNS2_DNSERR;
    case OUTCOME_OPEN:
    case OUTCOME_UNAVAILABLE:
    case OUTCOME_EXPIRED:
        break;
    }
    return DYNDNS2_911;
}

enum answer dyndns2_answer_of(enum dyndns2_word word)
{
    static const enum answer answers[] = {
        [DYNDNS2_NOCHG] = ANSWER_NOCHG,     [DYNDNS2_GOOD] = ANSWER_GOOD,
        [DYNDNS2_NOTFQDN] = ANSWER_NOTFQDN, [DYNDNS2_NOHOST] = ANSWER_NOHOST,
        [DYNDNS2_ABUSE] = ANSWER_ABUSE,     [DYNDNS2_DNSERR] = ANSWER_DNSERR,
        [DYNDNS2_911] = ANSWER_911,         [DYNDNS2_NUMHOST] = ANSWER_NUMHOST,
        [DYNDNS2_BADAUTH] = ANSWER_BADAUTH,
    };

    return answers[word];
}

static void set_status(struct protocol_reply *reply, int status,
                       const char *reason)
{
    reply->status = status;
    reply->reason = reason;
}

static void set_unavailable(struct protocol_reply *reply,
                            enum dyndns2_911_status unavailable)
{
    if (unavailable == DYNDNS2_911_IS_200)
        return; /* where Retry-After means nothing either */
    set_status(reply, 503, "Service Unavailable");
    reply->retry_after_seconds = DYNDNS2_RETRY_AFTER_SECONDS;
}

static void end_text(struct protocol_reply *reply, const char *end)
{
    reply->text_len = (size_t)(end - reply->text);
}

void dyndns2_reply_word(struct protocol_reply *reply, enum dyndns2_word word,
                        enum dyndns2_911_status unavailable)
{
    set_status(reply, 200, "OK");
    reply->answer = dyndns2_answer_of(word);
    if (word == DYNDNS2_BADAUTH) {
        set_status(reply, 401, "Unauthorized");
        reply->challenge = true;
    } else if (word == DYNDNS2_911) {
        set_unavailable(reply, unavailable);
    }
    end_text(reply, stpcpy(stpcpy(reply->text, words[word]), "\n"));
}

void dyndns2_reply_turned_away(struct protocol_reply *reply)
{
    dyndns2_reply_word(reply, DYNDNS2_ABUSE, DYNDNS2_911_IS_200);
    set_status(reply, 429, "Too Many Requests");
}

/* How many results, from the first on, are about the same host. */
static size_t count_of_host(const struct protocol_result *results, size_t count)
{
    size_t same = 1;

    while (same < count && results[same].line == results[0].line)
        same++;
    return same;
}

static enum dyndns2_word word_of_host(const struct protocol_result *results,
                                      size_t count)
{
    enum dyndns2_word word = DYNDNS2_NOCHG;

    for (size_t i = 0; i < count; i++) {
        enum dyndns2_word one = dyndns2_word_of(&results[i]);

        if (one > word)
            word = one;
    }
    return word;
}

/* " 192.0.2.1,2001:db8::1"; nothing when there was nothing to be written. */
static char *add_addresses(char *end, const struct protocol_result *results,
                           size_t count)
{
    char before = ' ';

    for (size_t i = 0; i < count; i++) {
        if (results[i].address.family == ADDRESS_NONE)
            continue;
        *end++ = before;
        end += address_format(&results[i].address, end);
        before = ',';
    }
    return end;
}

void dyndns2_reply_lines(struct protocol_reply *reply,
                         const struct protocol_result *results, size_t count,
                         enum dyndns2_911_status unavailable)
{
    size_t hosts = 0, without_answer = 0;
    char *end = reply->text;

    set_status(reply, 200, "OK");
    for (size_t i = 0, same; i < count; i += same, hosts++) {
        enum dyndns2_word word;

        same = count_of_host(results + i, count - i);
        word = word_of_host(results + i, same);
        without_answer += word == DYNDNS2_911;
        end = stpcpy(end, words[word]);
        if (word <= DYNDNS2_GOOD)
            end = add_addresses(end, results + i, same);
        *end++ = '\n';
    }
    end_text(reply, end);
    if (without_answer == hosts)
        dyndns2_reply_word(reply, DYNDNS2_911, unavailable);
    else if (without_answer > 0)
        set_unavailable(reply, unavailable);
}
