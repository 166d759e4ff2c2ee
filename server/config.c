#include "server/config.h"

#include "aws/route53.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    DEFAULT_PORT = 8080,
    DEFAULT_TTL_SECONDS = 300,
    DEFAULT_REFRESH_SECONDS = 60,
    DEFAULT_NOCHG_SECONDS = 300,
    DEFAULT_DEADLINE_SECONDS = 20,
    /* Heroku's router gives up after 30 s, and a stop waits for 25 s. */
    MAX_DEADLINE_SECONDS = 25,
    DAY_SECONDS = 86400,

    VALUE_SHOWN_MAX = 200, /* characters of a faulty value */
};
static const double DEFAULT_CALLS_PER_SECOND = 5;
static const double MIN_CALLS_PER_SECOND = 0.1;
static const double MAX_CALLS_PER_SECOND = 1000;

/* On Heroku the router reaches a dyno over a private network, and nobody else
 * does. */
static const char HEROKU_PROXIES[] =
    "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7";

/* The environment, and the list of what is wrong with it. */
struct source {
    aws_getenv_fn *get;
    struct strbuf *faults;
    bool out_of_memory;
};

static void fault(struct source *source, const char *name, const char *value,
                  const char *wanted)
{
    strbuf_printf(source->faults, "%s=%.*s%s: %s\n", name, VALUE_SHOWN_MAX,
                  value, strlen(value) > VALUE_SHOWN_MAX ? "..." : "", wanted);
}

/* Unset and empty are the same, as nearly everywhere. */
static const char *lookup(const struct source *source, const char *name)
{
    const char *value = source->get(name);

    return value == NULL || value[0] == '\0' ? NULL : value;
}

static char *copy(struct source *source, const char *text, size_t len)
{
    char *copied = strndup(text, len);

    if (copied == NULL)
        source->out_of_memory = true;
    return copied;
}

static bool parse_unsigned(const char *text, unsigned long max,
                           unsigned long *out)
{
    char *end;
    unsigned long value;

    if (text[0] < '0' || text[0] > '9' || strlen(text) > 10)
        return false;
    value = strtoul(text, &end, 10);
    if (*end != '\0' || value > max)
        return false;
    *out = value;
    return true;
}

static unsigned read_unsigned(struct source *source, const char *name,
                              unsigned min, unsigned max, unsigned otherwise)
{
    const char *text = lookup(source, name);
    unsigned long value;
    char wanted[64];

    if (text == NULL)
        return otherwise;
    if (parse_unsigned(text, max, &value) && value >= min)
        return (unsigned)value;
    snprintf(wanted, sizeof wanted, "give a whole number from %u to %u", min,
             max);
    fault(source, name, text, wanted);
    return otherwise;
}

static bool read_bool(struct source *source, const char *name)
{
    const char *text = lookup(source, name);
    struct span value = span_from_string(text);

    if (text == NULL || span_is_nocase(value, "false") || span_is(value, "0"))
        return false;
    if (span_is_nocase(value, "true") || span_is(value, "1"))
        return true;
    fault(source, name, text, "give true or false");
    return false;
}

static double read_rate(struct source *source, const char *name)
{
    const char *text = lookup(source, name);
    double value;
    char *end;

    if (text == NULL)
        return DEFAULT_CALLS_PER_SECOND;
    value = strtod(text, &end);
    if (*end == '\0' && isfinite(value) && value >= MIN_CALLS_PER_SECOND &&
        value <= MAX_CALLS_PER_SECOND)
        return value;
    fault(source, name, text, "give calls a second, from 0.1 to 1000");
    return DEFAULT_CALLS_PER_SECOND;
}

/* Lists are separated by commas, with blanks at will. */
static bool next_item(struct span *rest, struct span *item)
{
    while (span_split(rest, ',', item)) {
        *item = span_trim(*item);
        if (item->len > 0)
            return true;
    }
    return false;
}

