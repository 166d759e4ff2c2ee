#include "tests/unit/scripted_aws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

void scripted_aws_start(struct scripted_aws *aws,
                        const struct loopback_step *steps, size_t count)
{
    aws->server = loopback_start(steps, count);
    aws->config = (struct aws_config){
        .access_key_id = (char *)"AKIAEXAMPLE",
        .secret_access_key = (char *)"hush-hush",
        .session_token = (char *)"t0ken",
        .region = (char *)"us-east-1",
        .s3_endpoint = (char *)loopback_url(aws->server),
        .route53_endpoint = (char *)loopback_url(aws->server),
    };
    aws->client = aws_client_new(&aws->config);
    assert_non_null(aws->client);
}

void scripted_aws_stop(struct scripted_aws *aws)
{
    aws_client_free(aws->client);
    loopback_stop(aws->server);
}

void scripted_aws_run(const struct scripted_aws *aws)
{
    while (aws_client_running(aws->client) > 0)
        aws_client_poll(aws->client, 1000);
}

int scripted_aws_set_up_globals(void **state)
{
    (void)state;
    return aws_global_init() == STATUS_OK ? 0 : -1;
}

int scripted_aws_tear_down_globals(void **state)
{
    (void)state;
    aws_global_cleanup();
    return 0;
}
