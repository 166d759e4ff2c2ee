#include "aws/credentials_settings.h"

#include "aws/aws_credentials.h"
#include "aws/container_url.h"
#include "aws/endpoint.h"
#include "base/decimal.h"

#include <stdlib.h>

enum {
    /* Ours, as the AWS SDKs have them; botocore's default for both is 1. */
    METADATA_TIMEOUT_SECONDS = 1,
    METADATA_TIMEOUT_SECONDS_MAX = 60,
    METADATA_ATTEMPTS = 1,
    METADATA_ATTEMPTS_MAX = 10,
};

static const char *const names[CREDENTIALS_SETTINGS] = {
    [CREDENTIALS_PROFILE] = "AWS_PROFILE",
    [CREDENTIALS_DEFAULT_PROFILE] = "AWS_DEFAULT_PROFILE",
    [CREDENTIALS_KEYS_FILE] = "AWS_SHARED_CREDENTIALS_FILE",
    [CREDENTIALS_CONFIG_FILE] = "AWS_CONFIG_FILE",
    [CREDENTIALS_HOME] = "HOME",
    [CREDENTIALS_WEB_TOKEN_FILE] = "AWS_WEB_IDENTITY_TOKEN_FILE",
    [CREDENTIALS_ROLE_ARN] = "AWS_ROLE_ARN",
    [CREDENTIALS_ROLE_SESSION_NAME] = "AWS_ROLE_SESSION_NAME",
    [CREDENTIALS_CONTAINER_RELATIVE_URI] =
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    [CREDENTIALS_CONTAINER_FULL_URI] = "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    [CREDENTIALS_CONTAINER_TOKEN] = "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    [CREDENTIALS_CONTAINER_TOKEN_FILE] =
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    [CREDENTIALS_METADATA_DISABLED] = "AWS_EC2_METADATA_DISABLED",
    [CREDENTIALS_METADATA_ENDPOINT] = "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    [CREDENTIALS_METADATA_MODE] = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
    [CREDENTIALS_METADATA_TIMEOUT] = "AWS_METADATA_SERVICE_TIMEOUT",
    [CREDENTIALS_METADATA_ATTEMPTS] = "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
};

enum status credentials_settings_init(struct credentials_settings *settings,
                                      credentials_getenv_fn *get)
{
    *settings = (struct credentials_settings){{NULL}};
    for (size_t i = 0; i < CREDENTIALS_SETTINGS; i++) {
        const char *value = get(names[i]);

        if (value == NULL || value[0] == '\0')
            continue;
        settings->values[i] = strdup(value);
        if (settings->values[i] == NULL)
            return STATUS_NOMEM;
    }
    return STATUS_OK;
}

void credentials_settings_clear(struct credentials_settings *settings)
{
    for (size_t i = 0; i < CREDENTIALS_SETTINGS; i++)
        aws_credentials_free_secret(settings->values[i]);
    *settings = (struct credentials_settings){{NULL}};
}

const char *credentials_setting_name(enum credentials_setting setting)
{
    return names[setting];
}

static void add_fault(struct strbuf *faults, enum credentials_setting setting,
                      const char *words)
{
    if (words != NULL)
        strbuf_printf(faults, "%s %s\n", names[setting], words);
}

static bool is_number(const char *value, uint32_t max, uint32_t *out)
{
    return value != NULL && decimal_parse(span_from_string(value), max, out) &&
           *out > 0;
}

static void check_number(const struct credentials_settings *settings,
                         enum credentials_setting setting, uint32_t max,
                         struct strbuf *faults)
{
    const char *value = settings->values[setting];
    uint32_t ignored;

    if (value != NULL && !is_number(value, max, &ignored))
        strbuf_printf(faults, "%s must be a number from 1 to %u\n",
                      names[setting], max);
}

static void check_mode(const char *mode, struct strbuf *faults)
{
    if (mode != NULL && strcasecmp(mode, "ipv4") != 0 &&
        strcasecmp(mode, "ipv6") != 0)
        add_fault(faults, CREDENTIALS_METADATA_MODE, "must be IPv4 or IPv6");
}

static void check_container(const struct credentials_settings *settings,
                            struct strbuf *faults)
{
    const char *relative = settings->values[CREDENTIALS_CONTAINER_RELATIVE_URI];
    const char *full = settings->values[CREDENTIALS_CONTAINER_FULL_URI];
    const char *token = settings->values[CREDENTIALS_CONTAINER_TOKEN];

    if (relative != NULL)
        add_fault(faults, CREDENTIALS_CONTAINER_RELATIVE_URI,
                  container_url_relative_fault(relative));
    else if (full != NULL)
        add_fault(faults, CREDENTIALS_CONTAINER_FULL_URI,
                  container_url_full_fault(full));
    if (token != NULL && strpbrk(token, "\r\n") != NULL)
        add_fault(faults, CREDENTIALS_CONTAINER_TOKEN, "holds a line break");
}

void credentials_settings_check(const struct credentials_settings *settings,
                                struct strbuf *faults)
{
    const char *endpoint = settings->values[CREDENTIALS_METADATA_ENDPOINT];

    check_container(settings, faults);
    if (endpoint != NULL)
        add_fault(faults, CREDENTIALS_METADATA_ENDPOINT,
                  endpoint_fault(endpoint));
    check_mode(settings->values[CREDENTIALS_METADATA_MODE], faults);
    check_number(settings, CREDENTIALS_METADATA_TIMEOUT,
                 METADATA_TIMEOUT_SECONDS_MAX, faults);
    check_number(settings, CREDENTIALS_METADATA_ATTEMPTS, METADATA_ATTEMPTS_MAX,
                 faults);
}

const char *credentials_settings_profile(
    const struct credentials_settings *settings, const char **variable)
{
    enum credentials_setting setting =
        settings->values[CREDENTIALS_PROFILE] != NULL
            ? CREDENTIALS_PROFILE
            : CREDENTIALS_DEFAULT_PROFILE;

    *variable = names[setting];
    return settings->values[setting];
}

bool credentials_settings_metadata_is_disabled(
    const struct credentials_settings *settings)
{
    const char *value = settings->values[CREDENTIALS_METADATA_DISABLED];

    return value != NULL && strcasecmp(value, "true") == 0;
}

unsigned credentials_settings_metadata_timeout_ms(
    const struct credentials_settings *settings)
{
    uint32_t seconds = METADATA_TIMEOUT_SECONDS;

    if (!is_number(settings->values[CREDENTIALS_METADATA_TIMEOUT],
                   METADATA_TIMEOUT_SECONDS_MAX, &seconds))
        seconds = METADATA_TIMEOUT_SECONDS;
    return seconds * 1000;
}

unsigned credentials_settings_metadata_attempts(
    const struct credentials_settings *settings)
{
    uint32_t attempts;

    return is_number(settings->values[CREDENTIALS_METADATA_ATTEMPTS],
                     METADATA_ATTEMPTS_MAX, &attempts)
               ? attempts
               : METADATA_ATTEMPTS;
}
