/* Whatever answers in AWS's place: every reader of its documents takes it. */
#include "aws/aws_error.h"
#include "aws/named_records.h"
#include "aws/route53_xml.h"
#include "aws/s3_region.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_from((const char *)data, size);
    struct aws_response response = {.http_status = 400, .body = text};
    struct s3_region region = {.name = ""};
    struct route53_zones zones;
    struct route53_rrsets rrsets;
    struct aws_reply reply;

    aws_reply_read(&reply, &response);
    route53_message_names(span_from_string(reply.message),
                          span_from_string("*.example.org"), RRSET_A);
    route53_message_names(text, span_from_string("x.example.org"), RRSET_AAAA);
    s3_region_learn(&region, "hosts", "us-east-1", &response);
    route53_xml_is_accepted(text);
    if (route53_xml_read_zones(&zones, text) == STATUS_OK)
        route53_xml_clear_zones(&zones);
    if (route53_xml_read_rrsets(&rrsets, text) == STATUS_OK)
        route53_xml_clear_rrsets(&rrsets);
    return 0;
}
