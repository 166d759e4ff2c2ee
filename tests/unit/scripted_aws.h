/* scripted_aws -- a client of AWS whose S3 and Route 53 are a loopback server
 * that plays a script.
 */
#ifndef TESTS_UNIT_SCRIPTED_AWS_H
#define TESTS_UNIT_SCRIPTED_AWS_H

#include "tests/unit/loopback.h"

#include "aws/aws_client.h"

struct scripted_aws {
    struct loopback *server;
    struct aws_config config; /* may be changed between two calls */
    struct aws_client *client;
};

/* `steps` is borrowed. Ends the test on any failure. */
void scripted_aws_start(struct scripted_aws *aws,
                        const struct loopback_step *steps, size_t count);
void scripted_aws_stop(struct scripted_aws *aws);

/* Polls until no request is under way. */
void scripted_aws_run(const struct scripted_aws *aws);

/* For cmocka_run_group_tests(): libcurl and libxml2. */
int scripted_aws_set_up_globals(void **state);
int scripted_aws_tear_down_globals(void **state);

#endif
