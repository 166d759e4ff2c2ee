#include "server/http/proven_tokens.h"

#include <openssl/crypto.h>

#include <stdlib.h>

bool proven_tokens_init(struct proven_tokens *proven)
{
    if (!siphash_key_init(&proven->high_key) ||
        !siphash_key_init(&proven->low_key))
        return false;
    proven->sets = calloc(PROVEN_TOKENS_SETS, sizeof *proven->sets);
    return proven->sets != NULL;
}

void proven_tokens_clear(struct proven_tokens *proven)
{
    free(proven->sets);
    OPENSSL_cleanse(proven, sizeof *proven);
}

/* A token that is hashed has no NUL in it, so it ends where the password
 * begins. No tag is zero, which is none. */
static struct proven_tag tag_of(const struct proven_tokens *proven,
                                const struct token_question *question)
{
    char text[sizeof question->token + 1 + sizeof question->password];
    size_t len = question->token_len;
    struct proven_tag tag;

    memcpy(text, question->token, len);
    text[len++] = '\0';
    memcpy(text + len, question->password, question->password_len);
    len += question->password_len;
    tag.high = siphash(&proven->high_key, span_from(text, len));
    tag.low = siphash(&proven->low_key, span_from(text, len)) | 1;
    OPENSSL_cleanse(text, len);
    return tag;
}

static struct proven_tag *set_of(const struct proven_tokens *proven,
                                 struct proven_tag tag)
{
    return proven->sets[tag.high & (PROVEN_TOKENS_SETS - 1)];
}

/* Where the tag stands in its set; the last place if it does not. */
static size_t place_of(const struct proven_tag *set, struct proven_tag tag,
                       bool *found)
{
    for (size_t i = 0; i < PROVEN_TOKENS_WAYS; i++)
        if (set[i].high == tag.high && set[i].low == tag.low) {
            *found = true;
            return i;
        }
    *found = false;
    return PROVEN_TOKENS_WAYS - 1;
}

/* Those before the place make room. */
static void put_first(struct proven_tag *set, size_t place,
                      struct proven_tag tag)
{
    memmove(set + 1, set, place * sizeof *set);
    set[0] = tag;
}

void proven_tokens_add(struct proven_tokens *proven,
                       const struct token_question *question)
{
    struct proven_tag tag = tag_of(proven, question);
    struct proven_tag *set = set_of(proven, tag);
    bool found;

    put_first(set, place_of(set, tag, &found), tag);
}

bool proven_tokens_has(struct proven_tokens *proven,
                       const struct token_question *question)
{
    struct proven_tag tag = tag_of(proven, question);
    struct proven_tag *set = set_of(proven, tag);
    bool found;
    size_t place = place_of(set, tag, &found);

    if (found)
        put_first(set, place, tag);
    return found;
}