static bool parse_port(struct span text, uint16_t *port)
{
    char digits[6];
    unsigned long value;

    if (text.len == 0 || text.len >= sizeof digits)
        return false;
    memcpy(digits, text.ptr, text.len);
    digits[text.len] = '\0';
    if (!parse_unsigned(digits, UINT16_MAX, &value))
        return false;
    *port = (uint16_t)value;
    return true;
}

/* "192.0.2.1:80" or "[2001:db8::1]:80". */
static bool parse_listen(struct span text, struct listen_address *out)
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
    out->any_family = false;
    return address_parse(host, &out->address) &&
           parse_port(span_from(text.ptr + colon, text.len - colon),
                      &out->port);
}

static void listen_everywhere(struct config *config, uint16_t port)
{
    config->listen[0] = (struct listen_address){
        .address = {.family = ADDRESS_IPV6}, .port = port, .any_family = true};
    config->listen_count = 1;
}

static void read_listen(struct config *config, struct source *source)
{
    const char *text = lookup(source, "DYNDNS_LISTEN");
    const char *port_text = lookup(source, "PORT");
    struct span rest = span_from_string(text), item;
    uint16_t port = DEFAULT_PORT;

    if (text == NULL) {
        if (port_text != NULL &&
            !parse_port(span_from_string(port_text), &port))
            fault(source, "PORT", port_text,
                  "give a port number from 0 to 65535");
        listen_everywhere(config, port);
        return;
    }
    while (next_item(&rest, &item)) {
        if (config->listen_count == CONFIG_LISTEN_MAX ||
            !parse_listen(item, &config->listen[config->listen_count])) {
            fault(source, "DYNDNS_LISTEN", text,
                  "give at most 16 of address:port, separated by commas, as "
                  "in 127.0.0.1:8080,[::1]:8080");
            return;
        }
        config->listen_count++;
    }
    if (config->listen_count == 0)
        fault(source, "DYNDNS_LISTEN", text, "give at least one address:port");
}

static void add_proxy(struct config *config, struct source *source,
                      struct cidr block)
{
    struct proxy_list *list = &config->trusted_proxies;
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
static void read_proxies(struct config *config, struct source *source)
{
    const char *text = source->get("DYNDNS_TRUSTED_PROXIES");
    struct span rest, item;
    struct cidr block;

    if (text == NULL && lookup(source, "DYNO") != NULL)
        text = HEROKU_PROXIES;
    rest = span_from_string(text);
    while (next_item(&rest, &item)) {
        if (!cidr_parse(item, &block)) {
            fault(source, "DYNDNS_TRUSTED_PROXIES", text,
                  "give addresses or blocks, separated by commas, as in "
                  "10.0.0.0/8,2001:db8::/32, with no bits beyond the prefix");
            return;
        }
        add_proxy(config, source, block);
    }
}

static bool is_zone_id(struct span id)
{
    if (id.len == 0 || id.len > ROUTE53_ID_MAX)
        return false;
    for (size_t i = 0; i < id.len; i++)
        if (!((id.ptr[i] >= 'A' && id.ptr[i] <= 'Z') ||
              (id.ptr[i] >= '0' && id.ptr[i] <= '9')))
            return false;
    return true;
}

static void add_zone(struct config *config, struct source *source,
                     struct span id)
{
    char **grown = realloc(config->hosted_zones,
                           (config->hosted_zone_count + 1) * sizeof *grown);

