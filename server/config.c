#include "server/config.h"

#include <stdlib.h>

bool config_wants_history(const struct config *config)
{
    return config->history.state != NULL || config->http.admin_token != NULL;
}

void config_clear(struct config *config)
{
    aws_config_clear(&config->aws);
    free(config->table.bucket);
    free(config->table.database);
    free(config->http.trusted_proxies.blocks);
    free(config->http.api_key);
    free(config->http.reflect_key);
    free(config->alerts.topic);
    free(config->alerts.webhook);
    free(config->alerts.webhook_secret);
    free(config->alerts.command);
    free(config->http.admin_token);
    free(config->history.state);
    for (size_t i = 0; i < TLS_FILES; i++)
        free(config->http.tls_files[i]);
    for (size_t i = 0; i < config->dns.hosted_zone_count; i++)
        free(config->dns.hosted_zones[i]);
    free(config->dns.hosted_zones);
    *config = (struct config){.http.threads = 1};
}
