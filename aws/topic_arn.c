#include "aws/topic_arn.h"

#include <stdio.h>

/* SNS API Reference, "CreateTopic", Name; a FIFO topic's ends in ".fifo". */
enum { TOPIC_NAME_MAX = 256, ACCOUNT_DIGITS = 12 };

static bool is_made_of(struct span text, const char *further)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     (c >= '0' && c <= '9');

        if (!plain && (c == '\0' || strchr(further, c) == NULL))
            return false;
    }
    return text.len > 0;
}

static bool is_account(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return text.len == ACCOUNT_DIGITS;
}

/* "aws", "aws-cn", "aws-us-gov" and what may come. */
static bool is_partition(struct span text)
{
    return is_made_of(text, "-") && text.len >= 3 &&
           memcmp(text.ptr, "aws", 3) == 0;
}

static bool take(struct span *rest, struct span *part)
{
    return span_split(rest, ':', part);
}

const char *topic_arn_fault(const char *arn)
{
    struct span rest = span_from_string(arn), part;

    if (rest.len > TOPIC_ARN_MAX)
        return "is too long for the ARN of a topic";
    if (!take(&rest, &part) || !span_is(part, "arn") || !take(&rest, &part) ||
        !is_partition(part) || !take(&rest, &part) || !span_is(part, "sns"))
        return "is no topic's ARN, such as "
               "arn:aws:sns:eu-west-1:123456789012:alerts";
    if (!take(&rest, &part) || !endpoint_region_is_aws(part))
        return "names no region of AWS";
    if (!take(&rest, &part) || !is_account(part))
        return "has no account number of 12 digits";
    if (!is_made_of(rest, "-_.") || rest.len > TOPIC_NAME_MAX)
        return "has no topic's name at its end";
    return NULL;
}

void topic_arn_region(const char *arn, char region[ENDPOINT_REGION_MAX + 1])
{
    struct span rest = span_from_string(arn), part = {"", 0};

    for (size_t i = 0; i < 4; i++)
        span_split(&rest, ':', &part);
    snprintf(region, ENDPOINT_REGION_MAX + 1, "%.*s", (int)part.len, part.ptr);
}
