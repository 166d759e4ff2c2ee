#include "aws/signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    CANONICAL_MAX_BYTES = 64 * 1024, /* a URL and a session token */
    HASH_BYTES = 32,
    HEX_SIZE = HASH_BYTES * 2 + 1,
    DATE_LEN = 8,
};

bool signature_timestamp(int64_t seconds, char out[SIGNATURE_TIMESTAMP_SIZE])
{
    time_t at = (time_t)seconds;
    struct tm utc;

    return gmtime_r(&at, &utc) != NULL && utc.tm_year <= 9999 - 1900 &&
           strftime(out, SIGNATURE_TIMESTAMP_SIZE, "%Y%m%dT%H%M%SZ", &utc) > 0;
}

static const char *authority_of(const char *url)
{
    const char *scheme_end = strstr(url, "://");

    return scheme_end == NULL ? url : scheme_end + 3;
}

struct span signature_host(const char *url)
{
    const char *own_port = strncmp(url, "https:", 6) == 0 ? ":443" : ":80";
    const char *authority = authority_of(url);
    struct span host = span_from(authority, strcspn(authority, "/?"));
    size_t len = strlen(own_port);

    if (host.len > len && memcmp(host.ptr + host.len - len, own_port, len) == 0)
        host.len -= len;
    return host;
}

static void to_hex(const unsigned char hash[HASH_BYTES], char hex[HEX_SIZE])
{
    for (size_t i = 0; i < HASH_BYTES; i++)
        snprintf(hex + i * 2, 3, "%02x", hash[i]);
}

static bool sha256_hex(struct span text, char hex[HEX_SIZE])
{
    unsigned char hash[HASH_BYTES];

    if (EVP_Digest(text.ptr, text.len, hash, NULL, EVP_sha256(), NULL) != 1)
        return false;
    to_hex(hash, hex);
    return true;
}

/* out = HMAC-SHA256(key, text); `out` may be the key. */
static bool hmac(unsigned char out[HASH_BYTES], const void *key, size_t key_len,
                 struct span text)
{
    return HMAC(EVP_sha256(), key, (int)key_len,
                (const unsigned char *)text.ptr, text.len, out, NULL) != NULL;
}

static const char *signed_headers(const struct signature_subject *subject)
{
    return subject->session_token == NULL
               ? "host;x-amz-content-sha256;x-amz-date"
               : "host;x-amz-content-sha256;x-amz-date;x-amz-security-token";
}

/* Method, path, query, headers, their names, payload: a line each, and one
 * that is empty between the headers and their names. */
static bool hash_canonical_request(const struct signature_subject *subject,
                                   char hex[HEX_SIZE])
{
    const char *authority = authority_of(subject->url);
    const char *path = authority + strcspn(authority, "/?");
    size_t path_len = strcspn(path, "?");
    struct span host = signature_host(subject->url);
    struct strbuf text;
    bool hashed;

    strbuf_init(&text, CANONICAL_MAX_BYTES);
    strbuf_printf(&text, "%s\n%.*s\n%s\n", subject->method,
                  path_len > 0 ? (int)path_len : 1, path_len > 0 ? path : "/",
                  path[path_len] == '?' ? path + path_len + 1 : "");
    strbuf_printf(&text, "host:%.*s\nx-amz-content-sha256:%s\nx-amz-date:%s\n",
                  (int)host.len, host.ptr, subject->payload_sha256,
                  subject->timestamp);
    if (subject->session_token != NULL)
        strbuf_printf(&text, "x-amz-security-token:%s\n",
                      subject->session_token);
    strbuf_printf(&text, "\n%s\n%s", signed_headers(subject),
                  subject->payload_sha256);
    hashed = strbuf_ok(&text) && sha256_hex(strbuf_span(&text), hex);
    if (text.ptr != NULL)
        explicit_bzero(text.ptr, text.len); /* the session token */
    strbuf_clear(&text);
    return hashed;
}

/* The key of the day, region and service. */
static bool derive_key(const struct signature_subject *subject,
                       const char *secret, unsigned char key[HASH_BYTES])
{
    char *first;
    bool derived;

    if (asprintf(&first, "AWS4%s", secret) < 0)
        return false;
    derived = hmac(key, first, strlen(first),
                   span_from(subject->timestamp, DATE_LEN)) &&
              hmac(key, key, HASH_BYTES, span_from_string(subject->region)) &&
              hmac(key, key, HASH_BYTES, span_from_string(subject->service)) &&
              hmac(key, key, HASH_BYTES, span_from_string("aws4_request"));
    explicit_bzero(first, strlen(first));
    free(first);
    return derived;
}

static bool sign(const struct signature_subject *subject, const char *secret,
                 struct span string_to_sign, char hex[HEX_SIZE])
{
    unsigned char key[HASH_BYTES], signature[HASH_BYTES];
    bool is_signed = derive_key(subject, secret, key) &&
                     hmac(signature, key, sizeof key, string_to_sign);

    explicit_bzero(key, sizeof key);
    if (is_signed)
        to_hex(signature, hex);
    return is_signed;
}

bool signature_append(struct strbuf *out,
                      const struct signature_subject *subject,
                      const char *access_key_id, const char *secret_access_key)
{
    char request[HEX_SIZE], signature[HEX_SIZE];
    struct strbuf scope, to_sign;
    bool is_signed;

    if (!hash_canonical_request(subject, request))
        return false;
    strbuf_init(&scope, CANONICAL_MAX_BYTES);
    strbuf_init(&to_sign, CANONICAL_MAX_BYTES);
    strbuf_printf(&scope, "%.*s/%s/%s/aws4_request", DATE_LEN,
                  subject->timestamp, subject->region, subject->service);
    strbuf_printf(&to_sign, "AWS4-HMAC-SHA256\n%s\n%s\n%s", subject->timestamp,
                  strbuf_string(&scope), request);
    is_signed =
        strbuf_ok(&scope) && strbuf_ok(&to_sign) &&
        sign(subject, secret_access_key, strbuf_span(&to_sign), signature);
    if (is_signed)
        strbuf_printf(out,
                      "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, "
                      "Signature=%s",
                      access_key_id, strbuf_string(&scope),
                      signed_headers(subject), signature);
    strbuf_clear(&scope);
    strbuf_clear(&to_sign);
    return is_signed && strbuf_ok(out);
}
