/* aws_config -- who we are to AWS and where AWS is, as the environment says.
 *
 * AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION (or
 * AWS_DEFAULT_REGION, or the profile's region), AWS_ENDPOINT_URL,
 * AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL_ROUTE_53, AWS_ENDPOINT_URL_STS,
 * AWS_ENDPOINT_URL_SNS,
 * AWS_IGNORE_CONFIGURED_ENDPOINT_URLS, AWS_USE_FIPS_ENDPOINT,
 * AWS_USE_DUALSTACK_ENDPOINT, AWS_MAX_ATTEMPTS, AWS_CA_BUNDLE, and the variables
 * of credentials_settings: the names and the precedence of the AWS SDKs (AWS
 * SDKs and Tools Reference Guide, "Environment variables" and "Service-specific
 * endpoints").
 */
#ifndef AWS_AWS_CONFIG_H
#define AWS_AWS_CONFIG_H

#include "aws/credentials_settings.h"
#include "aws/endpoint.h"
#include "base/status.h"
#include "base/strbuf.h"

struct aws_config {
    char *access_key_id; /* NULL: to be asked for, as `credentials` says */
    char *secret_access_key;
    char *session_token;    /* NULL: long-lived keys */
    char *region;           /* of the bucket; "us-east-1" when none is named */
    char *s3_endpoint;      /* NULL: AWS's own for the region */
    char *route53_endpoint; /* NULL: AWS's own for the region's partition */
    char *sts_endpoint;     /* NULL: AWS's own for the region */
    char *sns_endpoint;     /* NULL: AWS's own for the topic's region */
    bool use_fips, use_dualstack; /* of AWS's own endpoints, these */
    unsigned max_attempts;        /* for each call; retry.h */
    char *ca_bundle;              /* NULL: the system's certificates */
    struct credentials_settings credentials;
};

/* Looks a variable up: getenv(3), or a test's table. Unset is NULL; empty
 * counts as unset. */
typedef const char *aws_getenv_fn(const char *name);

/* Reads the variables into *config, copying them; aws_config_clear() frees.
 * STATUS_INVALID: every fault is appended to `faults`, one a line, naming the
 * variable and what to do (half a key, no source of credentials at all, a
 * profile that is in no file, an endpoint that is no http(s) URL, a control
 * character in a key, a region that AWS cannot have while S3 is AWS's, an
 * endpoint with FIPS or IPv6 where there is none);
 * *config needs aws_config_clear() all the same. No value of a secret is ever
 * written to `faults`. */
NODISCARD enum status aws_config_init(struct aws_config *config,
                                      aws_getenv_fn *get,
                                      struct strbuf *faults);
void aws_config_clear(struct aws_config *config);

/* Appends where the credentials come from, as far as it is known without asking
 * anybody: "environment", "profile dev of ~/.aws/credentials", "web
 * identity role ARN", "container", "instance role" ...; or why they cannot. */
void aws_config_describe_credentials(const struct aws_config *config,
                                     struct strbuf *out);
/* Which endpoint of each service is wanted. Borrows from config. */
static inline struct endpoint_choice aws_config_s3(
    const struct aws_config *config)
{
    return (struct endpoint_choice){config->s3_endpoint, config->use_fips,
                                    config->use_dualstack};
}

static inline struct endpoint_choice aws_config_route53(
    const struct aws_config *config)
{
    return (struct endpoint_choice){config->route53_endpoint, config->use_fips,
                                    config->use_dualstack};
}

static inline struct endpoint_choice aws_config_sts(
    const struct aws_config *config)
{
    return (struct endpoint_choice){config->sts_endpoint, config->use_fips,
                                    config->use_dualstack};
}

static inline struct endpoint_choice aws_config_sns(
    const struct aws_config *config)
{
    return (struct endpoint_choice){config->sns_endpoint, config->use_fips,
                                    config->use_dualstack};
}

#endif
