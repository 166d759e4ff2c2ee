#include "tests/unit/hash_caller.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

struct address address_of(const char *text)
{
    struct address address = {.family = ADDRESS_NONE};

    if (text != NULL && !address_parse(span_from_string(text), &address))
        abort();
    return address;
}

void hash_of(const char *address, const char *name, const char *token,
             char out[VALIDATION_HASH_DIGITS + 1])
{
    unsigned char digest[VALIDATION_HASH_BYTES];
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (context == NULL ||
        EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1 ||
        EVP_DigestUpdate(context, address, strlen(address)) != 1 ||
        EVP_DigestUpdate(context, name, strlen(name)) != 1 ||
        EVP_DigestUpdate(context, token, strlen(token)) != 1 ||
        EVP_DigestFinal_ex(context, digest, NULL) != 1)
        abort();
    EVP_MD_CTX_free(context);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

void hash_call_parse(struct hash_call *call, const struct protocol *protocol,
                     const struct protocol_request *request)
{
    memset(&call->reply, 0x55, sizeof call->reply);
    protocol_reply_init(&call->reply);
    call->changes.count = 0;
    call->claimed = (struct span){NULL, 0};
    call->verdict =
        protocol->parse(request, &call->changes, &call->claimed, &call->reply);
}

void hash_call_clear(struct hash_call *call)
{
    free(call->reply.long_text);
}

struct span reply_span(const struct protocol_reply *reply)
{
    return reply->long_text == NULL ? span_from(reply->text, reply->text_len)
                                    : span_from_string(reply->long_text);
}
