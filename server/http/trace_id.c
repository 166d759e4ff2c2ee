#include "server/http/trace_id.h"

/* "00-TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT-PPPPPPPPPPPPPPPP-FF" */
enum {
    VERSION_AT = 0,
    TRACE_AT = 3,
    TRACE_LEN = 32,
    PARENT_AT = 36,
    PARENT_LEN = 16,
    FLAGS_AT = 53,
    TRACEPARENT_LEN = 55,

    REQUEST_ID_MIN = 20,
};

static bool is_hex(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
            return false;
    }
    return true;
}

static bool is_zero(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '0')
            return false;
    return true;
}

/* Later versions may have more behind a dash; "ff" is none. */
static bool version_is_right(struct span text)
{
    struct span version = span_from(text.ptr + VERSION_AT, 2);

    if (!is_hex(version) || span_is(version, "ff"))
        return false;
    return text.len == TRACEPARENT_LEN ||
           (!span_is(version, "00") && text.ptr[TRACEPARENT_LEN] == '-');
}

static struct span trace_of(struct span text)
{
    static const struct span none = {"", 0};
    struct span trace, parent;

    if (text.len < TRACEPARENT_LEN || !version_is_right(text) ||
        text.ptr[TRACE_AT - 1] != '-' || text.ptr[PARENT_AT - 1] != '-' ||
        text.ptr[FLAGS_AT - 1] != '-')
        return none;
    trace = span_from(text.ptr + TRACE_AT, TRACE_LEN);
    parent = span_from(text.ptr + PARENT_AT, PARENT_LEN);
    if (!is_hex(trace) || is_zero(trace) || !is_hex(parent) ||
        is_zero(parent) || !is_hex(span_from(text.ptr + FLAGS_AT, 2)))
        return none;
    return trace;
}

static bool is_request_id(struct span text)
{
    if (text.len < REQUEST_ID_MIN || text.len > TRACE_ID_MAX)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
            !(c >= 'A' && c <= 'Z') && c != '+' && c != '/' && c != '=' &&
            c != '-')
            return false;
    }
    return true;
}

struct span trace_id_read(struct span traceparent, struct span request_id)
{
    struct span trace = trace_of(traceparent);

    if (trace.len == 0 && is_request_id(request_id))
        return request_id;
    return trace;
}
