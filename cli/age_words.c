#include "cli/age_words.h"

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

void age_words_append(struct strbuf *out, int64_t seconds)
{
    if (seconds <= 0)
        strbuf_append_string(out, "just now");
    else if (seconds < MINUTE)
        strbuf_printf(out, "%d s ago", (int)seconds);
    else if (seconds < HOUR)
        strbuf_printf(out, "%d min ago", (int)(seconds / MINUTE));
    else if (seconds < 2 * DAY)
        strbuf_printf(out, "%d h ago", (int)(seconds / HOUR));
    else
        strbuf_printf(out, "%lld d ago", (long long)(seconds / DAY));
}
