#include "aws/hosted_zone.h"

bool hosted_zone_id_is_valid(struct span id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];

        if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9'))
            return false;
    }
    return id.len > 0 && id.len <= ROUTE53_ID_MAX;
}

struct span hosted_zone_bare_id(struct span id)
{
    static const struct span prefix = SPAN_LITERAL("/hostedzone/");

    if (id.len > prefix.len &&
        span_equal(span_from(id.ptr, prefix.len), prefix))
        return span_from(id.ptr + prefix.len, id.len - prefix.len);
    return id;
}
