#include "aws/aws_config.h"

#include "aws/aws_credentials.h"
#include "aws/credentials_plan.h"
#include "aws/retry.h"
#include "base/decimal.h"

#include <stdlib.h>
#include <unistd.h>

/* The value of the first of two variables that is set, and its name. */
struct setting {
    const char *name, *value; /* value: NULL when neither is set */
};

static struct setting look_up(aws_getenv_fn *get, const char *name,
                              const char *otherwise)
{
    struct setting setting = {name, get(name)};

    if (setting.value != NULL && setting.value[0] == '\0')
        setting.value = NULL;
    if (setting.value == NULL && otherwise != NULL)
        return look_up(get, otherwise, NULL);
    return setting;
}

static void add_fault(struct strbuf *faults, const char *name,
                      const char *words)
{
    strbuf_printf(faults, "%s %s\n", name, words);
}

static void check_credential(struct setting setting, struct strbuf *faults)
{
    const char *fault =
        aws_credentials_text_fault(span_from_string(setting.value));

    if (fault != NULL)
        add_fault(faults, setting.name, fault);
}

static void check_endpoint(struct setting setting, struct strbuf *faults)
{
    const char *fault =
        setting.value == NULL ? NULL : endpoint_fault(setting.value);

    if (fault != NULL)
        add_fault(faults, setting.name, fault);
}

struct settings {
    struct setting key_id, secret, token, region, s3, route53, sts, sns,
        ca_bundle;
    struct setting ignore_endpoints, fips, dualstack, attempts;
};

/* Is it "true"? What is neither that nor "false" is a fault of its own. */
static bool is_on(struct setting setting)
{
    return setting.value != NULL && strcasecmp(setting.value, "true") == 0;
}

static struct setting look_up_endpoint(aws_getenv_fn *get, const char *name,
                                       bool ignored)
{
    return ignored ? (struct setting){name, NULL}
                   : look_up(get, name, "AWS_ENDPOINT_URL");
}

static struct settings look_up_all(aws_getenv_fn *get)
{
    struct setting ignore =
        look_up(get, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", NULL);
    bool ignored = is_on(ignore);

    return (struct settings){
        .key_id = look_up(get, "AWS_ACCESS_KEY_ID", NULL),
        .secret = look_up(get, "AWS_SECRET_ACCESS_KEY", NULL),
        .token = look_up(get, "AWS_SESSION_TOKEN", NULL),
        .region = look_up(get, "AWS_REGION", "AWS_DEFAULT_REGION"),
        .s3 = look_up_endpoint(get, "AWS_ENDPOINT_URL_S3", ignored),
        .route53 = look_up_endpoint(get, "AWS_ENDPOINT_URL_ROUTE_53", ignored),
        .sts = look_up_endpoint(get, "AWS_ENDPOINT_URL_STS", ignored),
        .sns = look_up_endpoint(get, "AWS_ENDPOINT_URL_SNS", ignored),
        .ignore_endpoints = ignore,
        .fips = look_up(get, "AWS_USE_FIPS_ENDPOINT", NULL),
        .dualstack = look_up(get, "AWS_USE_DUALSTACK_ENDPOINT", NULL),
        .attempts = look_up(get, "AWS_MAX_ATTEMPTS", NULL),
        .ca_bundle = look_up(get, "AWS_CA_BUNDLE", NULL),
    };
}

static void check_keys(const struct settings *s, struct strbuf *faults)
{
    if (s->key_id.value == NULL)
        add_fault(faults, s->key_id.name,
                  "is not set; it is the id of an IAM access key");
    if (s->secret.value == NULL)
        add_fault(faults, s->secret.name,
                  "is not set; it is the secret half of the access key");
    check_credential(s->key_id, faults);
    check_credential(s->secret, faults);
    check_credential(s->token, faults);
    /* IAM User Guide, "IAM identifiers", "Unique identifiers". */
    if (s->key_id.value != NULL && strncmp(s->key_id.value, "ASIA", 4) == 0 &&
        s->token.value == NULL)
        add_fault(faults, s->token.name,
                  "is not set, but AWS_ACCESS_KEY_ID is a temporary key "
                  "(ASIA...), which needs it");
}

static bool has_keys(const struct settings *s)
{
    return s->key_id.value != NULL || s->secret.value != NULL;
}

static const char *region_of(const struct settings *s)
{
    return s->region.value == NULL ? "us-east-1" : s->region.value;
}

static void check_sts(const struct settings *s,
                      const struct credentials_plan *plan,
                      struct strbuf *faults)
{
    struct endpoint_choice choice = {s->sts.value, is_on(s->fips),
                                     is_on(s->dualstack)};
    const char *variable;
    const char *lack = endpoint_sts_lack(&choice, region_of(s), &variable);

