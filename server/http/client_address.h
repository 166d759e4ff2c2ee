/* client_address -- which address a call really came from.
 *
 * The *peer* is the other end of the socket. It is the client, unless it is a
 * proxy that we were told to trust: then the last element of X-Forwarded-For
 * is what that proxy itself saw, and so on from right to left while the
 * elements are trusted proxies. What stands further left was written by
 * whoever called, and is never looked at.
 *
 * A trusted proxy is never the client. A proxy with a public address that
 * forgets the header would else register itself, for every host behind it.
 * Pure.
 */
#ifndef SERVER_HTTP_CLIENT_ADDRESS_H
#define SERVER_HTTP_CLIENT_ADDRESS_H

#include "base/address.h"

struct proxy_list {
    struct cidr *blocks;
    size_t count;
};

bool proxy_list_contains(const struct proxy_list *proxies,
                         const struct address *address);

/* `forwarded_for` are the values of all X-Forwarded-For headers, in order.
 * Returns ADDRESS_NONE when a trusted proxy does not tell who called it: there
 * is no header, or the elements are trusted proxies to the very end; an element
 * that had to be believed is no address; or there are several headers, of which
 * nobody can say which one the proxy wrote to (Heroku's router appends to the
 * first, others to the last). */
struct address client_address(const struct address *peer,
                              const struct span *forwarded_for, size_t count,
                              const struct proxy_list *proxies);

#endif
