#include "server/http/request_target.h"

#include "server/http/authority.h"

/* What follows "http://" or "https://" (schemes have no letter case, RFC 3986
 * 3.1); false if the text begins with neither. TLS ends at a proxy, so that
 * either may reach us. */
static bool skip_scheme(struct span text, struct span *rest)
{
    static const char *const schemes[] = {"http://", "https://"};

    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t len = strlen(schemes[i]);

        if (text.len < len ||
            !span_is_nocase(span_from(text.ptr, len), schemes[i]))
            continue;
        *rest = span_from(text.ptr + len, text.len - len);
        return true;
    }
    return false;
}

/* RFC 9110 4.2: without a host it is no URL of HTTP. */
static bool split_absolute(struct span rest, struct request_target *target)
{
    struct authority authority;
    size_t len = 0;

    while (len < rest.len && memchr("/?#", rest.ptr[len], 3) == NULL)
        len++;
    target->authority = span_from(rest.ptr, len);
    target->path = span_from(rest.ptr + len, rest.len - len);
    return authority_parse(target->authority, &authority) &&
           authority.host.len > 0;
}

void request_target_read(struct span method, struct span text,
                         struct request_target *target)
{
    struct authority authority;
    struct span rest;

    *target = (struct request_target){REQUEST_TARGET_INVALID, {"", 0}, {"", 0}};
    if (span_is(method, "CONNECT")) {
        if (authority_parse(text, &authority) && authority.host.len > 0 &&
            authority.port != 0)
            target->form = REQUEST_TARGET_AUTHORITY;
    } else if (text.len > 0 && text.ptr[0] == '/') {
        target->form = REQUEST_TARGET_ORIGIN;
        target->path = text;
    } else if (skip_scheme(text, &rest)) {
        if (split_absolute(rest, target))
            target->form = REQUEST_TARGET_ABSOLUTE;
    } else if (span_is(text, "*") && span_is(method, "OPTIONS")) {
        target->form = REQUEST_TARGET_ASTERISK;
    }
}