    if (grown == NULL) {
        source->out_of_memory = true;
        return;
    }
    config->hosted_zones = grown;
    grown[config->hosted_zone_count] = copy(source, id.ptr, id.len);
    config->hosted_zone_count += grown[config->hosted_zone_count] != NULL;
}

static void read_zones(struct config *config, struct source *source)
{
    static const char prefix[] = "/hostedzone/";
    const size_t prefix_len = sizeof prefix - 1;
    const char *text = lookup(source, "DYNDNS_HOSTED_ZONES");
    struct span rest = span_from_string(text), id;

    while (next_item(&rest, &id)) {
        if (id.len > prefix_len && memcmp(id.ptr, prefix, prefix_len) == 0)
            id = span_from(id.ptr + prefix_len, id.len - prefix_len);
        if (!is_zone_id(id)) {
            fault(source, "DYNDNS_HOSTED_ZONES", text,
                  "give hosted zone ids, separated by commas, as in "
                  "Z0123456789ABCDEFGHIJ");
            return;
        }
        add_zone(config, source, id);
    }
}

static void read_log(struct config *config, struct source *source)
{
    const char *target = lookup(source, "DYNDNS_LOG");
    const char *level = lookup(source, "DYNDNS_LOG_LEVEL");

    config->log_target = LOG_TARGET_STDERR;
    config->log_level = LOG_LEVEL_INFO;
    if (target != NULL && strcmp(target, "syslog") == 0)
        config->log_target = LOG_TARGET_SYSLOG;
    else if (target != NULL && strcmp(target, "stderr") != 0)
        fault(source, "DYNDNS_LOG", target, "give stderr or syslog");
    if (level != NULL &&
        !log_level_parse(span_from_string(level), &config->log_level))
        fault(source, "DYNDNS_LOG_LEVEL", level,
              "give error, warn, info or debug");
}

static void read_database(struct config *config, struct source *source)
{
    const char *bucket = lookup(source, "DYNDNS_BUCKET");
    const char *database = lookup(source, "DYNDNS_DATABASE");

    if (bucket != NULL)
        config->bucket = copy(source, bucket, strlen(bucket));
    if (database != NULL)
        config->database = copy(source, database, strlen(database));
    else
        fault(source, "DYNDNS_DATABASE", "",
              "give the key of the CSV object in DYNDNS_BUCKET, or without "
              "a bucket the path of a local CSV file");
}

enum status config_init(struct config *config, aws_getenv_fn *get,
                        unsigned cores, struct strbuf *faults)
{
    struct source source = {get, faults, false};
    enum status status;

    *config = (struct config){.threads = 1};
    status = aws_config_init(&config->aws, get, faults);
    if (cores > CONFIG_THREADS_MAX)
        cores = CONFIG_THREADS_MAX;
    read_listen(config, &source);
    config->threads =
        read_unsigned(&source, "DYNDNS_THREADS", 1, CONFIG_THREADS_MAX, cores);
    read_database(config, &source);
    config->refresh_seconds =
        read_unsigned(&source, "DYNDNS_REFRESH_SECONDS", 0, DAY_SECONDS,
                      DEFAULT_REFRESH_SECONDS);
    read_proxies(config, &source);
    config->allow_internal = read_bool(&source, "DYNDNS_ALLOW_INTERNAL");
    config->ttl_seconds =
        read_unsigned(&source, "DYNDNS_TTL", 0, INT_MAX, DEFAULT_TTL_SECONDS);
    config->nochg_seconds = read_unsigned(&source, "DYNDNS_NOCHG_SECONDS", 0,
                                          DAY_SECONDS, DEFAULT_NOCHG_SECONDS);
    config->deadline_seconds =
        read_unsigned(&source, "DYNDNS_DEADLINE_SECONDS", 1,
                      MAX_DEADLINE_SECONDS, DEFAULT_DEADLINE_SECONDS);
    config->route53_calls_per_second =
        read_rate(&source, "DYNDNS_ROUTE53_RATE");
    read_zones(config, &source);
    read_log(config, &source);
    if (source.out_of_memory)
        return STATUS_NOMEM;
    return faults->len > 0 || !strbuf_ok(faults) ? STATUS_INVALID : status;
}

void config_clear(struct config *config)
{
    aws_config_clear(&config->aws);
    free(config->bucket);
    free(config->database);
    free(config->trusted_proxies.blocks);
    for (size_t i = 0; i < config->hosted_zone_count; i++)
        free(config->hosted_zones[i]);
    free(config->hosted_zones);
    *config = (struct config){.threads = 1};
}
