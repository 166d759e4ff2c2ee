/* Whatever the caller writes in front of what the proxy appends, it changes
 * nothing: where two callers' elements lead to the same client, so does any
 * other. And a proxy is never the client. The input is the caller's part, a
 * line feed, and the proxy's. */
#include "server/http/client_address.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct address peer = {ADDRESS_IPV4, {10, 0, 0, 1}};
static const struct address stranger = {ADDRESS_IPV4, {198, 51, 100, 7}};

static struct address ask(struct span header, const struct proxy_list *proxies)
{
    struct address told = client_address(&stranger, &header, 1, proxies);

    if (!address_equal(&told, &stranger))
        abort();
    told = client_address(&peer, &header, 1, proxies);
    if (proxy_list_contains(proxies, &told))
        abort();
    return told;
}

/* The client when a caller's element stands in front of the proxy's part. */
static struct address ask_behind(const char *element, struct span appended,
                                 const struct proxy_list *proxies)
{
    size_t element_len = strlen(element);
    char *text = malloc(element_len + 1 + appended.len);
    struct address told;

    if (text == NULL)
        abort();
    memcpy(text, element, element_len);
    text[element_len] = ',';
    memcpy(text + element_len + 1, appended.ptr, appended.len);
    told = ask(span_from(text, element_len + 1 + appended.len), proxies);
    free(text);
    return told;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cidr blocks[] = {{{ADDRESS_IPV4, {10}}, 8},
                            {{ADDRESS_IPV6, {0x20, 0x01, 0x0d, 0xb8}}, 32}};
    struct proxy_list proxies = {blocks, sizeof blocks / sizeof blocks[0]};
    char *text = malloc(size + 1);
    char *line_feed = size == 0 ? NULL : memchr(data, '\n', size);
    struct span whole = {text, size}, appended = whole;
    struct address with, behind_one, behind_another;

    if (text == NULL)
        abort();
    memcpy(text, data, size);
    if (line_feed != NULL) {
        size_t at = (size_t)(line_feed - (const char *)data);

        text[at] = ',';
        appended = span_from(text + at + 1, size - at - 1);
    }
    with = ask(whole, &proxies);
    behind_one = ask_behind("192.0.2.1", appended, &proxies);
    behind_another = ask_behind("192.0.2.2", appended, &proxies);
    if (line_feed != NULL && address_equal(&behind_one, &behind_another) &&
        !address_equal(&with, &behind_one))
        abort();
    free(text);
    return 0;
}
