/* Whatever answers in AWS's place: every reader of its documents takes it. */
#include "aws/aws_error.h"
#include "aws/named_records.h"
#include "aws/route53_xml.h"
#include "aws/s3_objects_xml.h"
#include "aws/s3_region.h"
#include "aws/s3_versions_xml.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_up(struct span words)
{
    struct named_records *named = named_records_new(words);

    named_records_has(named, span_from_string("*.example.org"), RRSET_A);
    named_records_has(named, span_from_string("x.example.org"), RRSET_AAAA);
    named_records_free(named);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_from((const char *)data, size);
    struct aws_response response = {.http_status = 400, .body = text};
    struct s3_region region = {.name = ""};
    struct route53_change change;
    struct route53_zones zones;
    struct route53_rrsets rrsets;
    struct rrset_found found;
    struct s3_versions versions;
    struct s3_objects objects;
    struct aws_reply reply;
    struct strbuf words;

    strbuf_init(&words, 1024);
    aws_reply_read(&reply, &response, &words);
    look_up(aws_reply_words(&reply));
    look_up(text);
    strbuf_clear(&words);
    s3_region_learn(&region, "hosts", "us-east-1", &response);
    route53_xml_read_accepted(&change, text);
    route53_xml_read_progress(&change, text);
    if (route53_xml_read_zones(&zones, text) == STATUS_OK)
        route53_xml_clear_zones(&zones);
    if (route53_xml_read_rrsets(&rrsets, text) == STATUS_OK)
        route53_xml_clear_rrsets(&rrsets);
    (void)!route53_xml_find_rrset(&found, text,
                                  span_from_string("x.example.org"), RRSET_A);
    if (s3_versions_xml_read(&versions, text, "k") == STATUS_OK)
        s3_versions_xml_clear(&versions);
    if (s3_objects_xml_read(&objects, text) == STATUS_OK)
        s3_objects_xml_clear(&objects);
    return 0;
}
