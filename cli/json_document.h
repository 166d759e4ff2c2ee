/* json_document -- texts from outside, and whole documents, as JSON (jansson).
 */
#ifndef CLI_JSON_DOCUMENT_H
#define CLI_JSON_DOCUMENT_H

#include "base/span.h"

#include <jansson.h>

#define OPTION_JSON                                                            \
    {                                                                          \
        0, "json", NULL, "for programs: JSON on the standard output"           \
    }

/* A string, or null for an empty text. What is not UTF-8 becomes '?', byte for
 * byte. NULL: memory fails. */
json_t *json_document_text(struct span text);

/* Prints a document, which it frees, indented and with a line feed. False: it
 * was said why not; also when `document` is NULL, for then memory failed. */
bool json_document_print(json_t *document);

#endif
