/* aws_metrics -- what is counted of the calls to AWS, by the thread that owns the
 * client.
 *
 * A call is one exchange: what is sent again, since it was signed for another time
 * or by other credentials, counts twice. What AWS calls an error is a label only
 * where this program knows the word, so that nobody else decides how many labels
 * there are.
 */
#ifndef AWS_AWS_METRICS_H
#define AWS_AWS_METRICS_H

#include "aws/response.h"
#include "base/metric.h"

enum aws_operation {
    AWS_OTHER_OPERATION = 0,
    /* Those of the server come first. */
    AWS_CHANGE_RECORDS,
    AWS_LIST_ZONES, /* all, or one by its id */
    AWS_LIST_RECORDS,
    AWS_GET_OBJECT,
    AWS_SERVER_OPERATIONS,
    AWS_GET_CHANGE = AWS_SERVER_OPERATIONS,
    AWS_HEAD_OBJECT, /* or a bucket */
    AWS_LIST_OBJECTS,
    AWS_LIST_VERSIONS,
    AWS_PUT_OBJECT,
    AWS_PUBLISH,
    AWS_ASSUME_ROLE,
    AWS_FETCH_CREDENTIALS, /* of who gives them out, and is not AWS's */
    AWS_OPERATIONS,
};

/* How a call ended: the codes that aws_error.h knows, in its order, and then
 * these. */
enum {
    AWS_METRIC_KNOWN_CODES = 55,
    AWS_METRIC_OK = AWS_METRIC_KNOWN_CODES,
    AWS_METRIC_TIMEOUT,     /* no answer in time */
    AWS_METRIC_UNREACHABLE, /* none at all, or it did not come whole */
    AWS_METRIC_OTHER_CODE,
    AWS_METRIC_CODES,
};

#define AWS_METRICS(X)                                                         \
    X(counter, calls, AWS_OPERATIONS *AWS_METRIC_CODES,                        \
      &by_operation_and_code, "dyndns53_aws_calls_total",                      \
      "Calls to AWS, by operation and by how they ended.")                     \
    X(histogram, seconds, AWS_OPERATIONS, &by_operation,                       \
      "dyndns53_aws_call_duration_seconds",                                    \
      "Time from the sending of a call to AWS to the end of its answer.")

struct aws_metrics {
    AWS_METRICS(METRIC_MEMBER)
};

extern const struct metric_table aws_metric_table;

/* A call was answered, or was not. */
void aws_metrics_note(struct aws_metrics *metrics, enum aws_operation operation,
                      const struct aws_response *response,
                      int64_t milliseconds);

#endif
