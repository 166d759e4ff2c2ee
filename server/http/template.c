#include "server/http/template.h"

/* What the names of the place at hand mean: the element, and all that it is
 * in. */
struct scope {
    const struct scope *outer;
    const json_t *value;
};

struct filling {
    template_find_fn *find;
    struct strbuf *out;
    unsigned depth;
};

enum mark { MARK_VALUE, MARK_EACH, MARK_NONE, MARK_END, MARK_TEXT };

struct tag {
    enum mark mark;
    char name[TEMPLATE_NAME_MAX + 1];
};

/* --- values --------------------------------------------------------------------
 */

static const char *replacement(unsigned char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\t':
    case '\n':
    case '\r':
        return NULL;
    default:
        return c < ' ' || c == 0x7f ? "\xef\xbf\xbd" : NULL;
    }
}

void template_append_escaped(struct strbuf *out, struct span text)
{
    size_t begin = 0;

    for (size_t i = 0; i < text.len; i++) {
        const char *other = replacement((unsigned char)text.ptr[i]);

        if (other == NULL)
            continue;
        strbuf_append(out, span_from(text.ptr + begin, i - begin));
        strbuf_append_string(out, other);
        begin = i + 1;
    }
    strbuf_append(out, span_from(text.ptr + begin, text.len - begin));
}

static const json_t *look_up(const struct scope *scope, const char *name)
{
    const json_t *found = NULL;

    for (; found == NULL && scope != NULL; scope = scope->outer)
        found = json_object_get(scope->value, name);
    return found;
}

static bool is_nothing(const json_t *value)
{
    return value == NULL || json_is_false(value) || json_is_null(value) ||
           (json_is_string(value) && json_string_length(value) == 0) ||
           (json_is_array(value) && json_array_size(value) == 0);
}

static enum status append_value(const struct filling *filling,
                                const json_t *value)
{
    if (json_is_string(value))
        template_append_escaped(
            filling->out,
            span_from(json_string_value(value), json_string_length(value)));
    else if (json_is_integer(value))
        strbuf_printf(filling->out, "%" JSON_INTEGER_FORMAT,
                      json_integer_value(value));
    else if (json_is_boolean(value))
        strbuf_append_string(filling->out,
                             json_is_true(value) ? "true" : "false");
    else
        return STATUS_INVALID;
    return strbuf_ok(filling->out) ? STATUS_OK : STATUS_NOMEM;
}

/* --- tags ----------------------------------------------------------------------
 */

static bool is_name(struct span text)
{
    if (text.len == 0 || text.len > TEMPLATE_NAME_MAX)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!(text.ptr[i] >= 'a' && text.ptr[i] <= 'z') &&
            !(text.ptr[i] >= '0' && text.ptr[i] <= '9') && text.ptr[i] != '_')
            return false;
    return true;
}

static bool parse_tag(struct span inner, struct tag *tag)
{
    static const char signs[] = {[MARK_EACH] = '#',
                                 [MARK_NONE] = '^',
                                 [MARK_END] = '/',
                                 [MARK_TEXT] = '>'};

    tag->mark = MARK_VALUE;
    for (size_t i = MARK_EACH; inner.len > 0 && i < sizeof signs; i++)
        if (inner.ptr[0] == signs[i])
            tag->mark = (enum mark)i;
    if (tag->mark != MARK_VALUE)
        inner = span_from(inner.ptr + 1, inner.len - 1);
    if (!is_name(inner))
        return false;
    memcpy(tag->name, inner.ptr, inner.len);
    tag->name[inner.len] = '\0';
    return true;
}

enum step { STEP_TAG, STEP_END, STEP_INVALID };

/* Cuts off *rest what stands before the next tag, and the tag. */
static enum step next_tag(struct span *rest, struct span *before,
                          struct tag *tag)
{
    const char *open = memmem(rest->ptr, rest->len, "{{", 2), *close;

