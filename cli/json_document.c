#include "cli/json_document.h"
#include "cli/print.h"
#include "cli/say.h"

#include "base/strbuf.h"

#include <stdlib.h>

enum { INDENT = 2 };

/* More than the largest database makes. */
#define DOCUMENT_MAX_BYTES ((size_t)1 << 40)

/* jansson takes UTF-8 alone, and says of nothing else why it fails. */
static json_t *ascii_of(struct span text)
{
    char *copy = malloc(text.len);
    json_t *made = NULL;

    if (copy == NULL)
        return NULL;
    for (size_t i = 0; i < text.len; i++)
        copy[i] = (unsigned char)text.ptr[i] < 0x80 ? text.ptr[i] : '?';
    made = json_stringn(copy, text.len);
    free(copy);
    return made;
}

json_t *json_document_text(struct span text)
{
    json_t *made;

    if (text.len == 0)
        return json_null();
    made = json_stringn(text.ptr, text.len);
    return made == NULL ? ascii_of(text) : made;
}

static int append(const char *text, size_t len, void *arg)
{
    strbuf_append(arg, span_from(text, len));
    return strbuf_ok(arg) ? 0 : -1;
}

bool json_document_print(json_t *document)
{
    struct strbuf text;
    bool done = false;

    strbuf_init(&text, DOCUMENT_MAX_BYTES);
    if (document == NULL ||
        json_dump_callback(document, append, &text, JSON_INDENT(INDENT)) != 0) {
        say("out of memory");
    } else {
        strbuf_append_char(&text, '\n');
        done = print(strbuf_span(&text));
    }
    strbuf_clear(&text);
    json_decref(document);
    return done;
}
