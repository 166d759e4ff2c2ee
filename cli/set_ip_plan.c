#include "cli/set_ip_plan.h"

#include "aws/hosted_zone.h"
#include "aws/topic_arn.h"
#include "base/decimal.h"
#include "base/duration.h"

#include <stdlib.h>

enum {
    WAIT_MAX_SECONDS = 3600,
    EVERY_MIN_SECONDS = 10,
    EVERY_MAX_SECONDS = 24 * 3600,
};

/* ---- names ---- */

static bool is_known(const struct set_ip_plan *plan, struct span name)
{
    for (size_t i = 0; i < plan->name_count; i++)
        if (span_equal(plan->names[i], name))
            return true;
    return false;
}

static bool add_name(struct set_ip_plan *plan, const char *text,
                     struct strbuf *fault)
{
    char *room = plan->room[plan->name_count];
    struct span name = {room, dns_name_normalize(span_from_string(text), room)};
    const char *words = name.len == 0 ? "is empty, or too long for a host name"
                                      : dns_name_fault(name);

    if (words != NULL) {
        strbuf_printf(fault, "'%s': the name %s", text, words);
        return false;
    }
    if (!is_known(plan, name))
        plan->names[plan->name_count++] = name;
    return true;
}

static bool take_names(struct set_ip_plan *plan, const struct options *options,
                       struct strbuf *fault)
{
    if (options->operand_count > SET_IP_NAMES_MAX) {
        strbuf_printf(fault, "more than %d names at once", SET_IP_NAMES_MAX);
        return false;
    }
    for (size_t i = 0; i < options->operand_count; i++)
        if (!add_name(plan, options->operands[i], fault))
            return false;
    if (plan->name_count > 0)
        return true;
    if (plan->config.dns_name != NULL)
        return add_name(plan, plan->config.dns_name, fault);
    strbuf_append_string(fault, "set-ip needs a NAME, or a --config that has "
                                "dns_name");
    return false;
}

/* ---- sources ---- */

static bool add_source(struct set_ip_plan *plan, const char *text,
                       bool insecure, struct strbuf *fault)
{
    if (plan->source_count == IP_LOOKUP_SOURCES_MAX) {
        strbuf_printf(fault, "more than %d sources", IP_LOOKUP_SOURCES_MAX);
        return false;
    }
    return ip_source_parse(&plan->sources[plan->source_count++], text, insecure,
                           fault);
}

static bool take_sources(struct set_ip_plan *plan,
                         const struct options *options, struct strbuf *fault)
{
    bool insecure = options_given(options, "insecure-ip");
    const char *text;
    size_t cursor = 0;

    while ((text = options_next_value(options, "ip-from", &cursor)) != NULL)
        if (!add_source(plan, text, insecure, fault))
            return false;
    if (plan->source_count > 0)
        return true;
    text = plan->config.reflect_url;
    return add_source(plan, text == NULL ? IP_SOURCE_USUAL : text, insecure,
                      fault);
}

/* Who gives nothing but addresses says which family is meant. */
static bool gives_ipv6_alone(const struct set_ip_plan *plan)
{
    for (size_t i = 0; i < plan->source_count; i++)
        if (plan->sources[i].kind != IP_SOURCE_ADDRESS ||
            plan->sources[i].address.family != ADDRESS_IPV6)
            return false;
    return true;
}

static void take_families(struct set_ip_plan *plan,
                          const struct options *options)
{
    bool ipv4 = options_given(options, "ipv4"),
         ipv6 = options_given(options, "ipv6");

    plan->ipv4 = ipv4 || !ipv6 ? IP_REQUIRED : IP_UNWANTED;
    plan->ipv6 = ipv6 ? IP_REQUIRED : ipv4 ? IP_UNWANTED : IP_OPTIONAL;
    if (ipv4 || ipv6 || !gives_ipv6_alone(plan))
        return;
    plan->ipv4 = IP_UNWANTED;
    plan->ipv6 = IP_REQUIRED;
}

/* ---- values ---- */

static const char *first_of(const char *given, const char *otherwise)
{
    return given != NULL ? given : otherwise;
}

static bool take_zone(struct set_ip_plan *plan, const struct options *options,
                      struct strbuf *fault)
{
    const char *given =
        first_of(options_value(options, "zone"), plan->config.hosted_zone_id);
    struct span id;

