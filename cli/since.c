#include "cli/since.h"

#include "base/duration.h"

#include "journal/moment.h"

#include <stdio.h>

enum { MS = 1000 };

/* A time of a day whose seconds were left out. */
static bool read_minute(struct span text, int64_t *ms)
{
    char whole[sizeof "2026-11-21T10:15:00Z"];

    if (text.len != sizeof "2026-11-21T10:15Z" - 1 ||
        text.ptr[text.len - 1] != 'Z')
        return false;
    snprintf(whole, sizeof whole, "%.*s:00Z", (int)text.len - 1, text.ptr);
    return moment_parse(span_from_string(whole), ms);
}

bool since_parse(struct span text, int64_t now, int64_t *ms)
{
    uint32_t ago;
    int64_t made;

    if (duration_parse(text, 1, UINT32_MAX, &ago))
        made = now - (int64_t)ago * MS;
    else if (!moment_parse_date(text, &made) && !moment_parse(text, &made) &&
             !read_minute(text, &made))
        return false;
    if (made < 0 || made > now)
        return false;
    *ms = made;
    return true;
}
