#include "server/config_lists.h"

#include "aws/hosted_zone.h"
#include "base/decimal.h"

#include <stdlib.h>

/* On Heroku the router reaches a dyno over a private network, and nobody else
 * does. */
static const char HEROKU_PROXIES[] =
    "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7";

static const char *comma(size_t i)
{
    return i > 0 ? "," : "";
}

/* --- where to listen --------------------------------------------------------
 */

static bool parse_port(struct span text, uint16_t *port)
{
    uint32_t value;

    if (!decimal_parse(text, UINT16_MAX, &value))
        return false;
    *port = (uint16_t)value;
    return true;
}

/* Whether `text` begins with `word`, which is taken off then. */
static bool take_word(struct span *text, const char *word)
{
    size_t len = strlen(word);

    if (text->len < len || memcmp(text->ptr, word, len) != 0)
        return false;
    *text = span_from(text->ptr + len, text->len - len);
    return true;
}

/* "192.0.2.1:80" or "[2001:db8::1]:443" */
static bool parse_endpoint(struct span text, struct address *address,
                           uint16_t *port)
{
    struct span host = text;
    size_t colon = text.len;

    while (colon > 0 && text.ptr[colon - 1] != ':')
        colon--;
    if (colon == 0)
        return false;
    host.len = colon - 1;
    if (host.len >= 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
        host = span_from(host.ptr + 1, host.len - 2);
    else if (memchr(host.ptr, ':', host.len) != NULL)
        return false;
    return address_parse(host, address) &&
           parse_port(span_from(text.ptr + colon, text.len - colon), port);
}

/* Behind "proxy:" and "tls:": what a connection brings first stands first. */
static bool parse_listen(struct span text, struct listen_address *out)
{
    out->any_family = false;
    out->proxy = take_word(&text, "proxy:");
    out->tls = take_word(&text, "tls:");
    return parse_endpoint(text, &out->address, &out->port);
}

/* Only where DYNDNS_LISTEN does not say more. */
static void read_port(const struct variable *variable, struct config *config,
                      struct config_source *source)
{
    const char *text = config_source_get(source, variable->name);
    struct listen_address everywhere = {.address = {.family = ADDRESS_IPV6},
                                        .any_family = true};

    if (config_source_get(source, "DYNDNS_LISTEN") != NULL)
        return;
    if (!parse_port(span_from_string(text == NULL ? variable->fallback : text),
                    &everywhere.port))
        config_source_fault(source, variable->name, text,
                            "give a port number from 0 to 65535");
    config->http.listen[0] = everywhere;
    config->http.listen_count = 1;
}

/* Adds to the addresses; returns how many. */
static size_t read_addresses(const struct variable *variable,
                             struct config *config,
                             struct config_source *source,
                             struct config_list_faults *wrong, bool metrics)
{
    struct span item,
        rest = span_from_string(config_source_get(source, variable->name));
    size_t before = config->http.listen_count;
    struct listen_address listen = {.metrics = metrics};

    while (config_source_next_item(&rest, &item)) {
        if (!parse_listen(item, &listen))
            config_source_fault_item(source, wrong, item,
                                     "give address:port, as in "
                                     "127.0.0.1:8080 or [::1]:8080, behind "
                                     "proxy:, tls: or proxy:tls:");
        else if (config->http.listen_count == HTTP_LISTEN_MAX)
            config_source_fault_item(source, wrong, item,
                                     "there may be at most 16 addresses");
        else
            config->http.listen[config->http.listen_count++] = listen;
    }
    config_source_end_list(source, wrong);
    return config->http.listen_count - before;
}

static void read_listen(const struct variable *variable, struct config *config,
                        struct config_source *source)
{
    struct config_list_faults wrong = {.name = variable->name};
    const char *text = config_source_get(source, variable->name);

    if (text != NULL &&
        read_addresses(variable, config, source, &wrong, false) == 0 &&
        wrong.count == 0)
        config_source_fault(source, variable->name, text,
                            "give at least one address:port");
}

static void read_metrics_listen(const struct variable *variable,
                                struct config *config,
                                struct config_source *source)
{
    struct config_list_faults wrong = {.name = variable->name};

    read_addresses(variable, config, source, &wrong, true);
}

static void describe_endpoint(const struct address *address, uint16_t port,
                              struct strbuf *out)
{
    char text[ADDRESS_TEXT_MAX];
    bool v6 = address->family == ADDRESS_IPV6;

    address_format(address, text);
    strbuf_printf(out, "%s%s%s:%u", v6 ? "[" : "", text, v6 ? "]" : "", port);
}

static void describe_addresses(const struct config *config, bool metrics,
                               struct strbuf *out)
{
    size_t count = 0;

    for (size_t i = 0; i < config->http.listen_count; i++) {
        const struct listen_address *listen = &config->http.listen[i];

        if (listen->metrics != metrics)
            continue;
        strbuf_printf(out, "%s%s%s", comma(count++),
                      listen->proxy ? "proxy:" : "", listen->tls ? "tls:" : "");
        describe_endpoint(&listen->address, listen->port, out);
    }
}

static void describe_listen(const struct variable *variable,
                            const struct config *config, struct strbuf *out)
{
    (void)variable;
    describe_addresses(config, false, out);
}

static void describe_metrics_listen(const struct variable *variable,
                                    const struct config *config,
                                    struct strbuf *out)
{
    (void)variable;
    describe_addresses(config, true, out);
}

const struct variable_kind variable_port = {.read = read_port};
const struct variable_kind variable_listen = {read_listen, describe_listen};
const struct variable_kind variable_metrics_listen = {read_metrics_listen,
                                                      describe_metrics_listen};

/* --- whom to ask -----------------------------------------------------------
 */

static void read_resolver(const struct variable *variable,
                          struct config *config, struct config_source *source)
{
    const char *text = config_source_get(source, variable->name);
    struct name_server *resolver = &config->http.resolver;

    if (text != NULL && (!parse_endpoint(span_from_string(text),
                                         &resolver->address, &resolver->port) ||
                         resolver->port == 0))
        config_source_fault(source, variable->name, text,
                            "give address:port, as in 127.0.0.1:53 or "
                            "[::1]:53");
}

static void describe_resolver(const struct variable *variable,
                              const struct config *config, struct strbuf *out)
{
    const struct name_server *resolver = &config->http.resolver;

    (void)variable;
    if (resolver->address.family != ADDRESS_NONE)
        describe_endpoint(&resolver->address, resolver->port, out);
}

const struct variable_kind variable_resolver = {read_resolver,
                                                describe_resolver};

/* --- whom to trust ----------------------------------------------------------
 */

static void add_proxy(struct config *config, struct config_source *source,
                      struct cidr block)
{
    struct proxy_list *list = &config->http.trusted_proxies;
    struct cidr *grown =
        realloc(list->blocks, (list->count + 1) * sizeof *list->blocks);

    if (grown == NULL) {
        source->out_of_memory = true;
        return;
    }
    list->blocks = grown;
    list->blocks[list->count++] = block;
}

/* Set but empty means "trust nobody", on Heroku too. */
static void read_proxies(const struct variable *variable, struct config *config,
                         struct config_source *source)
{
    struct config_list_faults wrong = {.name = variable->name};
    const char *text = source->get(variable->name);
    struct span rest, item;
    struct cidr block;

    if (text == NULL && config_source_get(source, "DYNO") != NULL)
        text = HEROKU_PROXIES;
    rest = span_from_string(text);
    while (config_source_next_item(&rest, &item)) {
        if (cidr_parse(item, &block))
            add_proxy(config, source, block);
        else
            config_source_fault_item(
                source, &wrong, item,
                "give an address or a block, as in "
                "10.0.0.0/8 or 2001:db8::/32, with no bits beyond "
                "the prefix");
    }
    config_source_end_list(source, &wrong);
}

static void describe_proxies(const struct variable *variable,
                             const struct config *config, struct strbuf *out)
{
    char text[ADDRESS_TEXT_MAX];

    (void)variable;
    for (size_t i = 0; i < config->http.trusted_proxies.count; i++) {
        const struct cidr *block = &config->http.trusted_proxies.blocks[i];

        address_format(&block->base, text);
        strbuf_printf(out, "%s%s/%u", comma(i), text, block->prefix_bits);
    }
}

const struct variable_kind variable_proxies = {read_proxies, describe_proxies};

/* --- which hosted zones -----------------------------------------------------
 */

static void add_zone(struct config *config, struct config_source *source,
                     struct span id)
{
    char **grown = realloc(config->dns.hosted_zones,
                           (config->dns.hosted_zone_count + 1) * sizeof *grown);

    if (grown == NULL) {
        source->out_of_memory = true;
        return;
    }
    config->dns.hosted_zones = grown;
    grown[config->dns.hosted_zone_count] = config_source_copy(source, id);
    config->dns.hosted_zone_count +=
        grown[config->dns.hosted_zone_count] != NULL;
}

static void read_zones(const struct variable *variable, struct config *config,
                       struct config_source *source)
{
    struct config_list_faults wrong = {.name = variable->name};
    struct span rest =
        span_from_string(config_source_get(source, variable->name));
    struct span item;

    while (config_source_next_item(&rest, &item)) {
        struct span id = hosted_zone_bare_id(item);

        if (hosted_zone_id_is_valid(id))
            add_zone(config, source, id);
        else
            config_source_fault_item(source, &wrong, item,
                                     "give hosted zone ids, as in "
                                     "Z0123456789ABCDEFGHIJ");
    }
    config_source_end_list(source, &wrong);
}

static void describe_zones(const struct variable *variable,
                           const struct config *config, struct strbuf *out)
{
    (void)variable;
    for (size_t i = 0; i < config->dns.hosted_zone_count; i++)
        strbuf_printf(out, "%s%s", comma(i), config->dns.hosted_zones[i]);
}

const struct variable_kind variable_zones = {read_zones, describe_zones};
