/* template -- HTML made of a text with places to be filled in and a JSON value
 * to fill them with.
 *
 *     {{name}}              the member of this name, escaped
 *     {{#name}}...{{/name}} for each element of an array, in which names are
 *                           looked for there first; once for whatever else is
 *                           something
 *     {{^name}}...{{/name}} once for what is nothing: false, null, "", [] or a
 *                           name that the value does not have
 *     {{>name}}             another text, filled in with the same value
 *
 * A member is a string, an integer or a bool; names are looked for in the
 * element at hand, then outwards. Whatever a value holds, it cannot leave the
 * place where it stands, be it between tags or in quotes: there is no way to
 * have it not escaped. (Where else a place may stand, in a template, a test of
 * them all tells: tests/tree/test_templates.py.) Pure.
 */
#ifndef SERVER_HTTP_TEMPLATE_H
#define SERVER_HTTP_TEMPLATE_H

#include "base/status.h"
#include "base/strbuf.h"

#include <jansson.h>

enum {
    TEMPLATE_MAX_DEPTH = 8, /* of sections and texts in each other */
    TEMPLATE_NAME_MAX = 32,
};

/* The text of a {{>name}}; false: there is none. */
typedef bool template_find_fn(struct span name, struct span *text);

/* Appends to `out` what the text makes of an object. STATUS_INVALID: the text
 * is not well formed, or a {{name}} is not in the value or no member as above;
 * STATUS_NOMEM: `out` is full, or memory is. In both cases what was appended is
 * not to be shown. */
NODISCARD enum status template_fill(struct span text, const json_t *value,
                                    template_find_fn *find, struct strbuf *out);

/* Appends a text as it may stand between tags or in quotes. What is no
 * character of a document (control characters) becomes U+FFFD. The text is
 * UTF-8, as jansson's are. */
void template_append_escaped(struct strbuf *out, struct span text);

#endif
