#include "server/http/shared_key.h"

#include <openssl/crypto.h>

bool shared_key_matches(const char *key, struct span given)
{
    if (key == NULL)
        return true;
    return given.len == strlen(key) &&
           CRYPTO_memcmp(key, given.ptr, given.len) == 0;
}
