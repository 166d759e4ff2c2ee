#include "aws/s3_objects_xml.h"

#include "aws/xml.h"

#include <stdlib.h>

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* "%41" is "A"; a blank may be "%20" or, as with S3 itself, "+". Writes to
 * *end, which it moves; false where no two digits follow. */
static bool decode(char **end, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (c == '%') {
            int high = i + 2 < text.len ? digit_of(text.ptr[i + 1]) : -1;
            int low = i + 2 < text.len ? digit_of(text.ptr[i + 2]) : -1;

            if (high < 0 || low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        *(*end)++ = c;
    }
    return true;
}

/* No key is empty, and a decoded one is no longer than it was. */
static bool add_key(struct s3_objects *page, char **end, struct span key,
                    bool encoded)
{
    char *start = *end;

    if (key.len == 0)
        return false;
    if (encoded && !decode(end, key))
        return false;
    if (encoded)
        key = span_from(start, (size_t)(*end - start));
    page->keys[page->count++] = key;
    return true;
}

static bool add_keys(struct s3_objects *page, const xmlNode *root)
{
    struct span encoding = xml_child_text(root, "EncodingType");
    bool encoded = span_is(encoding, "url");
    const xmlNode *element = xml_child(root, "Contents");
    char *end = page->text;

    if (!encoded && encoding.len > 0)
        return false;
    for (; element != NULL; element = xml_next(element, "Contents"))
        if (!add_key(page, &end, xml_raw_text(xml_child(element, "Key")),
                     encoded))
            return false;
    return true;
}

static bool read_next(struct s3_objects *page, const xmlNode *root)
{
    struct span truncated = xml_child_text(root, "IsTruncated");

    if (span_is(truncated, "false"))
        return true;
    page->next = xml_child_text(root, "NextContinuationToken");
    return span_is(truncated, "true") && page->next.len > 0 &&
           page->next.len <= S3_TOKEN_MAX;
}

static enum status read_document(struct s3_objects *page, size_t max_bytes)
{
    const xmlNode *root = xml_root(page->doc, "ListBucketResult");

    if (root == NULL)
        return STATUS_INVALID;
    page->text = malloc(max_bytes + 1);
    page->keys = calloc(xml_count(root, "Contents") + 1, sizeof *page->keys);
    if (page->text == NULL || page->keys == NULL)
        return STATUS_NOMEM;
    return add_keys(page, root) && read_next(page, root) ? STATUS_OK
                                                         : STATUS_INVALID;
}

enum status s3_objects_xml_read(struct s3_objects *page, struct span text)
{
    enum status status;

    *page = (struct s3_objects){.doc = NULL};
    status = xml_parse(text, &page->doc);
    if (status == STATUS_OK)
        status = read_document(page, text.len);
    if (status != STATUS_OK)
        s3_objects_xml_clear(page);
    return status;
}

void s3_objects_xml_clear(struct s3_objects *page)
{
    free(page->keys);
    free(page->text);
    xmlFreeDoc(page->doc);
    *page = (struct s3_objects){.doc = NULL};
}