    if (given == NULL)
        return true;
    id = hosted_zone_bare_id(span_from_string(given));
    plan->zone = id.ptr;
    if (hosted_zone_id_is_valid(id))
        return true;
    strbuf_printf(fault,
                  "'%s' is no hosted zone's id, which is of upper-case letters "
                  "and digits, such as Z0123456789ABCDEFGHIJ",
                  given);
    return false;
}

static bool take_topic(struct set_ip_plan *plan, const struct options *options,
                       struct strbuf *fault)
{
    const char *words;

    plan->topic =
        first_of(options_value(options, "alert-topic"), plan->config.topic_arn);
    words = plan->topic == NULL ? NULL : topic_arn_fault(plan->topic);
    if (words == NULL)
        return true;
    strbuf_printf(fault, "'%s' %s", plan->topic, words);
    return false;
}

static bool take_ttl(struct set_ip_plan *plan, const struct options *options,
                     struct strbuf *fault)
{
    const char *text = options_value(options, "ttl");

    plan->has_ttl = text != NULL;
    if (text == NULL ||
        decimal_parse(span_from_string(text), INT32_MAX, &plan->ttl))
        return true;
    strbuf_printf(fault, "--ttl takes seconds, from 0 to %d", INT32_MAX);
    return false;
}

static bool take_times(struct set_ip_plan *plan, const struct options *options,
                       struct strbuf *fault)
{
    const char *wait = options_value(options, "wait-seconds"),
               *every = options_value(options, "every");

    plan->wait_seconds =
        options_given(options, "wait") ? SET_IP_WAIT_SECONDS : 0;
    if (wait != NULL &&
        (!decimal_parse(span_from_string(wait), WAIT_MAX_SECONDS,
                        &plan->wait_seconds) ||
         plan->wait_seconds == 0)) {
        strbuf_printf(fault, "--wait-seconds takes a number from 1 to %d",
                      WAIT_MAX_SECONDS);
        return false;
    }
    if (every != NULL &&
        !duration_parse(span_from_string(every), EVERY_MIN_SECONDS,
                        EVERY_MAX_SECONDS, &plan->every_seconds)) {
        strbuf_append_string(fault, "--every takes a time such as 5m, from "
                                    "10s to 24h");
        return false;
    }
    return true;
}

static bool take_state(struct set_ip_plan *plan, const struct options *options,
                       struct strbuf *fault)
{
    plan->state =
        first_of(options_value(options, "state"), plan->config.alert_lock);
    if (plan->state == NULL || plan->state[0] != '\0')
        return true;
    strbuf_append_string(fault, "the name of the state file is empty");
    return false;
}

static bool take_flags(struct set_ip_plan *plan, const struct options *options,
                       struct strbuf *fault)
{
    plan->quiet = options_given(options, "quiet");
    plan->dry_run = options_given(options, "dry-run");
    if (!plan->dry_run || plan->every_seconds == 0)
        return true;
    strbuf_append_string(fault, "--dry-run and --every contradict each other");
    return false;
}

/* ---- all of it ---- */

static enum status load_config(struct set_ip_plan *plan,
                               const struct options *options,
                               struct strbuf *fault)
{
    const char *path = options_value(options, "config");
    struct strbuf words;
    enum status status;

    if (path == NULL)
        return STATUS_OK;
    strbuf_init(&words, 4096);
    status = autodns_config_load(&plan->config, path, &words);
    if (status != STATUS_OK)
        strbuf_printf(fault, "%s: %s", path, strbuf_string(&words));
    strbuf_clear(&words);
    return status == STATUS_UNAVAILABLE ? STATUS_INVALID : status;
}

enum status set_ip_plan_init(struct set_ip_plan *plan,
                             const struct options *options,
                             struct strbuf *fault)
{
    enum status status;

    *plan = (struct set_ip_plan){.name_count = 0};
    plan->room = calloc(SET_IP_NAMES_MAX + 1, sizeof *plan->room);
    if (plan->room == NULL)
        return STATUS_NOMEM;
    status = load_config(plan, options, fault);
    if (status != STATUS_OK)
        return status;
    if (!take_names(plan, options, fault) ||
        !take_sources(plan, options, fault) ||
        !take_zone(plan, options, fault) || !take_topic(plan, options, fault) ||
        !take_ttl(plan, options, fault) || !take_times(plan, options, fault) ||
        !take_state(plan, options, fault) || !take_flags(plan, options, fault))
        return STATUS_INVALID;
    take_families(plan, options);
    return STATUS_OK;
}

void set_ip_plan_clear(struct set_ip_plan *plan)
{
    autodns_config_clear(&plan->config);
    free(plan->room);
    *plan = (struct set_ip_plan){.name_count = 0};
}
