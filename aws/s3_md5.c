#include "aws/s3_md5.h"

#include <openssl/evp.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

void s3_md5_init(struct s3_md5 *md5)
{
    md5->context = EVP_MD_CTX_new();
    if (md5->context != NULL &&
        EVP_DigestInit_ex(md5->context, EVP_md5(), NULL) != 1)
        s3_md5_clear(md5);
}

void s3_md5_clear(struct s3_md5 *md5)
{
    EVP_MD_CTX_free(md5->context);
    md5->context = NULL;
}

void s3_md5_add(struct s3_md5 *md5, struct span bytes)
{
    if (md5->context != NULL)
        EVP_DigestUpdate(md5->context, bytes.ptr, bytes.len);
}

void s3_md5_finish(struct s3_md5 *md5, char hex[S3_MD5_HEX + 1])
{
    unsigned char digest[EVP_MAX_MD_SIZE];

    hex[0] = '\0';
    if (md5->context == NULL ||
        EVP_DigestFinal_ex(md5->context, digest, NULL) != 1)
        return;
    for (size_t i = 0; i < S3_MD5_HEX / 2; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    s3_md5_clear(md5);
}

/* The hex digits of an ETag that has the form of an MD5; else none. */
static struct span digits_of(struct span etag)
{
    static const char hex[] = "0123456789abcdefABCDEF";
    struct span none = {"", 0}, digits = {etag.ptr + 1, S3_MD5_HEX};

    if (etag.len != S3_MD5_HEX + 2 || etag.ptr[0] != '"' ||
        etag.ptr[S3_MD5_HEX + 1] != '"')
        return none;
    for (size_t i = 0; i < digits.len; i++)
        if (memchr(hex, digits.ptr[i], sizeof hex - 1) == NULL)
            return none;
    return digits;
}

bool s3_md5_contradicts(const char *hex, struct span etag,
                        const char *encryption)
{
    struct span digits = digits_of(etag);

    if (hex[0] == '\0' || digits.len == 0)
        return false;
    if (encryption[0] != '\0' && strcmp(encryption, "AES256") != 0)
        return false;
    return strncasecmp(hex, digits.ptr, digits.len) != 0;
}
