#include "aws/aws_metrics.h"

#include "aws/aws_error.h"
#include "base/metric_text.h"

_Static_assert((int)AWS_METRIC_KNOWN_CODES == (int)AWS_ERROR_CODES,
               "each code has its place");

static size_t code_of(const struct aws_response *response)
{
    struct aws_reply reply;
    size_t place;

    if (response->timed_out)
        return AWS_METRIC_TIMEOUT;
    if (response->transport != STATUS_OK)
        return AWS_METRIC_UNREACHABLE;
    if (response->http_status == 200 || response->http_status == 304)
        return AWS_METRIC_OK;
    aws_reply_read(&reply, response, NULL);
    place = aws_error_code_place(reply.code);
    return place < AWS_ERROR_CODES ? place : AWS_METRIC_OTHER_CODE;
}

void aws_metrics_note(struct aws_metrics *metrics, enum aws_operation operation,
                      const struct aws_response *response, int64_t milliseconds)
{
    size_t place = (size_t)operation * AWS_METRIC_CODES + code_of(response);

    metric_add(&metrics->calls[place], 1);
    metric_observe(&metrics->seconds[operation], &metric_scale_ms,
                   milliseconds);
}

/* --- labels ------------------------------------------------------------------
 */

static const char *const operations[AWS_OPERATIONS] = {
    [AWS_OTHER_OPERATION] = "other",
    [AWS_CHANGE_RECORDS] = "ChangeResourceRecordSets",
    [AWS_LIST_ZONES] = "ListHostedZones",
    [AWS_LIST_RECORDS] = "ListResourceRecordSets",
    [AWS_GET_OBJECT] = "GetObject",
    [AWS_GET_CHANGE] = "GetChange",
    [AWS_HEAD_OBJECT] = "HeadObject",
    [AWS_LIST_OBJECTS] = "ListObjectsV2",
    [AWS_LIST_VERSIONS] = "ListObjectVersions",
    [AWS_PUT_OBJECT] = "PutObject",
    [AWS_PUBLISH] = "Publish",
    [AWS_ASSUME_ROLE] = "AssumeRole",
    [AWS_FETCH_CREDENTIALS] = "FetchCredentials",
};

static const char *name_of_code(size_t code)
{
    switch (code) {
    case AWS_METRIC_OK:
        return "ok";
    case AWS_METRIC_TIMEOUT:
        return "timeout";
    case AWS_METRIC_UNREACHABLE:
        return "unreachable";
    case AWS_METRIC_OTHER_CODE:
        return "other";
    default:
        return aws_error_code_at(code);
    }
}

static bool is_the_servers(size_t operation)
{
    return operation != AWS_OTHER_OPERATION &&
           operation < AWS_SERVER_OPERATIONS;
}

static bool name_operation_and_code(size_t element, struct strbuf *out)
{
    size_t operation = element / AWS_METRIC_CODES;
    size_t code = element % AWS_METRIC_CODES;

    metric_write_label(out, "operation", operations[operation]);
    metric_write_label(out, "code", name_of_code(code));
    return is_the_servers(operation) &&
           (code == AWS_METRIC_OK || code == AWS_METRIC_TIMEOUT ||
            code == AWS_METRIC_UNREACHABLE);
}

static bool name_operation(size_t element, struct strbuf *out)
{
    metric_write_label(out, "operation", operations[element]);
    return is_the_servers(element);
}

static const struct metric_shape by_operation_and_code = {
    .labels = name_operation_and_code};
static const struct metric_shape by_operation = {.labels = name_operation,
                                                 .scale = &metric_scale_ms};

#define ROW(...) METRIC_ROW(struct aws_metrics, __VA_ARGS__)
METRIC_TABLE(aws_metric_table, struct aws_metrics, AWS_METRICS(ROW))
