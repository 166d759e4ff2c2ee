#include "aws/s3_versions_xml.h"

#include "aws/s3_etag.h"
#include "aws/xml.h"

#include <stdlib.h>

static bool read_flag(const xmlNode *parent, const char *name, bool *flag)
{
    struct span text = xml_child_text(parent, name);

    *flag = span_is(text, "true");
    return *flag || span_is(text, "false");
}

static bool add_version(struct s3_versions *page, const xmlNode *element)
{
    struct s3_version version = {
        .id = xml_child_text(element, "VersionId"),
        .etag = xml_child_text(element, "ETag"),
        .modified = xml_child_text(element, "LastModified"),
        .is_delete_marker = xml_is(element, "DeleteMarker"),
    };

    if (version.id.len == 0 || version.id.len > S3_VERSION_ID_MAX ||
        (version.etag.len == 0) != version.is_delete_marker ||
        version.etag.len > S3_ETAG_MAX ||
        !read_flag(element, "IsLatest", &version.is_latest))
        return false;
    page->versions[page->count++] = version;
    return true;
}

/* Reads them in the document's order, which has versions and delete markers
 * mixed. *passed: a key that comes later was met. */
static bool add_versions(struct s3_versions *page, const xmlNode *root,
                         const char *key, bool *passed)
{
    const xmlNode *element = xml_child(root, NULL);

    *passed = false;
    for (; element != NULL && !*passed; element = xml_next(element, NULL)) {
        if (!xml_is(element, "Version") && !xml_is(element, "DeleteMarker"))
            continue;
        if (!span_is(xml_raw_text(xml_child(element, "Key")), key))
            *passed = true;
        else if (!add_version(page, element))
            return false;
    }
    return true;
}

/* The page goes on with another key, or with another version of ours. */
static bool read_next(struct s3_versions *page, const xmlNode *root,
                      const char *key, bool passed)
{
    struct span next_key = xml_raw_text(xml_child(root, "NextKeyMarker"));
    bool truncated;

    if (!read_flag(root, "IsTruncated", &truncated))
        return false;
    if (!truncated || passed || !span_is(next_key, key))
        return true;
    page->next.version = xml_child_text(root, "NextVersionIdMarker");
    return page->next.version.len > 0 &&
           page->next.version.len <= S3_VERSION_ID_MAX;
}

static enum status read_document(struct s3_versions *page, const char *key)
{
    const xmlNode *root = xml_root(page->doc, "ListVersionsResult");
    size_t most = xml_count(root, "Version") + xml_count(root, "DeleteMarker");
    bool passed;

    if (root == NULL)
        return STATUS_INVALID;
    page->versions = calloc(most + 1, sizeof *page->versions);
    if (page->versions == NULL)
        return STATUS_NOMEM;
    return add_versions(page, root, key, &passed) &&
                   read_next(page, root, key, passed)
               ? STATUS_OK
               : STATUS_INVALID;
}

enum status s3_versions_xml_read(struct s3_versions *page, struct span text,
                                 const char *key)
{
    enum status status;

    *page = (struct s3_versions){.doc = NULL};
    status = xml_parse(text, &page->doc);
    if (status == STATUS_OK)
        status = read_document(page, key);
    if (status != STATUS_OK)
        s3_versions_xml_clear(page);
    return status;
}

void s3_versions_xml_clear(struct s3_versions *page)
{
    free(page->versions);
    xmlFreeDoc(page->doc);
    *page = (struct s3_versions){.doc = NULL};
}