    *before = *rest;
    if (open == NULL) {
        *rest = span_from(rest->ptr + rest->len, 0);
        return STEP_END;
    }
    before->len = (size_t)(open - rest->ptr);
    rest->len -= before->len + 2;
    rest->ptr = open + 2;
    close = memmem(rest->ptr, rest->len, "}}", 2);
    if (close == NULL ||
        !parse_tag(span_from(rest->ptr, (size_t)(close - rest->ptr)), tag))
        return STEP_INVALID;
    rest->len -= (size_t)(close + 2 - rest->ptr);
    rest->ptr = close + 2;
    return STEP_TAG;
}

/* Cuts off *rest what stands before the end of the section `name`, and that. */
static bool cut_section(struct span *rest, const char *name,
                        struct span *section)
{
    struct span before;
    struct tag tag;
    unsigned open = 1;

    *section = span_from(rest->ptr, 0);
    while (next_tag(rest, &before, &tag) == STEP_TAG) {
        if (strcmp(tag.name, name) != 0)
            continue;
        if (tag.mark == MARK_EACH || tag.mark == MARK_NONE)
            open++;
        if (tag.mark == MARK_END && --open == 0) {
            section->len = (size_t)(before.ptr + before.len - section->ptr);
            return true;
        }
    }
    return false;
}

/* --- filling in ----------------------------------------------------------------
 */

static enum status fill(struct filling *filling, struct span text,
                        const struct scope *scope);

static enum status fill_each(struct filling *filling, struct span section,
                             const struct scope *scope, const json_t *array)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; status == STATUS_OK && i < json_array_size(array); i++)
        status = fill(filling, section,
                      &(struct scope){scope, json_array_get(array, i)});
    return status;
}

/* One that is left out is not looked at, but for its end. */
static enum status fill_section(struct filling *filling, const struct tag *tag,
                                struct span *rest, const struct scope *scope)
{
    const json_t *value = look_up(scope, tag->name);
    struct span section;

    if (!cut_section(rest, tag->name, &section))
        return STATUS_INVALID;
    if (is_nothing(value) != (tag->mark == MARK_NONE))
        return STATUS_OK;
    if (tag->mark == MARK_EACH && json_is_array(value))
        return fill_each(filling, section, scope, value);
    return fill(filling, section,
                &(struct scope){scope, json_is_object(value) ? value : NULL});
}

static enum status fill_tag(struct filling *filling, const struct tag *tag,
                            struct span *rest, const struct scope *scope)
{
    struct span text;

    switch (tag->mark) {
    case MARK_VALUE:
        return append_value(filling, look_up(scope, tag->name));
    case MARK_EACH:
    case MARK_NONE:
        return fill_section(filling, tag, rest, scope);
    case MARK_TEXT:
        return filling->find != NULL &&
                       filling->find(span_from_string(tag->name), &text)
                   ? fill(filling, text, scope)
                   : STATUS_INVALID;
    case MARK_END:
        break;
    }
    return STATUS_INVALID;
}

static enum status fill(struct filling *filling, struct span text,
                        const struct scope *scope)
{
    enum status status = STATUS_OK;
    enum step step = STEP_TAG;

    if (filling->depth == TEMPLATE_MAX_DEPTH)
        return STATUS_INVALID;
    filling->depth++;
    while (status == STATUS_OK && step == STEP_TAG) {
        struct span before;
        struct tag tag;

        step = next_tag(&text, &before, &tag);
        strbuf_append(filling->out, before);
        if (step == STEP_TAG)
            status = fill_tag(filling, &tag, &text, scope);
        else if (step == STEP_INVALID)
            status = STATUS_INVALID;
    }
    filling->depth--;
    return status;
}

enum status template_fill(struct span text, const json_t *value,
                          template_find_fn *find, struct strbuf *out)
{
    struct filling filling = {.find = find, .out = out};
    enum status status = fill(&filling, text, &(struct scope){NULL, value});

    return status == STATUS_OK && !strbuf_ok(out) ? STATUS_NOMEM : status;
}
