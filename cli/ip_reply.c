#include "cli/ip_reply.h"

#include "base/address_scope.h"

#include <jansson.h>

/* ---- text ---- */

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

static bool is_part(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
           (c >= 'A' && c <= 'F') || c == '.' || c == ':';
}

/* What an address never touches: it would be part of a name or a version. */
static bool is_glue(char c)
{
    return is_alnum(c) || c == '-' || c == '_';
}

/* Cuts the next run of an address's characters, between others, off *rest. */
static bool next_run(struct span *rest, struct span *run)
{
    size_t begin = 0, end;
    char before = ' ';

    while (begin < rest->len && !is_part(rest->ptr[begin]))
        before = rest->ptr[begin++];
    for (end = begin; end < rest->len && is_part(rest->ptr[end]); end++)
        ;
    if (begin == rest->len)
        return false;
    *run = span_from(rest->ptr + begin, end - begin);
    if (is_glue(before) || (end < rest->len && is_glue(rest->ptr[end])))
        run->len = 0;
    *rest = span_from(rest->ptr + end, rest->len - end);
    return true;
}

/* "address: 192.0.2.1." */
static struct span without_full_stop(struct span run)
{
    while (run.len > 0 && run.ptr[run.len - 1] == '.')
        run.len--;
    return run;
}

static enum status scan(struct span page, enum address_family family,
                        struct address *out)
{
    struct address address;
    bool found = false;
    struct span run;

    while (next_run(&page, &run)) {
        if (!address_parse(without_full_stop(run), &address) ||
            address.family != family)
            continue;
        if (!found || !address_is_internal(&address))
            *out = address;
        found = true;
        if (!address_is_internal(&address))
            break;
    }
    return found ? STATUS_OK : STATUS_NOT_FOUND;
}

/* ---- JSON ---- */

static enum status take_json_address(const char *text,
                                     enum address_family family,
                                     struct address *out, struct strbuf *fault)
{
    struct address address;

    if (!address_parse(span_from_string(text), &address)) {
        strbuf_append_string(fault, "what it calls an address is none");
        return STATUS_INVALID;
    }
    if (address.family != family)
        return STATUS_NOT_FOUND;
    *out = address;
    return STATUS_OK;
}

static enum status read_object(const json_t *object, struct span page,
                               enum address_family family, struct address *out,
                               struct strbuf *fault)
{
    const char *error = json_string_value(json_object_get(object, "error"));
    const char *text = json_string_value(json_object_get(object, "your_ip"));

    if (text == NULL)
        text = json_string_value(json_object_get(object, "ip"));
    if (error != NULL && error[0] != '\0') {
        strbuf_printf(fault, "it says: %.200s", error);
        return STATUS_INVALID;
    }
    return text == NULL ? scan(page, family, out)
                        : take_json_address(text, family, out, fault);
}

static bool looks_like_json(struct span page)
{
    while (page.len > 0 && (page.ptr[0] == '\n' || page.ptr[0] == '\r' ||
                            page.ptr[0] == ' ' || page.ptr[0] == '\t'))
        page = span_from(page.ptr + 1, page.len - 1);
    return page.len > 0 && page.ptr[0] == '{';
}

enum status ip_reply_read(struct span page, enum address_family family,
                          struct address *out, struct strbuf *fault)
{
    enum status status;
    json_t *json;

    if (!looks_like_json(page))
        return scan(page, family, out);
    json = json_loadb(page.ptr, page.len, JSON_REJECT_DUPLICATES, NULL);
    if (json == NULL) {
        strbuf_append_string(fault, "it begins like JSON, but is none");
        return STATUS_INVALID;
    }
    status = read_object(json, page, family, out, fault);
    json_decref(json);
    return status;
}
