/* credentials_settings -- what the environment says about where credentials come
 * from, besides keys themselves: the variables of the AWS SDKs (AWS SDKs and
 * Tools Reference Guide, "Standardized credential providers").
 *
 * Private to this floor, but for aws_config.
 */
#ifndef AWS_CREDENTIALS_SETTINGS_H
#define AWS_CREDENTIALS_SETTINGS_H

#include "base/status.h"
#include "base/strbuf.h"

enum credentials_setting {
    CREDENTIALS_PROFILE,
    CREDENTIALS_DEFAULT_PROFILE,
    CREDENTIALS_KEYS_FILE,
    CREDENTIALS_CONFIG_FILE,
    CREDENTIALS_HOME,
    CREDENTIALS_WEB_TOKEN_FILE,
    CREDENTIALS_ROLE_ARN,
    CREDENTIALS_ROLE_SESSION_NAME,
    CREDENTIALS_CONTAINER_RELATIVE_URI,
    CREDENTIALS_CONTAINER_FULL_URI,
    CREDENTIALS_CONTAINER_TOKEN,
    CREDENTIALS_CONTAINER_TOKEN_FILE,
    CREDENTIALS_METADATA_DISABLED,
    CREDENTIALS_METADATA_ENDPOINT,
    CREDENTIALS_METADATA_MODE,
    CREDENTIALS_METADATA_TIMEOUT,
    CREDENTIALS_METADATA_ATTEMPTS,
    CREDENTIALS_SETTINGS
};

/* All zero: nothing is set. */
struct credentials_settings {
    char *values[CREDENTIALS_SETTINGS]; /* NULL: unset, or empty */
};

typedef const char *credentials_getenv_fn(const char *name);

/* Copies the variables. STATUS_NOMEM. To be cleared in any case. */
NODISCARD enum status credentials_settings_init(
    struct credentials_settings *settings, credentials_getenv_fn *get);
void credentials_settings_clear(struct credentials_settings *settings);

/* Appends what is wrong with the variables by themselves, one a line, naming
 * each; never a secret. */
void credentials_settings_check(const struct credentials_settings *settings,
                                struct strbuf *faults);

/* The variable's name: a literal. */
const char *credentials_setting_name(enum credentials_setting setting);

/* The profile that is asked for, or NULL; *variable asked for it. */
const char *credentials_settings_profile(
    const struct credentials_settings *settings, const char **variable);

bool credentials_settings_metadata_is_disabled(
    const struct credentials_settings *settings);
unsigned credentials_settings_metadata_timeout_ms(
    const struct credentials_settings *settings);
unsigned credentials_settings_metadata_attempts(
    const struct credentials_settings *settings);

#endif
