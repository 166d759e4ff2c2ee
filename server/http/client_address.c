#include "server/http/client_address.h"

bool proxy_list_contains(const struct proxy_list *proxies,
                         const struct address *address)
{
    for (size_t i = 0; i < proxies->count; i++)
        if (cidr_contains(&proxies->blocks[i], address))
            return true;
    return false;
}

/* Cuts the last element, which may be empty, off *list; false once there is
 * none left. */
static bool cut_last(struct span *list, struct span *last)
{
    size_t start = list->len;

    if (list->ptr == NULL)
        return false;
    while (start > 0 && list->ptr[start - 1] != ',')
        start--;
    *last = span_trim(span_from(list->ptr + start, list->len - start));
    *list = start > 0 ? span_from(list->ptr, start - 1) : span_from(NULL, 0);
    return true;
}

struct address client_address(const struct address *peer,
                              const struct span *forwarded_for, size_t count,
                              const struct proxy_list *proxies)
{
    static const struct address unknown = {.family = ADDRESS_NONE};
    struct address client;
    struct span rest, element;

    if (!proxy_list_contains(proxies, peer))
        return *peer;
    if (count != 1)
        return unknown;
    rest = forwarded_for[0];
    while (cut_last(&rest, &element)) {
        if (!address_parse(element, &client))
            return unknown;
        if (!proxy_list_contains(proxies, &client))
            return client;
    }
    return unknown;
}
