#include "server/http/cross_site.h"

#include "server/http/authority.h"

bool cross_site_fetch_is_foreign(struct span value)
{
    value = span_trim(value);
    return !span_is(value, "none") && !span_is(value, "same-origin");
}

/* "null" has no scheme, and an extension's origin another one. */
static bool parse_origin(struct span text, struct authority *origin,
                         uint32_t *default_port)
{
    static const struct {
        struct span prefix;
        uint32_t port;
    } schemes[] = {{SPAN_LITERAL("http://"), 80},
                   {SPAN_LITERAL("https://"), 443}};

    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        struct span prefix = schemes[i].prefix;

        if (text.len < prefix.len ||
            !span_is_nocase(span_from(text.ptr, prefix.len), prefix.ptr))
            continue;
        *default_port = schemes[i].port;
        return authority_parse(
            span_from(text.ptr + prefix.len, text.len - prefix.len), origin);
    }
    return false;
}

bool cross_site_origin_is_foreign(struct span value, struct span authority)
{
    struct authority origin, own;
    uint32_t default_port;

    if (!parse_origin(span_trim(value), &origin, &default_port) ||
        !authority_parse(authority, &own) || own.host.len == 0)
        return true;
    if (origin.port == 0)
        origin.port = default_port;
    if (own.port == 0)
        own.port = default_port;
    return origin.port != own.port || origin.host.len != own.host.len ||
           strncasecmp(origin.host.ptr, own.host.ptr, own.host.len) != 0;
}
