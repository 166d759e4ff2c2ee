#include "server/config_read.h"

#include "server/config_source.h"
#include "server/variables.h"

/* Of listeners that ask who may speak for others, when nobody may. */
static void check_proxies(const struct http_settings *http,
                          struct config_source *source)
{
    if (http->trusted_proxies.count > 0)
        return;
    for (size_t i = 0; i < http->listen_count; i++) {
        if (!http->listen[i].proxy)
            continue;
        config_source_fault_words(
            source, "DYNDNS_LISTEN",
            "has an item with proxy:, to which only who stands in "
            "DYNDNS_TRUSTED_PROXIES may connect, and nobody does: name your "
            "proxies there");
        return;
    }
}

/* Who does not know what others have heard knows of no silence. */
static void check_expiry(const struct config *config,
                         struct config_source *source)
{
    if (config->expiry.after_seconds > 0 && config->history.state == NULL &&
        config_source_get(source, "DYNDNS_STATE") == NULL)
        config_source_fault_words(
            source, "DYNDNS_EXPIRE_AFTER",
            "needs DYNDNS_STATE, where all copies of the server write down who "
            "called: set that too");
}

enum status config_read(struct config *config, aws_getenv_fn *get,
                        unsigned cores, struct strbuf *faults)
{
    struct config_source source = {get, faults, false};
    enum status status;

    *config = (struct config){
        .http.threads = cores < HTTP_THREADS_MAX ? cores : HTTP_THREADS_MAX};
    status = aws_config_init(&config->aws, get, faults);
    for (size_t i = 0; i < variables_count; i++)
        if (variables[i].kind->read != NULL)
            variables[i].kind->read(&variables[i], config, &source);
    check_proxies(&config->http, &source);
    check_expiry(config, &source);
    config->table.max_attempts = config->aws.max_attempts;
    config->dns.max_attempts = config->aws.max_attempts;
    config->history.nochg_seconds = config->dns.nochg_seconds;
    if (source.out_of_memory)
        return STATUS_NOMEM;
    return faults->len > 0 || !strbuf_ok(faults) ? STATUS_INVALID : status;
}
