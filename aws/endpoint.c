#include "aws/endpoint.h"

#include "aws/uri.h"
#include "base/decimal.h"

/* botocore's partitions.json and the services' endpoint rules; the first prefix
 * that fits wins, the public cloud has none. Of Route 53's hosts those stand
 * here that the rules name; they would form more, which do not exist. */
static const struct partition {
    const char *region_prefix;
    const char *domain, *dualstack_domain;
    const char *route53_region;
    const char *route53_host, *route53_dualstack;
    const char *route53_fips, *route53_fips_dualstack; /* NULL: none */
} partitions[] = {
    {"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn",
     "cn-northwest-1", "route53.amazonaws.com.cn",
     "route53.global.api.amazonwebservices.com.cn", NULL, NULL},
    {"us-gov-", "amazonaws.com", "api.aws", "us-gov-west-1",
     "route53.us-gov.amazonaws.com", "route53.us-gov.api.aws",
     "route53.us-gov.amazonaws.com", "route53.us-gov.api.aws"},
    {"us-iso-", "c2s.ic.gov", "api.aws.ic.gov", "us-iso-east-1",
     "route53.c2s.ic.gov", NULL, NULL, NULL},
    {"us-isob-", "sc2s.sgov.gov", "api.aws.scloud", "us-isob-east-1",
     "route53.sc2s.sgov.gov", NULL, NULL, NULL},
    {"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "eu-isoe-west-1",
     "route53.cloud.adc-e.uk", NULL, NULL, NULL},
    {"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "us-isof-south-1",
     "route53.csp.hci.ic.gov", NULL, NULL, NULL},
    {"eusc-", "amazonaws.eu", "api.amazonwebservices.eu", "eusc-de-east-1",
     "route53.amazonaws.eu", "route53.global.api.amazonwebservices.eu", NULL,
     NULL},
    {"", "amazonaws.com", "api.aws", "us-east-1", "route53.amazonaws.com",
     "route53.global.api.aws", "route53-fips.amazonaws.com",
     "route53-fips.global.api.aws"},
};

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static const struct partition *find_partition(const char *region)
{
    const struct partition *partition = partitions;

    while (!begins(region, partition->region_prefix))
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

bool endpoint_is_link_local(const char *url)
{
    static const char *const beginnings[] = {"169.254.",
                                             "[fe80:", "[fd00:ec2:"};
    struct url_parts parts;

    if (!split_url(url, &parts))
        return false;
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        size_t len = strlen(beginnings[i]);

        if (parts.host.len > len &&
            strncasecmp(parts.host.ptr, beginnings[i], len) == 0)
            return i > 0 ||
                   strspn(parts.host.ptr, "0123456789.") >= parts.host.len;
    }
    return false;
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

void endpoint_append_s3_object(struct strbuf *out,
                               const struct endpoint_choice *choice,
                               const char *region, const char *bucket,
                               const char *key)
{
    bool path_style = choice->configured != NULL || !is_dns_label(bucket);

    if (choice->configured != NULL)
        append_configured(out, choice->configured);
    else
        strbuf_printf(out, "https://%s%ss3%s%s.%s.%s", path_style ? "" : bucket,
                      path_style ? "" : ".", choice->fips ? "-fips" : "",
                      choice->dualstack ? ".dualstack" : "", region,
                      find_partition(region)->domain);
    if (path_style) {
        strbuf_append_char(out, '/');
        uri_append_encoded(out, span_from_string(bucket));
    }
    strbuf_append_char(out, '/');
    uri_append_path(out, span_from_string(key));
}

/* NULL: there is none. */
static const char *route53_host(const struct endpoint_choice *choice,
                                const char *region)
{
    const struct partition *partition = find_partition(region);

    if (choice->fips)
        return choice->dualstack ? partition->route53_fips_dualstack
                                 : partition->route53_fips;
    return choice->dualstack ? partition->route53_dualstack
                             : partition->route53_host;
}

void endpoint_append_route53(struct strbuf *out,
                             const struct endpoint_choice *choice,
                             const char *region)
{
    const char *host = route53_host(choice, region);

    if (choice->configured != NULL)
        append_configured(out, choice->configured);
    else
        strbuf_printf(out, "https://%s", host == NULL ? "" : host);
}

const char *endpoint_route53_region(const char *region)
{
    return find_partition(region)->route53_region;
}

static void append_regional(struct strbuf *out, const char *service,
                            const struct endpoint_choice *choice,
                            const char *region)
{
    const struct partition *partition = find_partition(region);
    /* GovCloud's is one with FIPS already. */
    bool named =
        choice->fips && (choice->dualstack || !begins(region, "us-gov-"));

    if (choice->configured != NULL)
        append_configured(out, choice->configured);
    else
        strbuf_printf(out, "https://%s%s.%s.%s", service, named ? "-fips" : "",
                      region,
                      choice->dualstack ? partition->dualstack_domain
                                        : partition->domain);
}

void endpoint_append_sts(struct strbuf *out,
                         const struct endpoint_choice *choice,
                         const char *region)
{
    append_regional(out, "sts", choice, region);
}

void endpoint_append_sns(struct strbuf *out,
                         const struct endpoint_choice *choice,
                         const char *region)
{
    append_regional(out, "sns", choice, region);
}

/* What holds for every service. */
static const char *common_lack(const struct endpoint_choice *choice,
                               const char *region, const char **variable)
{
    *variable =
        choice->fips ? "AWS_USE_FIPS_ENDPOINT" : "AWS_USE_DUALSTACK_ENDPOINT";
    if (choice->configured != NULL && (choice->fips || choice->dualstack))
        return "does not go together with an endpoint of one's own; unset "
               "one of them";
    if (choice->configured == NULL && choice->fips && begins(region, "cn-"))
        return "names what AWS does not have in China; unset it";
    return NULL;
}

/* Of S3, FIPS endpoints are where the governments of North America buy: AWS
 * General Reference, "Amazon S3 endpoints and quotas". */
const char *endpoint_s3_lack(const struct endpoint_choice *choice,
                             const char *region, const char **variable)
{
    const char *lack = common_lack(choice, region, variable);

    if (lack != NULL || choice->configured != NULL || !choice->fips)
        return lack;
    if (!begins(region, "us-") && !begins(region, "ca-"))
        return "names what S3 has in regions of the USA and Canada alone; set "
               "AWS_REGION to one of them, or unset it";
    return NULL;
}

const char *endpoint_route53_lack(const struct endpoint_choice *choice,
                                  const char *region, const char **variable)
{
    const char *lack = common_lack(choice, region, variable);

    if (lack != NULL || choice->configured != NULL ||
        route53_host(choice, region) != NULL)
        return lack;
    return "names what Route 53 does not have in this partition of AWS; unset "
           "it";
}

const char *endpoint_sts_lack(const struct endpoint_choice *choice,
                              const char *region, const char **variable)
{
    return common_lack(choice, region, variable);
}
