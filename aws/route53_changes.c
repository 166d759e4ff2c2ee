#include "aws/route53_changes.h"

#include "aws/route53_limits.h"
#include "base/dns_name.h"

#include <libxml/xmlwriter.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_printable(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < ' ' || text.ptr[i] > '~')
            return false;
    return text.len > 0;
}

static enum status check(enum rrset_action action, const struct rrset *rrsets,
                         size_t count)
{
    bool is_delete = action == RRSET_DELETE;
    size_t chars = 0, max_chars = is_delete ? ROUTE53_BATCH_MAX_DELETE_CHARS
                                            : ROUTE53_BATCH_MAX_CHARS;

    if (count == 0)
        return STATUS_INVALID;
    if (count >
        (is_delete ? ROUTE53_BATCH_MAX_DELETES : ROUTE53_BATCH_MAX_UPSERTS))
        return STATUS_FULL;
    for (size_t i = 0; i < count; i++) {
        const struct rrset *rrset = &rrsets[i];

        if (!is_printable(rrset->name) || rrset->name.len > DNS_NAME_MAX ||
            !is_printable(rrset->value) || rrset->ttl > INT32_MAX)
            return STATUS_INVALID;
        if (rrset->value.len > ROUTE53_VALUE_MAX_CHARS)
            return STATUS_FULL;
        chars += rrset->value.len;
    }
    return chars > max_chars ? STATUS_FULL : STATUS_OK;
}

/* libxml2's writer, with its first failure kept. */
struct writer {
    xmlTextWriter *xml;
    bool failed;
};

static void start(struct writer *writer, const char *name)
{
    if (xmlTextWriterStartElement(writer->xml, BAD_CAST name) < 0)
        writer->failed = true;
}

static void end(struct writer *writer)
{
    if (xmlTextWriterEndElement(writer->xml) < 0)
        writer->failed = true;
}

static void put_string(struct writer *writer, const char *name,
                       const char *text)
{
    if (xmlTextWriterWriteElement(writer->xml, BAD_CAST name, BAD_CAST text) <
        0)
        writer->failed = true;
}

/* libxml2 wants a NUL behind the text, a span has none. */
static void put_span(struct writer *writer, const char *name, struct span text)
{
    char copy[ROUTE53_VALUE_MAX_CHARS + 1];

    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    put_string(writer, name, copy);
}

static void put_uint(struct writer *writer, const char *name, uint32_t number)
{
    char digits[16];

    snprintf(digits, sizeof digits, "%" PRIu32, number);
    put_string(writer, name, digits);
}

/* The order of the elements is the schema's; Route 53 refuses any other. */
static void write_change(struct writer *writer, enum rrset_action action,
                         const struct rrset *rrset)
{
    start(writer, "Change");
    put_string(writer, "Action", action == RRSET_DELETE ? "DELETE" : "UPSERT");
    start(writer, "ResourceRecordSet");
    put_span(writer, "Name", rrset->name);
    put_string(writer, "Type", rrset_type_name(rrset->type));
    put_uint(writer, "TTL", rrset->ttl);
    start(writer, "ResourceRecords");
    start(writer, "ResourceRecord");
    put_span(writer, "Value", rrset->value);
    end(writer);
    end(writer);
    end(writer);
    end(writer);
}

static bool write_document(xmlBuffer *buffer, enum rrset_action action,
                           const struct rrset *rrsets, size_t count)
{
    struct writer writer = {xmlNewTextWriterMemory(buffer, 0), false};

    if (writer.xml == NULL)
        return false;
    if (xmlTextWriterStartDocument(writer.xml, NULL, "UTF-8", NULL) < 0 ||
        xmlTextWriterStartElementNS(
            writer.xml, NULL, BAD_CAST "ChangeResourceRecordSetsRequest",
            BAD_CAST "https://route53.amazonaws.com/doc/2013-04-01/") < 0)
        writer.failed = true;
    start(&writer, "ChangeBatch");
    start(&writer, "Changes");
    for (size_t i = 0; i < count; i++)
        write_change(&writer, action, &rrsets[i]);
    if (xmlTextWriterEndDocument(writer.xml) < 0)
        writer.failed = true;
    xmlFreeTextWriter(writer.xml);
    return !writer.failed;
}

enum status route53_changes_write(enum rrset_action action,
                                  const struct rrset *rrsets, size_t count,
                                  char **text, size_t *len)
{
    enum status status = check(action, rrsets, count);
    xmlBuffer *buffer;

    *text = NULL;
    *len = 0;
    if (status != STATUS_OK)
        return status;
    buffer = xmlBufferCreate();
    if (buffer == NULL)
        return STATUS_NOMEM;
    if (write_document(buffer, action, rrsets, count)) {
        *len = (size_t)xmlBufferLength(buffer);
        *text = strndup((const char *)xmlBufferContent(buffer), *len);
    }
    xmlBufferFree(buffer);
    return *text == NULL ? STATUS_NOMEM : STATUS_OK;
}
