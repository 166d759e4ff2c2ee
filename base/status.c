#include "base/status.h"

const char *status_name(enum status status)
{
    switch (status) {
    case STATUS_OK:
        return "ok";
    case STATUS_NOMEM:
        return "nomem";
    case STATUS_INVALID:
        return "invalid";
    case STATUS_DENIED:
        return "denied";
    case STATUS_FULL:
        return "full";
    case STATUS_NOT_FOUND:
        return "not_found";
    case STATUS_UNCHANGED:
        return "unchanged";
    case STATUS_CONFLICT:
        return "conflict";
    case STATUS_THROTTLED:
        return "throttled";
    case STATUS_BUSY:
        return "busy";
    case STATUS_UNAVAILABLE:
        return "unavailable";
    }
    return "unknown";
}
