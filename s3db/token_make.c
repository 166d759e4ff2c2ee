#include "s3db/token_make.h"

#include "s3db/token_hash.h"

#include <stdio.h>
#include <sys/random.h>

enum {
    RANDOM_MIN_CHARS = 22, /* 128 bits in base64, 88 in hexadecimal digits */
    RANDOM_MIN_KINDS = 8,  /* different characters, of which words have fewer */
};

/* --- whether it looks random -------------------------------------------------
 */

enum char_class { OTHER, DIGIT, HEX_LOWER, HEX_UPPER, LOWER, UPPER, SIGN };

static enum char_class class_of(char c)
{
    if (c >= '0' && c <= '9')
        return DIGIT;
    if (c >= 'a' && c <= 'z')
        return c <= 'f' ? HEX_LOWER : LOWER;
    if (c >= 'A' && c <= 'Z')
        return c <= 'F' ? HEX_UPPER : UPPER;
    return c == '+' || c == '/' || c == '-' || c == '_' || c == '=' ? SIGN
                                                                    : OTHER;
}

/* Letters of one case are alike. */
static enum char_class coarse(enum char_class class)
{
    if (class == HEX_LOWER)
        return LOWER;
    return class == HEX_UPPER ? UPPER : class;
}

struct look {
    size_t of_class[SIGN + 1];
    size_t changes; /* of letter case, or from letters to digits and back */
    size_t kinds;   /* different characters */
};

static struct look look_at(struct span token)
{
    struct look look = {.changes = 0};
    bool seen[256] = {false};

    for (size_t i = 0; i < token.len; i++) {
        enum char_class class = class_of(token.ptr[i]);
        bool *is_seen = &seen[(unsigned char)token.ptr[i]];

        look.of_class[class]++;
        look.changes +=
            i > 0 && coarse(class) != coarse(class_of(token.ptr[i - 1]));
        look.kinds += !*is_seen;
        *is_seen = true;
    }
    return look;
}

/* No word is made of the first six letters and of digits for that long. */
static bool is_hex(const struct look *look, size_t len)
{
    size_t letters = look->of_class[HEX_LOWER] + look->of_class[HEX_UPPER];

    return letters > 0 && look->of_class[DIGIT] > 0 &&
           letters + look->of_class[DIGIT] == len;
}

/* At random, two neighbours of three are of different kinds; within words few
 * are. */
static bool is_base64(const struct look *look, size_t len)
{
    return look->of_class[OTHER] == 0 && look->of_class[DIGIT] > 0 &&
           look->of_class[LOWER] > 0 && look->of_class[UPPER] > 0 &&
           look->changes * 5 >= len * 2;
}

enum token_kind token_make_kind(struct span token)
{
    struct look look = look_at(token);

    return token.len >= RANDOM_MIN_CHARS && look.kinds >= RANDOM_MIN_KINDS &&
                   (is_hex(&look, token.len) || is_base64(&look, token.len))
               ? TOKEN_SHA256
               : TOKEN_SCRYPT;
}

/* --- the hash ------------------------------------------------------------------
 */

static bool draw_salt(char salt[TOKEN_MAKE_SALT_BYTES * 2 + 1])
{
    unsigned char bytes[TOKEN_MAKE_SALT_BYTES];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return false;
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(salt + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

enum status token_make(enum token_kind kind, struct span token,
                       struct token_text *out)
{
    char salt[TOKEN_MAKE_SALT_BYTES * 2 + 1];
    struct token_form form = {
        .kind = kind, .n = TOKEN_MAKE_N, .r = TOKEN_MAKE_R, .p = TOKEN_MAKE_P};

    if (token.len == 0 || token.len > TOKEN_MAX_BYTES)
        return STATUS_INVALID;
    if (!draw_salt(salt))
        return STATUS_UNAVAILABLE;
    form.salt = span_from(salt, sizeof salt - 1);
    if (!token_hash_make(&form, token, form.hash))
        return STATUS_NOMEM;
    out->len = token_form_write(&form, out->bytes);
    return STATUS_OK;
}
