#include "aws/timestamp.h"

#include <time.h>

/* Takes exactly so many digits off the front. */
static bool take_digits(struct span *rest, size_t count, int *out)
{
    int value = 0;

    if (rest->len < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (rest->ptr[i] < '0' || rest->ptr[i] > '9')
            return false;
        value = value * 10 + (rest->ptr[i] - '0');
    }
    *rest = span_from(rest->ptr + count, rest->len - count);
    *out = value;
    return true;
}

static bool take_char(struct span *rest, char c)
{
    if (rest->len == 0 || rest->ptr[0] != c)
        return false;
    *rest = span_from(rest->ptr + 1, rest->len - 1);
    return true;
}

static bool take_two(struct span *rest, char before, int max, int *out)
{
    return take_char(rest, before) && take_digits(rest, 2, out) && *out <= max;
}

static bool take_fraction(struct span *rest)
{
    size_t digits = 0;

    if (!take_char(rest, '.'))
        return true;
    for (int ignored; take_digits(rest, 1, &ignored);)
        digits++;
    return digits > 0;
}

/* "Z", or "+01:00"; in seconds. */
static bool take_offset(struct span *rest, int64_t *seconds)
{
    int hours, minutes;
    int64_t sign = rest->len > 0 && rest->ptr[0] == '-' ? -1 : 1;

    *seconds = 0;
    if (take_char(rest, 'Z') || take_char(rest, 'z'))
        return true;
    if (!take_two(rest, sign < 0 ? '-' : '+', 23, &hours) ||
        !take_two(rest, ':', 59, &minutes))
        return false;
    *seconds = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool timestamp_parse(struct span text, int64_t *out)
{
    struct tm tm = {.tm_isdst = 0};
    int64_t offset, moment;
    int day, seconds;

    if (!take_digits(&text, 4, &tm.tm_year) ||
        !take_two(&text, '-', 12, &tm.tm_mon) ||
        !take_two(&text, '-', 31, &tm.tm_mday) ||
        !take_two(&text, 'T', 23, &tm.tm_hour) ||
        !take_two(&text, ':', 59, &tm.tm_min) ||
        !take_two(&text, ':', 60, &seconds) || !take_fraction(&text) ||
        !take_offset(&text, &offset) || text.len > 0 || tm.tm_year < 1970 ||
        tm.tm_mon < 1 || tm.tm_mday < 1)
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon--;
    day = tm.tm_mday;
    moment = (int64_t)timegm(&tm) - offset + seconds;
    if (tm.tm_mday != day) /* there is no 31st of June */
        return false;
    *out = moment;
    return true;
}
