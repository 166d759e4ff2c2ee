#include "server/http/basic_auth.h"

#include <openssl/evp.h>

/* The base64 text after "Basic" and its spaces; empty for another scheme. */
static struct span encoded_part(struct span header)
{
    static const char scheme[] = "basic";
    size_t len = sizeof scheme - 1;

    header = span_trim(header);
    if (header.len <= len || header.ptr[len] != ' ' ||
        !span_is_nocase(span_from(header.ptr, len), scheme))
        return span_from("", 0);
    return span_trim(span_from(header.ptr + len, header.len - len));
}

/* How many '=' the text ends in. OpenSSL takes one for zero bits wherever it
 * stands, so it is for us to see that none stands further left: then this is
 * more than 2. */
static size_t padding_of(struct span encoded)
{
    const char *first = memchr(encoded.ptr, '=', encoded.len);

    if (first == NULL)
        return 0;
    if (encoded.ptr[encoded.len - 1] != '=')
        return encoded.len;
    return encoded.len - (size_t)(first - encoded.ptr);
}

bool basic_auth_parse(struct span header,
                      unsigned char buffer[BASIC_AUTH_BUFFER_BYTES],
                      struct basic_auth *auth)
{
    struct span encoded = encoded_part(header);
    const char *text = (const char *)buffer, *colon;
    size_t padding, len;
    int decoded;

    if (encoded.len < 4 || encoded.len % 4 != 0 ||
        encoded.len / 4 * 3 >= BASIC_AUTH_BUFFER_BYTES)
        return false;
    padding = padding_of(encoded);
    if (padding > 2)
        return false;
    decoded = EVP_DecodeBlock(buffer, (const unsigned char *)encoded.ptr,
                              (int)encoded.len);
    /* It decodes padding to zero bytes, and skips blanks around. */
    if (decoded < 0 || (size_t)decoded != encoded.len / 4 * 3)
        return false;
    len = (size_t)decoded - padding;
    colon = memchr(text, ':', len);
    if (colon == NULL || len > BASIC_AUTH_DECODED_MAX)
        return false;
    auth->user = span_from(text, (size_t)(colon - text));
    auth->password = span_from(colon + 1, len - auth->user.len - 1);
    return true;
}
