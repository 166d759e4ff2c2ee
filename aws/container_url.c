#include "aws/container_url.h"

#include "aws/endpoint.h"

#include <string.h>

/* ECS; EKS Pod Identity over IPv4 and over IPv6. */
static const char *const agents[] = {"169.254.170.2", "169.254.170.23",
                                     "[fd00:ec2::23]"};

static bool is_printable(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text <= ' ' || *text > '~')
            return false;
    return true;
}

const char *container_url_relative_fault(const char *path)
{
    if (path[0] != '/' || !is_printable(path) || strpbrk(path, "#") != NULL)
        return "must be a path that begins with /";
    return NULL;
}

static bool is_agent(struct span host)
{
    for (size_t i = 0; i < sizeof agents / sizeof agents[0]; i++)
        if (span_is_nocase(host, agents[i]))
            return true;
    return false;
}

/* The URL up to its path, which may hold more than an endpoint's may. */
static const char *authority_fault(const char *url)
{
    size_t scheme = strncmp(url, "https://", 8) == 0 ? 8 : 7;
    char authority[256];
    size_t len;

    if (strncmp(url, "http://", 7) != 0 && scheme == 7)
        return "must begin with http:// or https://";
    len = scheme + strcspn(url + scheme, "/?#");
    if (len >= sizeof authority)
        return "has a host that is too long";
    memcpy(authority, url, len);
    authority[len] = '\0';
    return endpoint_fault(authority);
}

const char *container_url_full_fault(const char *url)
{
    const char *fault = authority_fault(url);
    const char *host;
    size_t len;

    if (fault != NULL)
        return fault;
    if (!is_printable(url) || strchr(url, '#') != NULL)
        return "holds what can be in no URL";
    if (strncmp(url, "https://", 8) == 0 || endpoint_is_loopback(url))
        return NULL;
    host = url + strlen("http://");
    len = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?");
    return is_agent(span_from(host, len))
               ? NULL
               : "must begin with https://, unless the host is this machine, "
                 "169.254.170.2, 169.254.170.23 or fd00:ec2::23";
}
