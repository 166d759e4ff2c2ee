#include "aws/signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    SCOPE_MAX_BYTES = 512,
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

/* Feeds a digest with texts up to NULL; nothing of the session token stays
 * behind in a buffer. */
static bool feed(EVP_MD_CTX *digest, const char *const *texts)
{
    for (; *texts != NULL; texts++)
        if (EVP_DigestUpdate(digest, *texts, strlen(*texts)) != 1)
            return false;
    return true;
}

/* Method, path, query: a line each. */
static bool feed_target(EVP_MD_CTX *digest,
                        const struct signature_subject *subject)
{
    const char *authority = authority_of(subject->url);
    const char *path = authority + strcspn(authority, "/?");
    size_t len = strcspn(path, "?");
    const char *query = path[len] == '?' ? path + len + 1 : "";

    return feed(digest, (const char *const[]){subject->method, "\n", NULL}) &&
           EVP_DigestUpdate(digest, len > 0 ? path : "/", len > 0 ? len : 1) ==
               1 &&
           feed(digest, (const char *const[]){"\n", query, "\n", NULL});
}

/* The headers, an empty line, their names, the payload. */
static bool feed_headers(EVP_MD_CTX *digest,
                         const struct signature_subject *subject)
{
    const char *token = subject->session_token;
    struct span host = signature_host(subject->url);

    return feed(digest, (const char *const[]){"host:", NULL}) &&
           EVP_DigestUpdate(digest, host.ptr, host.len) == 1 &&
           feed(digest,
                (const char *const[]){
                    "\nx-amz-content-sha256:", subject->payload_sha256,
                    "\nx-amz-date:", subject->timestamp, "\n", NULL}) &&
           (token == NULL ||
            feed(digest, (const char *const[]){"x-amz-security-token:", token,
                                               "\n", NULL})) &&
           feed(digest,
                (const char *const[]){"\n", signed_headers(subject), "\n",
                                      subject->payload_sha256, NULL});
}

static bool hash_canonical_request(const struct signature_subject *subject,
                                   char hex[HEX_SIZE])
{
    unsigned char hash[HASH_BYTES];
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    bool hashed =
        digest != NULL && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1 &&
        feed_target(digest, subject) && feed_headers(digest, subject) &&
        EVP_DigestFinal_ex(digest, hash, NULL) == 1;

    EVP_MD_CTX_free(digest);
    if (hashed)
        to_hex(hash, hex);
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
    strbuf_init(&scope, SCOPE_MAX_BYTES);
    strbuf_init(&to_sign, SCOPE_MAX_BYTES);
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
