#include "tests/unit/keyless_aws.h"

#include "aws/route53.h"
#include "tests/unit/patience.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void on_news(void *arg, const char *source, const char *why)
{
    struct keyless_aws *aws = arg;

    assert_int_equal(source == NULL, why != NULL);
    if (source == NULL) {
        aws->lost++;
        return;
    }
    aws->found++;
    snprintf(aws->source, sizeof aws->source, "%s", source);
}

void keyless_aws_start(struct keyless_aws *aws,
                       const struct home_variable *variables,
                       const struct loopback_step *steps, size_t count)
{
    struct strbuf faults;

    *aws = (struct keyless_aws){.server = loopback_start(steps, count)};
    home_folder_set_variables(variables);
    home_folder_set_server(loopback_url(aws->server));
    strbuf_init(&faults, 1000);
    if (aws_config_init(&aws->config, home_folder_getenv, &faults) != STATUS_OK)
        fail_msg("%s", strbuf_string(&faults));
    aws->config.route53_endpoint = strdup(loopback_url(aws->server));
    aws->config.sts_endpoint = strdup(loopback_url(aws->server));
    aws->client = aws_client_new(&aws->config);
    assert_non_null(aws->client);
    aws_client_on_credentials(aws->client, on_news, aws);
}

void keyless_aws_stop(struct keyless_aws *aws)
{
    aws_client_free(aws->client);
    aws_config_clear(&aws->config);
    loopback_stop(aws->server);
}

static void listed(void *arg, const struct aws_reply *reply,
                   const struct hosted_zone *zones, size_t count,
                   struct span next_marker)
{
    struct keyless_aws *aws = arg;

    (void)zones;
    (void)count;
    (void)next_marker;
    aws->completions++;
    aws->reply = *reply;
    assert_null(strstr(reply->message, "hush-hush"));
}

void keyless_aws_submit(struct keyless_aws *aws, long timeout_ms)
{
    assert_int_equal(route53_list_hosted_zones(aws->client, span_from("", 0),
                                               timeout_ms, listed, aws),
                     STATUS_OK);
}

void keyless_aws_run(struct keyless_aws *aws)
{
    while (aws_client_running(aws->client) > 0)
        aws_client_poll(aws->client, 1000);
}

void keyless_aws_call(struct keyless_aws *aws)
{
    keyless_aws_submit(aws, PATIENCE_MS);
    keyless_aws_run(aws);
}

bool keyless_aws_begins(struct keyless_aws *aws, size_t i, const char *line)
{
    struct span request = loopback_request(aws->server, i);

    return request.len > strlen(line) &&
           memcmp(request.ptr, line, strlen(line)) == 0;
}

bool keyless_aws_has(struct keyless_aws *aws, size_t i, const char *text)
{
    struct span request = loopback_request(aws->server, i);

    return memmem(request.ptr, request.len, text, strlen(text)) != NULL;
}

int keyless_aws_set_up_globals(void **state)
{
    return aws_global_init() == STATUS_OK ? home_folder_set_up(state) : -1;
}

int keyless_aws_tear_down_globals(void **state)
{
    aws_global_cleanup();
    return scratch_folder_tear_down(state);
}