    if (lack != NULL &&
        (plan->role_count > 0 || plan->origin == CREDENTIALS_WEB_IDENTITY))
        add_fault(faults, variable, lack);
}

/* What is known to be in vain needs nobody to be asked. */
static enum status check_sources(const struct credentials_settings *settings,
                                 const struct settings *s,
                                 struct strbuf *faults)
{
    struct credentials_plan plan;
    struct strbuf fault;
    enum status status;

    credentials_settings_check(settings, faults);
    strbuf_init(&fault, CREDENTIALS_WORDS_MAX_BYTES);
    status = credentials_plan_make(&plan, settings, &fault);
    if (status == STATUS_INVALID)
        strbuf_printf(faults, "%s\n", strbuf_string(&fault));
    else if (status == STATUS_OK && plan.origin == CREDENTIALS_NOWHERE)
        strbuf_printf(faults,
                      "AWS_ACCESS_KEY_ID is not set, and there is no other "
                      "source of credentials: %s\n",
                      strbuf_string(&plan.tried));
    else if (status == STATUS_OK)
        check_sts(s, &plan, faults);
    credentials_plan_clear(&plan);
    strbuf_clear(&fault);
    return status == STATUS_NOMEM ? STATUS_NOMEM : STATUS_OK;
}

/* A store of one's own may call its region anything. */
static void check_region(const struct settings *s, struct strbuf *faults)
{
    struct span region = span_from_string(s->region.value);

    if (s->region.value == NULL)
        return;
    if (!endpoint_region_is_valid(region))
        add_fault(faults, s->region.name,
                  "is no region's name, such as eu-west-1");
    else if (s->s3.value == NULL && !endpoint_region_is_aws(region))
        add_fault(faults, s->region.name,
                  "is none of AWS's regions, such as eu-west-1; with another "
                  "store set AWS_ENDPOINT_URL_S3 too");
}

/* A shared AWS_ENDPOINT_URL is one fault, not four. */
static void check_endpoints(const struct settings *s, struct strbuf *faults)
{
    const struct setting all[] = {s->s3, s->route53, s->sts, s->sns};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        size_t first = 0;

        while (strcmp(all[first].name, all[i].name) != 0)
            first++;
        if (first == i)
            check_endpoint(all[i], faults);
    }
}

/* The SDKs take whatever is not "true" for false, and so "1" and "yes". Whoever
 * wrote that wanted the opposite. */
static void check_switch(struct setting setting, struct strbuf *faults)
{
    if (setting.value != NULL && !is_on(setting) &&
        strcasecmp(setting.value, "false") != 0)
        add_fault(faults, setting.name, "must be true or false");
}

static bool read_attempts(struct setting setting, uint32_t *attempts)
{
    *attempts = RETRY_DEFAULT_MAX_ATTEMPTS;
    return setting.value == NULL ||
           (decimal_parse(span_from_string(setting.value),
                          RETRY_HIGHEST_MAX_ATTEMPTS, attempts) &&
            *attempts > 0);
}

static void check_attempts(struct setting setting, struct strbuf *faults)
{
    uint32_t attempts;

    if (!read_attempts(setting, &attempts))
        add_fault(faults, setting.name, "must be a number from 1 to 20");
}

/* S3 and Route 53 are always called. STS may never be: who does asks then. */
static void check_lacks(const struct settings *s, struct strbuf *faults)
{
    struct endpoint_choice choice = {s->s3.value, is_on(s->fips),
                                     is_on(s->dualstack)};
    const char *variable, *lack;

    lack = endpoint_s3_lack(&choice, region_of(s), &variable);
    if (lack == NULL) {
        choice.configured = s->route53.value;
        lack = endpoint_route53_lack(&choice, region_of(s), &variable);
    }
    if (lack != NULL)
        add_fault(faults, variable, lack);
}

