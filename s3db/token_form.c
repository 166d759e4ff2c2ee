#include "s3db/token_form.h"

#include "base/decimal.h"

#include <stdio.h>

static const struct {
    const char *prefix, *fault;
} kinds[TOKEN_KIND_COUNT] = {
    [TOKEN_SHA256] =
        {"sha256:", "the token begins with sha256: but is not "
                    "sha256:SALT:HASH, with a salt of 8 to 64 letters, digits "
                    "or + / = . _ - and a hash of 64 hexadecimal digits"},
    [TOKEN_SCRYPT] =
        {"scrypt:",
         "the token begins with scrypt: but is not scrypt:N:R:P:SALT:HASH, "
         "with three numbers, a salt of 8 to 64 letters, digits or "
         "+ / = . _ - and a hash of 64 hexadecimal digits"},
};

static const char costs_fault[] =
    "the numbers of the scrypt token are out of bounds: N is a power of two "
    "from 1024 to 32768, R is at most 32, P at most 16, and N times R times P "
    "at most 262144";

_Static_assert(TOKEN_SALT_MIN_BYTES == 8 && TOKEN_SALT_MAX_BYTES == 64 &&
                   TOKEN_HASH_BYTES == 32 && TOKEN_SCRYPT_N_MIN == 1024 &&
                   TOKEN_SCRYPT_N_MAX == 32768 && TOKEN_SCRYPT_R_MAX == 32 &&
                   TOKEN_SCRYPT_P_MAX == 16 && TOKEN_SCRYPT_COST_MAX == 262144,
               "or change the words");

enum { PREFIX_BYTES = 7 }; /* of both */

enum token_kind token_form_kind(struct span text)
{
    if (text.len < PREFIX_BYTES || text.ptr[0] != 's')
        return TOKEN_PLAIN;
    for (int kind = TOKEN_SHA256; kind < TOKEN_KIND_COUNT; kind++)
        if (memcmp(text.ptr, kinds[kind].prefix, PREFIX_BYTES) == 0)
            return (enum token_kind)kind;
    return TOKEN_PLAIN;
}

/* ---- reading ---- */

static bool is_salt(struct span text)
{
    if (text.len < TOKEN_SALT_MIN_BYTES || text.len > TOKEN_SALT_MAX_BYTES)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
              (c >= 'A' && c <= 'Z') || memchr("+/=._-", c, 6) != NULL))
            return false;
    }
    return true;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_hash(struct span text, unsigned char hash[TOKEN_HASH_BYTES])
{
    if (text.len != TOKEN_HASH_BYTES * 2)
        return false;
    for (size_t i = 0; i < TOKEN_HASH_BYTES; i++) {
        int high = digit_value(text.ptr[2 * i]);
        int low = digit_value(text.ptr[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        hash[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

/* The next part as a number. One that is too large for any bound is a number
 * too, but not one within bounds. */
static bool read_number(struct span *rest, uint32_t *out)
{
    struct span part;

    return span_split(rest, ':', &part) && decimal_parse(part, UINT32_MAX, out);
}

/* Whether RFC 7914 2 and our bounds allow these. */
static bool is_affordable(const struct token_form *form)
{
    uint32_t n = form->n, r = form->r, p = form->p;

    return n >= TOKEN_SCRYPT_N_MIN && n <= TOKEN_SCRYPT_N_MAX &&
           (n & (n - 1)) == 0 && r >= 1 && r <= TOKEN_SCRYPT_R_MAX && p >= 1 &&
           p <= TOKEN_SCRYPT_P_MAX && n * r * p <= TOKEN_SCRYPT_COST_MAX;
}

const char *token_form_parse(struct span text, struct token_form *out)
{
    struct token_form form = {.kind = token_form_kind(text)};
    struct span rest;

    if (form.kind == TOKEN_PLAIN) {
        *out = form;
        return NULL;
    }
    rest = span_from(text.ptr + PREFIX_BYTES, text.len - PREFIX_BYTES);
    if (form.kind == TOKEN_SCRYPT &&
        !(read_number(&rest, &form.n) && read_number(&rest, &form.r) &&
          read_number(&rest, &form.p)))
        return kinds[form.kind].fault;
    if (!span_split(&rest, ':', &form.salt) || !is_salt(form.salt) ||
        !read_hash(rest, form.hash))
        return kinds[form.kind].fault;
    if (form.kind == TOKEN_SCRYPT && !is_affordable(&form))
        return costs_fault;
    *out = form;
    return NULL;
}

/* ---- writing ---- */

size_t token_form_write(const struct token_form *form,
                        char out[TOKEN_HASHED_MAX_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    char head[TOKEN_HASHED_MAX_BYTES + 1];
    size_t len = PREFIX_BYTES;

    memcpy(head, kinds[form->kind].prefix, PREFIX_BYTES);
    if (form->kind == TOKEN_SCRYPT)
        len += (size_t)snprintf(head + len, sizeof head - len,
                                "%u:%u:%u:", form->n, form->r, form->p);
    memcpy(out, head, len);
    memcpy(out + len, form->salt.ptr, form->salt.len);
    len += form->salt.len;
    out[len++] = ':';
    for (size_t i = 0; i < TOKEN_HASH_BYTES; i++) {
        out[len++] = digits[form->hash[i] >> 4];
        out[len++] = digits[form->hash[i] & 0xf];
    }
    return len;
}
