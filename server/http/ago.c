#include "server/http/ago.h"

#include <stddef.h>
#include <stdio.h>

enum { ABOUT_NOW_SECONDS = 5 };

static const struct {
    int64_t seconds;
    const char *name;
} units[] = {
    {86400, "day"},
    {3600, "hour"},
    {60, "minute"},
    {1, "second"},
};

const char *ago_format(int64_t at, int64_t now, char text[AGO_TEXT_MAX])
{
    int64_t away = at > now ? at - now : now - at;
    size_t i = 0;

    if (away < ABOUT_NOW_SECONDS) {
        snprintf(text, AGO_TEXT_MAX, "just now");
        return text;
    }
    while (away < units[i].seconds)
        i++;
    snprintf(text, AGO_TEXT_MAX, "%s%lld %s%s%s", at > now ? "in " : "",
             (long long)(away / units[i].seconds), units[i].name,
             away / units[i].seconds == 1 ? "" : "s", at > now ? "" : " ago");
    return text;
}
