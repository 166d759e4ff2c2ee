#include "aws/endpoint.h"

#include "aws/uri.h"
#include "base/decimal.h"

/* botocore's partitions.json and Route 53's endpoint rules; the first prefix
 * that fits wins, the public cloud has none. */
static const struct partition {
    const char *region_prefix;
    const char *domain;
    const char *route53_host;
    const char *route53_region;
} partitions[] = {
    {"cn-", "amazonaws.com.cn", "route53.amazonaws.com.cn", "cn-northwest-1"},
    {"us-gov-", "amazonaws.com", "route53.us-gov.amazonaws.com",
     "us-gov-west-1"},
    {"us-iso-", "c2s.ic.gov", "route53.c2s.ic.gov", "us-iso-east-1"},
    {"us-isob-", "sc2s.sgov.gov", "route53.sc2s.sgov.gov", "us-isob-east-1"},
    {"eusc-", "amazonaws.eu", "route53.amazonaws.eu", "eusc-de-east-1"},
    {"", "amazonaws.com", "route53.amazonaws.com", "us-east-1"},
};

static const struct partition *find_partition(const char *region)
{
    const struct partition *partition = partitions;

    while (strncmp(region, partition->region_prefix,
                   strlen(partition->region_prefix)) != 0)
        partition++;
    return partition;
}

static bool is_lower_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_alnum(char c)
{
    return is_lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

bool endpoint_region_is_valid(struct span region)
{
    if (region.len == 0 || region.len > ENDPOINT_REGION_MAX)
        return false;
    for (size_t i = 0; i < region.len; i++)
        if (!is_alnum(region.ptr[i]) && region.ptr[i] != '-')
            return false;
    return true;
}

static bool is_all(struct span text, char first, char last)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < first || text.ptr[i] > last)
            return false;
    return text.len > 0;
}

bool endpoint_region_is_aws(struct span region)
{
    struct span part;
    size_t words = 0;

    while (span_split(&region, '-', &part)) {
        if (region.ptr == NULL) /* the last */
            return words >= 2 && is_all(part, '0', '9');
        if (!is_all(part, 'a', 'z') || (words == 0 && part.len < 2))
            return false;
        words++;
    }
    return false;
}

struct url_parts {
    struct span host; /* with the brackets of IPv6 */
    struct span port; /* with the colon; empty: the scheme's own */
    struct span path;
};

/* Cuts a URL up without judging the parts; false when it has no scheme. */
static bool split_url(const char *url, struct url_parts *parts)
{
    size_t authority_len, host_len;
    const char *authority;

    if (strncmp(url, "http://", 7) == 0)
        authority = url + 7;
    else if (strncmp(url, "https://", 8) == 0)
        authority = url + 8;
    else
        return false;
    authority_len = strcspn(authority, "/?#");
    host_len = authority[0] == '[' ? strcspn(authority, "]/?#") + 1
                                   : strcspn(authority, ":/?#");
    if (host_len > authority_len)
        host_len = authority_len;
    *parts = (struct url_parts){
        .host = span_from(authority, host_len),
        .port = span_from(authority + host_len, authority_len - host_len),
        .path = span_from_string(authority + authority_len),
    };
    return true;
}

/* The characters alone: whether the name resolves, libcurl will see. */
static bool is_host(struct span host)
{
    bool ipv6 = host.len > 0 && host.ptr[0] == '[';

    if (ipv6 && (host.len < 4 || host.ptr[host.len - 1] != ']'))
        return false;
    if (ipv6)
        host = span_from(host.ptr + 1, host.len - 2);
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];

        if (!is_alnum(c) && c != '.' && (ipv6 ? c != ':' : c != '-'))
            return false;
    }
    return host.len > 0;
}

static bool is_port(struct span port)
{
    uint32_t value;

    return port.len > 1 && port.ptr[0] == ':' &&
           decimal_parse(span_from(port.ptr + 1, port.len - 1), UINT16_MAX,
                         &value) &&
           value > 0;
}

/* Only characters that need no encoding, lest Route 53's path be signed in
 * the wrong form: all services but S3 encode it twice. */
static bool is_plain_path(struct span path)
{
    for (size_t i = 0; i < path.len; i++) {
        char c = path.ptr[i];

        if (!is_alnum(c) && strchr("/-_.~", c) == NULL)
            return false;
    }
    return true;
}

static bool has_user(const struct url_parts *parts)
{
    return memchr(parts->host.ptr, '@', parts->host.len + parts->port.len) !=
           NULL;
}

const char *endpoint_fault(const char *url)
{
    struct url_parts parts;

    if (!split_url(url, &parts))
        return "must begin with http:// or https://";
    if (has_user(&parts))
        return "must name no user; the keys have variables of their own";
    if (!is_host(parts.host))
        return "must name a host after http:// or https://";
    if (parts.port.len > 0 && !is_port(parts.port))
        return "has a port that is no number from 1 to 65535";
    if (!is_plain_path(parts.path))
        return "must have no query, fragment or escaped path";
    return NULL;
}

bool endpoint_is_loopback(const char *url)
{
    static const struct span below = SPAN_LITERAL(".localhost");
    struct url_parts parts;

    if (!split_url(url, &parts))
        return false;
    if (span_is_nocase(parts.host, "localhost") || span_is(parts.host, "[::1]"))
        return true;
    if (parts.host.len > below.len &&
        span_is_nocase(
            span_from(parts.host.ptr + parts.host.len - below.len, below.len),
            below.ptr))
        return true;
    return parts.host.len > 4 && strncmp(parts.host.ptr, "127.", 4) == 0 &&
           strspn(parts.host.ptr, "0123456789.") >= parts.host.len;
}

/* S3 User Guide, "General purpose bucket naming rules", less the dot. */
static bool is_dns_label(const char *bucket)
{
    size_t len = strlen(bucket);

    if (len < 3 || len > 63 || !is_lower_alnum(bucket[0]) ||
        !is_lower_alnum(bucket[len - 1]))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!is_lower_alnum(bucket[i]) && bucket[i] != '-')
            return false;
    return true;
}

static void append_configured(struct strbuf *out, const char *url)
{
    struct span base = span_from_string(url);

    while (base.len > 0 && base.ptr[base.len - 1] == '/')
        base.len--;
    strbuf_append(out, base);
}

void endpoint_append_s3_object(struct strbuf *out, const char *configured,
                               const char *region, const char *bucket,
                               const char *key)
{
    bool path_style = configured != NULL || !is_dns_label(bucket);
    const char *domain = find_partition(region)->domain;

    if (configured != NULL)
        append_configured(out, configured);
    else if (path_style)
        strbuf_printf(out, "https://s3.%s.%s", region, domain);
    else
        strbuf_printf(out, "https://%s.s3.%s.%s", bucket, region, domain);
    if (path_style) {
        strbuf_append_char(out, '/');
        uri_append_encoded(out, span_from_string(bucket));
    }
    strbuf_append_char(out, '/');
    uri_append_path(out, span_from_string(key));
}

void endpoint_append_route53(struct strbuf *out, const char *configured,
                             const char *region)
{
    if (configured != NULL)
        append_configured(out, configured);
    else
        strbuf_printf(out, "https://%s", find_partition(region)->route53_host);
}

const char *endpoint_route53_region(const char *region)
{
    return find_partition(region)->route53_region;
}
