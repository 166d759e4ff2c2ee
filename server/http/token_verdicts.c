#include "server/http/token_verdicts.h"

#include "base/dns_name.h"

#include <openssl/crypto.h>

_Static_assert((int)TOKEN_LOGIN_MAX_BYTES >= (int)DNS_NAME_MAX,
               "a name has room");

void token_verdicts_init(struct token_verdicts *verdicts)
{
    /* Not all of it: it is made for every request. */
    verdicts->count = 0;
    verdicts->decoy_made = false;
    verdicts->question.password_len = 0;
}

void token_verdicts_clear(struct token_verdicts *verdicts)
{
    if (verdicts->question.password_len > 0)
        OPENSSL_cleanse(verdicts->question.password,
                        verdicts->question.password_len);
    verdicts->question.password_len = 0;
}

enum token_verdict token_verdicts_of(const struct token_verdicts *verdicts,
                                     struct span token)
{
    for (size_t i = 0; i < verdicts->count; i++)
        if (span_equal(token, span_from(verdicts->known[i].token,
                                        verdicts->known[i].len)))
            return verdicts->known[i].is_right ? TOKEN_RIGHT : TOKEN_WRONG;
    return TOKEN_UNKNOWN;
}

/* What is longer than there can be is cut, and then equals nothing. */
static size_t copy(char *to, size_t max, struct span from)
{
    size_t len = from.len < max ? from.len : max;

    if (len > 0)
        memcpy(to, from.ptr, len);
    return len;
}

void token_verdicts_ask(struct token_verdicts *verdicts, bool is_decoy,
                        struct span token, struct span login,
                        struct span password)
{
    struct token_question *question = &verdicts->question;

    question->is_decoy = is_decoy;
    question->token_len = copy(question->token, sizeof question->token, token);
    /* A name is one login, however it is written. */
    question->login_len = dns_name_normalize(login, question->login);
    if (question->login_len == 0)
        question->login_len =
            copy(question->login, sizeof question->login, login);
    question->password_len =
        copy(question->password, sizeof question->password, password);
}

bool token_verdicts_is_full(const struct token_verdicts *verdicts)
{
    return verdicts->count == TOKEN_VERDICTS_MAX;
}

void token_verdicts_answer(struct token_verdicts *verdicts, bool is_right)
{
    const struct token_question *question = &verdicts->question;
    size_t i = verdicts->count;

    if (question->is_decoy) {
        verdicts->decoy_made = true;
        return;
    }
    verdicts->count++;
    verdicts->known[i].is_right = is_right;
    verdicts->known[i].len =
        copy(verdicts->known[i].token, sizeof verdicts->known[i].token,
             span_from(question->token, question->token_len));
}
