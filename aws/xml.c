#include "aws/xml.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

/* A DTD could declare entities that expand without measure, or name files and
 * hosts to read from; AWS never sends one. Stopping alone would leave what was
 * read so far as a document. */
static void refuse_dtd(void *arg, const xmlChar *name,
                       const xmlChar *external_id, const xmlChar *system_id)
{
    xmlParserCtxt *context = arg;
    bool *refused = context->_private;

    (void)name;
    (void)external_id;
    (void)system_id;
    *refused = true;
    xmlStopParser(context);
}

enum status xml_parse(struct span text, xmlDoc **doc)
{
    const int options = XML_PARSE_NONET | XML_PARSE_NOERROR |
                        XML_PARSE_NOWARNING | XML_PARSE_NOCDATA;
    xmlParserCtxt *context;
    bool out_of_memory, refused = false;

    *doc = NULL;
    if (text.len == 0 || text.len > XML_MAX_BYTES)
        return STATUS_INVALID;
    context = xmlNewParserCtxt();
    if (context == NULL)
        return STATUS_NOMEM;
    context->sax->internalSubset = refuse_dtd;
    context->_private = &refused;
    *doc = xmlCtxtReadMemory(context, text.ptr, (int)text.len, NULL, NULL,
                             options);
    out_of_memory = context->errNo == XML_ERR_NO_MEMORY;
    xmlFreeParserCtxt(context);
    if (refused) {
        xmlFreeDoc(*doc);
        *doc = NULL;
    }
    if (*doc == NULL)
        return out_of_memory ? STATUS_NOMEM : STATUS_INVALID;
    return STATUS_OK;
}

bool xml_is(const xmlNode *element, const char *name)
{
    return xmlStrEqual(element->name, (const xmlChar *)name);
}

const xmlNode *xml_root(const xmlDoc *doc, const char *name)
{
    const xmlNode *root = xmlDocGetRootElement(doc);

    return root != NULL && xml_is(root, name) ? root : NULL;
}

/* The first element of this name from a node on, along the siblings. */
static const xmlNode *find(const xmlNode *node, const char *name)
{
    for (; node != NULL; node = node->next)
        if (node->type == XML_ELEMENT_NODE &&
            (name == NULL || xml_is(node, name)))
            return node;
    return NULL;
}

const xmlNode *xml_child(const xmlNode *parent, const char *name)
{
    return parent == NULL ? NULL : find(parent->children, name);
}

const xmlNode *xml_next(const xmlNode *element, const char *name)
{
    return find(element->next, name);
}

size_t xml_count(const xmlNode *parent, const char *name)
{
    const xmlNode *child = xml_child(parent, name);
    size_t count = 0;

    for (; child != NULL; child = xml_next(child, name))
        count++;
    return count;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span xml_raw_text(const xmlNode *element)
{
    const xmlNode *text = element == NULL ? NULL : element->children;

    if (text == NULL || text->type != XML_TEXT_NODE || text->next != NULL)
        return span_from("", 0);
    return span_from_string((const char *)text->content);
}

struct span xml_text(const xmlNode *element)
{
    struct span span = xml_raw_text(element);

    while (span.len > 0 && is_space(span.ptr[0]))
        span = span_from(span.ptr + 1, span.len - 1);
    while (span.len > 0 && is_space(span.ptr[span.len - 1]))
        span.len--;
    return span;
}

struct span xml_child_text(const xmlNode *parent, const char *name)
{
    return xml_text(xml_child(parent, name));
}
