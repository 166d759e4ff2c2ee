/* keyless_aws -- a client of AWS without keys, in an environment of the test's
 * own; whoever it asks for some, and Route 53, are one loopback server that
 * plays a script.
 */
#ifndef TESTS_UNIT_KEYLESS_AWS_H
#define TESTS_UNIT_KEYLESS_AWS_H

#include "tests/unit/home_folder.h"
#include "tests/unit/loopback.h"

#include "aws/aws_client.h"
#include "aws/aws_reply.h"

#define KEYLESS_KEYS                                                           \
    "{\"AccessKeyId\":\"ASIA1\",\"SecretAccessKey\":\"hush-hush\","            \
    "\"Token\":\"t0ken-1\",\"Expiration\":\"2100-01-01T00:00:00Z\"}"
#define KEYLESS_OK "HTTP/1.1 200 OK\r\n\r\n"
#define KEYLESS_ZONES                                                          \
    KEYLESS_OK "<ListHostedZonesResponse><HostedZones/><IsTruncated>false"     \
               "</IsTruncated></ListHostedZonesResponse>"
#define KEYLESS_EXPIRED                                                        \
    "HTTP/1.1 403 Forbidden\r\n\r\n<ErrorResponse><Error><Code>ExpiredToken"   \
    "</Code><Message>hush</Message></Error></ErrorResponse>"
/* Ends with its connection, so that no length need be told. */
#define KEYLESS_STEP(text)                                                     \
    {                                                                          \
        (text), LOOPBACK_CLOSE, 0                                              \
    }

struct keyless_aws {
    struct loopback *server;
    struct aws_config config;
    struct aws_client *client;
    size_t completions;
    struct aws_reply reply; /* the last */
    size_t found, lost;     /* what the client told of credentials */
    char source[300];
};

/* `variables` and `steps` are borrowed; ^ in the first is the server. Ends the
 * test on any failure. */
void keyless_aws_start(struct keyless_aws *aws,
                       const struct home_variable *variables,
                       const struct loopback_step *steps, size_t count);
void keyless_aws_stop(struct keyless_aws *aws);

/* Submits a listing of zones, and polls until no request is under way. */
void keyless_aws_submit(struct keyless_aws *aws, long timeout_ms);
void keyless_aws_run(struct keyless_aws *aws);
void keyless_aws_call(struct keyless_aws *aws); /* both */

/* Whether request number i begins with `line`, or has `text` in it. */
bool keyless_aws_begins(struct keyless_aws *aws, size_t i, const char *line);
bool keyless_aws_has(struct keyless_aws *aws, size_t i, const char *text);

/* For cmocka_run_group_tests(): libcurl, libxml2, and a home. */
int keyless_aws_set_up_globals(void **state);
int keyless_aws_tear_down_globals(void **state);

#endif
