#include "aws/s3_region.h"

#include "aws/aws_error.h"
#include "aws/xml.h"

#include <stdio.h>

const char *s3_region_of(const struct s3_region *known, const char *bucket,
                         const char *otherwise)
{
    bool known_here =
        known->name[0] != '\0' && strcmp(known->bucket, bucket) == 0;

    return known_here ? known->name : otherwise;
}

/* The region in the host of an endpoint: the label behind "s3", as in
 * BUCKET.s3.eu-west-1.amazonaws.com, or what an old form joins to it with a
 * hyphen, s3-eu-west-1. Empty when there is none: the global endpoint. */
static struct span region_in_host(struct span host)
{
    struct span label;

    while (span_split(&host, '.', &label)) {
        if (label.len > 3 && memcmp(label.ptr, "s3-", 3) == 0)
            return span_from(label.ptr + 3, label.len - 3);
        if (!span_is(label, "s3"))
            continue;
        if (span_split(&host, '.', &label) && !span_is(label, "amazonaws"))
            return label;
        break;
    }
    return span_from("", 0);
}

static bool names_a_region(long http_status)
{
    return http_status == 301 || http_status == 307 || http_status == 400;
}

/* Copies the region in an error document, or leaves `out` as it is. */
static void read_document(struct span body, char out[ENDPOINT_REGION_MAX + 1])
{
    struct span region;
    const xmlNode *error;
    xmlDoc *doc;

    if (xml_parse(body, &doc) != STATUS_OK)
        return;
    error = xml_root(doc, "Error");
    region = xml_child_text(error, "Region");
    if (region.len == 0)
        region = region_in_host(xml_child_text(error, "Endpoint"));
    if (endpoint_region_is_valid(region))
        snprintf(out, ENDPOINT_REGION_MAX + 1, "%.*s", (int)region.len,
                 region.ptr);
    xmlFreeDoc(doc);
}

/* False when it is the one that was `used`, or none. */
static bool remember(struct s3_region *known, const char *bucket,
                     const char *used, const char *region)
{
    if (region[0] == '\0' || strcmp(region, used) == 0 ||
        strlen(bucket) >= sizeof known->bucket)
        return false;
    snprintf(known->bucket, sizeof known->bucket, "%s", bucket);
    snprintf(known->name, sizeof known->name, "%s", region);
    return true;
}

bool s3_region_learn(struct s3_region *known, const char *bucket,
                     const char *used, const struct aws_response *response)
{
    struct span header = span_from_string(response->bucket_region);
    char region[ENDPOINT_REGION_MAX + 1] = "";

    if (response->transport != STATUS_OK ||
        !names_a_region(response->http_status))
        return false;
    if (endpoint_region_is_valid(header))
        memcpy(region, header.ptr, header.len + 1);
    else
        read_document(response->body, region);
    return remember(known, bucket, used, region);
}

bool s3_region_learn_from_bucket(struct s3_region *known, const char *bucket,
                                 const char *used,
                                 const struct aws_response *response)
{
    return response->transport == STATUS_OK &&
           endpoint_region_is_valid(
               span_from_string(response->bucket_region)) &&
           remember(known, bucket, used, response->bucket_region);
}

/* The codes of S3 API Reference, "Error responses", that are about regions. A
 * HEAD that is refused for one of them has no code. */
bool s3_region_is_in_doubt(const struct aws_response *response)
{
    static const char *const codes[] = {
        "AuthorizationHeaderMalformed", "IllegalLocationConstraintException",
        "PermanentRedirect", "TemporaryRedirect"};
    struct aws_reply reply;

    if (response->transport != STATUS_OK ||
        !names_a_region(response->http_status))
        return false;
    aws_reply_read(&reply, response, NULL);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (strcmp(reply.code, codes[i]) == 0)
            return true;
    return response->body.len == 0 && response->request_id[0] != '\0';
}
