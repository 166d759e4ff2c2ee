#include "server/http/json_text.h"

/* jansson goes as deep as 2,048 by recursion. What is a string here is one
 * there too, as far as the text is JSON; what is behind that, it never reads. */
static bool is_shallow(struct span text)
{
    unsigned depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (c == '"')
            quoted = !quoted;
        else if (quoted && c == '\\')
            i++;
        else if (!quoted && (c == '{' || c == '['))
            depth++;
        else if (!quoted && (c == '}' || c == ']'))
            depth--; /* what closes nothing is no JSON either */
        if (depth > JSON_TEXT_MAX_DEPTH)
            return false;
    }
    return true;
}

json_t *json_text_read(struct span text)
{
    json_t *value;

    if (text.len > JSON_TEXT_MAX_BYTES || !is_shallow(text))
        return NULL;
    value = json_loadb(text.len == 0 ? "" : text.ptr, text.len,
                       JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(value))
        return value;
    json_decref(value);
    return NULL;
}

bool json_text_member(const json_t *object, const char *name, struct span *out)
{
    const json_t *member = json_object_get(object, name);

    if (!json_is_string(member))
        return false;
    *out = span_from(json_string_value(member), json_string_length(member));
    return true;
}

static size_t flags_of(enum json_text_style style)
{
    return JSON_ENSURE_ASCII | (style == JSON_TEXT_COMPACT ? JSON_COMPACT : 0);
}

size_t json_text_write(json_t *value, enum json_text_style style, char *out,
                       size_t size)
{
    size_t len =
        value == NULL ? 0 : json_dumpb(value, out, size, flags_of(style));

    json_decref(value);
    return len > size ? 0 : len;
}

char *json_text_write_long(json_t *value, enum json_text_style style)
{
    char *text = value == NULL ? NULL : json_dumps(value, flags_of(style));

    json_decref(value);
    return text;
}
