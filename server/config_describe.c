#include "server/config.h"

static void describe_listen(const struct config *config, struct strbuf *out)
{
    char text[ADDRESS_TEXT_MAX];

    strbuf_append_string(out, "DYNDNS_LISTEN=");
    for (size_t i = 0; i < config->listen_count; i++) {
        const struct listen_address *listen = &config->listen[i];
        bool v6 = listen->address.family == ADDRESS_IPV6;

        address_format(&listen->address, text);
        strbuf_printf(out, "%s%s%s%s:%u", i > 0 ? "," : "", v6 ? "[" : "", text,
                      v6 ? "]" : "", listen->port);
    }
    strbuf_append_char(out, '\n');
}

static void describe_proxies(const struct config *config, struct strbuf *out)
{
    char text[ADDRESS_TEXT_MAX];

    strbuf_append_string(out, "DYNDNS_TRUSTED_PROXIES=");
    for (size_t i = 0; i < config->trusted_proxies.count; i++) {
        const struct cidr *block = &config->trusted_proxies.blocks[i];

        address_format(&block->base, text);
        strbuf_printf(out, "%s%s/%u", i > 0 ? "," : "", text,
                      block->prefix_bits);
    }
    strbuf_append_char(out, '\n');
}

static void describe_zones(const struct config *config, struct strbuf *out)
{
    strbuf_append_string(out, "DYNDNS_HOSTED_ZONES=");
    for (size_t i = 0; i < config->hosted_zone_count; i++)
        strbuf_printf(out, "%s%s", i > 0 ? "," : "", config->hosted_zones[i]);
    strbuf_append_char(out, '\n');
}

void config_describe(const struct config *config, struct strbuf *out)
{
    static const char *const levels[] = {"error", "warn", "info", "debug"};

    describe_listen(config, out);
    strbuf_printf(out, "DYNDNS_THREADS=%u\n", config->threads);
    strbuf_printf(out, "DYNDNS_BUCKET=%s\n",
                  config->bucket == NULL ? "" : config->bucket);
    strbuf_printf(out, "DYNDNS_DATABASE=%s\n", config->database);
    strbuf_printf(out, "DYNDNS_REFRESH_SECONDS=%u\n", config->refresh_seconds);
    describe_proxies(config, out);
    strbuf_printf(out, "DYNDNS_ALLOW_INTERNAL=%s\n",
                  config->allow_internal ? "true" : "false");
    strbuf_printf(out, "DYNDNS_TTL=%u\n", config->ttl_seconds);
    strbuf_printf(out, "DYNDNS_NOCHG_SECONDS=%u\n", config->nochg_seconds);
    strbuf_printf(out, "DYNDNS_DEADLINE_SECONDS=%u\n",
                  config->deadline_seconds);
    strbuf_printf(out, "DYNDNS_ROUTE53_RATE=%g\n",
                  config->route53_calls_per_second);
    describe_zones(config, out);
    strbuf_printf(out, "DYNDNS_LOG=%s\n",
                  config->log_target == LOG_TARGET_SYSLOG ? "syslog"
                                                          : "stderr");
    strbuf_printf(out, "DYNDNS_LOG_LEVEL=%s\n", levels[config->log_level]);
    strbuf_printf(out, "AWS_REGION=%s\n", config->aws.region);
}
