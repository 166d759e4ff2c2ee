/* xml -- reading AWS's small documents: libxml2 with everything closed that
 * they do not need. No network, no DTD, no entities but XML's own five; the
 * nesting is bounded by libxml2 (256 levels). Elements are found by their
 * local name, whatever their namespace: S3 sends its errors without one,
 * Route 53 with its own. Private to this floor.
 */
#ifndef AWS_XML_H
#define AWS_XML_H

#include "base/span.h"
#include "base/status.h"

#include <libxml/tree.h>

/* A page of 300 record sets takes about 100 KB, more with long TXT records. */
enum { XML_MAX_BYTES = 8 * 1024 * 1024 };

/* Parses a whole document. *doc is set, to be freed with xmlFreeDoc(), or NULL
 * with STATUS_INVALID: not well-formed, cut short, longer than XML_MAX_BYTES,
 * with a DTD; or with STATUS_NOMEM. */
NODISCARD enum status xml_parse(struct span text, xmlDoc **doc);

/* The root element if it has this name, else NULL. */
const xmlNode *xml_root(const xmlDoc *doc, const char *name);

/* Whether an element has this local name. */
bool xml_is(const xmlNode *element, const char *name);

/* The first child element of this name (of any name: NULL), or NULL. `parent`
 * may be NULL, so that look-ups can be nested. */
const xmlNode *xml_child(const xmlNode *parent, const char *name);

/* The next element of this name among the siblings, or NULL. */
const xmlNode *xml_next(const xmlNode *element, const char *name);

/* How many child elements of this name there are. */
size_t xml_count(const xmlNode *parent, const char *name);

/* The text of an element that holds nothing else, without the white space at
 * its ends, borrowed from the document. Empty when it holds anything else, or
 * is NULL. */
struct span xml_text(const xmlNode *element);

/* The same with its white space, which may be a part of a name. */
struct span xml_raw_text(const xmlNode *element);

/* The text of the first child element of this name. */
struct span xml_child_text(const xmlNode *parent, const char *name);

#endif
