/* Whatever the header: what it decodes to is within the limit, and encodes to
 * a header that says the same. */
#include "server/http/basic_auth.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_round_trip(const struct basic_auth *auth)
{
    static const char scheme[] = "Basic ";
    const size_t scheme_len = sizeof scheme - 1;
    char header[sizeof scheme + (BASIC_AUTH_DECODED_MAX + 2) / 3 * 4];
    unsigned char *buffer = malloc(BASIC_AUTH_BUFFER_BYTES);
    size_t len = auth->user.len + 1 + auth->password.len;
    struct basic_auth again;
    int encoded;

    if (buffer == NULL || len > BASIC_AUTH_DECODED_MAX ||
        auth->password.ptr != auth->user.ptr + auth->user.len + 1 ||
        memchr(auth->user.ptr, ':', auth->user.len) != NULL)
        abort();
    memcpy(header, scheme, scheme_len);
    encoded = EVP_EncodeBlock((unsigned char *)header + scheme_len,
                              (const unsigned char *)auth->user.ptr, (int)len);
    if (!basic_auth_parse(span_from(header, scheme_len + (size_t)encoded),
                          buffer, &again) ||
        !span_equal(again.user, auth->user) ||
        !span_equal(again.password, auth->password))
        abort();
    free(buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char *buffer = malloc(BASIC_AUTH_BUFFER_BYTES);
    struct basic_auth auth;

    if (buffer == NULL)
        abort();
    if (basic_auth_parse(span_from((const char *)data, size), buffer, &auth))
        check_round_trip(&auth);
    free(buffer);
    return 0;
}