static void check(const struct settings *s, struct strbuf *faults)
{
    if (has_keys(s))
        check_keys(s, faults);
    check_region(s, faults);
    check_endpoints(s, faults);
    check_switch(s->ignore_endpoints, faults);
    check_switch(s->fips, faults);
    check_switch(s->dualstack, faults);
    check_lacks(s, faults);
    check_attempts(s->attempts, faults);
    if (s->ca_bundle.value != NULL && access(s->ca_bundle.value, R_OK) != 0)
        add_fault(faults, s->ca_bundle.name, "names no readable file");
}

/* Copies a value when there is one; false when memory is short. */
static bool copy(char **to, const char *from)
{
    *to = from == NULL ? NULL : strdup(from);
    return from == NULL || *to != NULL;
}

static bool copy_all(struct aws_config *config, const struct settings *s)
{
    uint32_t attempts;

    config->use_fips = is_on(s->fips);
    config->use_dualstack = is_on(s->dualstack);
    if (read_attempts(s->attempts, &attempts))
        config->max_attempts = attempts;
    return copy(&config->access_key_id, s->key_id.value) &&
           copy(&config->secret_access_key, s->secret.value) &&
           copy(&config->session_token, s->token.value) &&
           copy(&config->region, region_of(s)) &&
           copy(&config->s3_endpoint, s->s3.value) &&
           copy(&config->route53_endpoint, s->route53.value) &&
           copy(&config->sts_endpoint, s->sts.value) &&
           copy(&config->sns_endpoint, s->sns.value) &&
           copy(&config->ca_bundle, s->ca_bundle.value);
}

/* The region that the profile names, where no variable does. */
static enum status find_region(struct settings *settings,
                               const struct aws_config *config,
                               struct strbuf *region)
{
    enum status status;

    if (settings->region.value != NULL)
        return STATUS_OK;
    status = credentials_plan_append_region(&config->credentials, region);
    if (status == STATUS_OK && region->len > 0)
        settings->region =
            (struct setting){"the region of the profile", region->ptr};
    return status;
}

static enum status check_and_copy(struct aws_config *config,
                                  const struct settings *settings,
                                  struct strbuf *faults)
{
    size_t before = faults->len;
    enum status status = STATUS_OK;

    check(settings, faults);
    if (!has_keys(settings))
        status = check_sources(&config->credentials, settings, faults);
    if (status == STATUS_OK && (faults->len > before || !strbuf_ok(faults)))
        status = STATUS_INVALID;
    if (status == STATUS_OK && !copy_all(config, settings))
        status = STATUS_NOMEM;
    return status;
}

enum status aws_config_init(struct aws_config *config, aws_getenv_fn *get,
                            struct strbuf *faults)
{
    struct settings settings = look_up_all(get);
    struct strbuf region;
    enum status status;

    *config = (struct aws_config){.region = NULL};
    strbuf_init(&region, 256);
    status = credentials_settings_init(&config->credentials, get);
    if (status == STATUS_OK)
        status = find_region(&settings, config, &region);
    if (status == STATUS_OK)
        status = check_and_copy(config, &settings, faults);
    strbuf_clear(&region);
    return status;
}

void aws_config_clear(struct aws_config *config)
{
    free(config->access_key_id);
    aws_credentials_free_secret(config->secret_access_key);
    aws_credentials_free_secret(config->session_token);
    free(config->region);
    free(config->s3_endpoint);
    free(config->route53_endpoint);
    free(config->sts_endpoint);
    free(config->sns_endpoint);
    free(config->ca_bundle);
    credentials_settings_clear(&config->credentials);
    *config = (struct aws_config){.region = NULL};
}

void aws_config_describe_credentials(const struct aws_config *config,
                                     struct strbuf *out)
{
    struct credentials_plan plan;
    struct strbuf fault;

    if (config->access_key_id != NULL) {
        strbuf_append_string(out, "environment");
        return;
    }
    strbuf_init(&fault, CREDENTIALS_WORDS_MAX_BYTES);
    if (credentials_plan_make(&plan, &config->credentials, &fault) != STATUS_OK)
        strbuf_printf(out, "none: %s",
                      fault.len > 0 ? strbuf_string(&fault) : "out of memory");
    else if (plan.origin == CREDENTIALS_NOWHERE)
        strbuf_printf(out, "none: %s", strbuf_string(&plan.tried));
    else
        strbuf_append(out, strbuf_span(&plan.source));
    credentials_plan_clear(&plan);
    strbuf_clear(&fault);
}
