#include "base/utc.h"

const char *utc_format(time_t at, char text[UTC_TEXT_MAX])
{
    struct tm utc;

    if (gmtime_r(&at, &utc) == NULL ||
        strftime(text, UTC_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        text[0] = '\0';
    return text;
}
