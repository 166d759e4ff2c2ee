#include "journal/moment.h"

enum { MS_PER_SECOND = 1000, SECONDS_PER_DAY = 24 * 3600 };

struct civil {
    unsigned year, month, day, hour, minute, second, ms;
};

/* Years are counted from March here, so that the day which some have stands at
 * their end. An era is 400 of them, after which all repeats. */
enum { DAYS_PER_ERA = 146097, DAYS_TO_1970 = 719468 };

static int64_t days_of(unsigned year, unsigned month, unsigned day)
{
    unsigned from_march = (month + 9) % 12;
    unsigned shifted = year - (month <= 2);
    unsigned era = shifted / 400, of_era = shifted % 400;
    unsigned of_year = (153 * from_march + 2) / 5 + day - 1;

    return (int64_t)era * DAYS_PER_ERA + of_era * 365 + of_era / 4 -
           of_era / 100 + of_year - DAYS_TO_1970;
}

static void set_date(int64_t days, struct civil *civil)
{
    unsigned since = (unsigned)(days + DAYS_TO_1970);
    unsigned era = since / DAYS_PER_ERA, of_era = since % DAYS_PER_ERA;
    unsigned year =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
    unsigned from_march = (5 * of_year + 2) / 153;

    civil->day = of_year - (153 * from_march + 2) / 5 + 1;
    civil->month = (from_march + 2) % 12 + 1;
    civil->year = era * 400 + year + (civil->month <= 2);
}

static struct civil civil_of(int64_t ms)
{
    struct civil civil;
    unsigned of_day;

    ms = ms < 0 ? 0 : ms > MOMENT_MAX ? MOMENT_MAX : ms;
    set_date(ms / MOMENT_MS_PER_DAY, &civil);
    of_day = (unsigned)(ms % MOMENT_MS_PER_DAY);
    civil.ms = of_day % MS_PER_SECOND;
    civil.second = of_day / MS_PER_SECOND % 60;
    civil.minute = of_day / MS_PER_SECOND / 60 % 60;
    civil.hour = of_day / MS_PER_SECOND / 3600;
    return civil;
}

/* --- written --------------------------------------------------------------- */

static char *put_digits(char *out, unsigned value, unsigned digits)
{
    for (unsigned i = digits; i-- > 0; value /= 10)
        out[i] = (char)('0' + value % 10);
    return out + digits;
}

static char *put_char(char *out, char c)
{
    *out = c;
    return out + 1;
}

static char *put_date(char *out, const struct civil *civil)
{
    out = put_char(put_digits(out, civil->year, 4), '-');
    out = put_char(put_digits(out, civil->month, 2), '-');
    return put_digits(out, civil->day, 2);
}

size_t moment_format(int64_t ms, char out[MOMENT_TEXT_MAX])
{
    struct civil civil = civil_of(ms);
    char *p = put_char(put_date(out, &civil), 'T');

    p = put_char(put_digits(p, civil.hour, 2), ':');
    p = put_char(put_digits(p, civil.minute, 2), ':');
    p = put_char(put_digits(p, civil.second, 2), '.');
    p = put_char(put_digits(p, civil.ms, 3), 'Z');
    *p = '\0';
    return (size_t)(p - out);
}

size_t moment_format_date(int64_t ms, char out[MOMENT_DATE_MAX])
{
    struct civil civil = civil_of(ms);
    char *p = put_date(out, &civil);

    *p = '\0';
    return (size_t)(p - out);
}

size_t moment_format_compact(int64_t ms, char out[MOMENT_COMPACT_MAX])
{
    struct civil civil = civil_of(ms);
    char *p = put_digits(out, civil.year, 4);

    p = put_digits(p, civil.month, 2);
    p = put_char(put_digits(p, civil.day, 2), 'T');
    p = put_digits(p, civil.hour, 2);
    p = put_digits(p, civil.minute, 2);
    p = put_char(put_digits(p, civil.second, 2), 'Z');
    *p = '\0';
    return (size_t)(p - out);
}

/* --- read ------------------------------------------------------------------ */

/* Each takes its part off the front of *text; false: it is not there. */
static bool take_digits(struct span *text, unsigned digits, unsigned *out)
{
    unsigned value = 0;

    if (text->len < digits)
        return false;
    for (unsigned i = 0; i < digits; i++) {
        if (text->ptr[i] < '0' || text->ptr[i] > '9')
            return false;
        value = value * 10 + (unsigned)(text->ptr[i] - '0');
    }
    *text = span_from(text->ptr + digits, text->len - digits);
    *out = value;
    return true;
}

static bool take_char(struct span *text, char c)
{
    if (text->len == 0 || text->ptr[0] != c)
        return false;
    *text = span_from(text->ptr + 1, text->len - 1);
    return true;
}

static bool take_fraction(struct span *text, unsigned *ms)
{
    unsigned digits = 0, digit;

    *ms = 0;
    if (!take_char(text, '.'))
        return true;
    for (; digits < 9 && take_digits(text, 1, &digit); digits++)
        if (digits < 3)
            *ms = *ms * 10 + digit;
    for (unsigned i = digits; i < 3; i++)
        *ms *= 10;
    return digits > 0;
}

static bool is_leap(unsigned year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static bool is_real(const struct civil *civil)
{
    static const unsigned days[12] = {31, 28, 31, 30, 31, 30,
                                      31, 31, 30, 31, 30, 31};
    unsigned last;

    if (civil->year < 1970 || civil->month < 1 || civil->month > 12)
        return false;
    last = days[civil->month - 1] + (civil->month == 2 && is_leap(civil->year));
    return civil->day >= 1 && civil->day <= last && civil->hour < 24 &&
           civil->minute < 60 && civil->second < 60;
}

static bool set_moment(const struct civil *civil, int64_t *ms)
{
    if (!is_real(civil))
        return false;
    *ms = ((days_of(civil->year, civil->month, civil->day) * SECONDS_PER_DAY +
            civil->hour * 3600 + civil->minute * 60 + civil->second) *
           MS_PER_SECOND) +
          civil->ms;
    return true;
}

static bool take_date(struct span *text, struct civil *civil)
{
    return take_digits(text, 4, &civil->year) && take_char(text, '-') &&
           take_digits(text, 2, &civil->month) && take_char(text, '-') &&
           take_digits(text, 2, &civil->day);
}

bool moment_parse(struct span text, int64_t *ms)
{
    struct civil civil;

    return take_date(&text, &civil) && take_char(&text, 'T') &&
           take_digits(&text, 2, &civil.hour) && take_char(&text, ':') &&
           take_digits(&text, 2, &civil.minute) && take_char(&text, ':') &&
           take_digits(&text, 2, &civil.second) &&
           take_fraction(&text, &civil.ms) && take_char(&text, 'Z') &&
           text.len == 0 && set_moment(&civil, ms);
}

bool moment_parse_date(struct span text, int64_t *ms)
{
    struct civil civil = {0};

    return take_date(&text, &civil) && text.len == 0 && set_moment(&civil, ms);
}

bool moment_parse_compact(struct span text, int64_t *ms)
{
    struct civil civil = {0};

    return take_digits(&text, 4, &civil.year) &&
           take_digits(&text, 2, &civil.month) &&
           take_digits(&text, 2, &civil.day) && take_char(&text, 'T') &&
           take_digits(&text, 2, &civil.hour) &&
           take_digits(&text, 2, &civil.minute) &&
           take_digits(&text, 2, &civil.second) && take_char(&text, 'Z') &&
           text.len == 0 && set_moment(&civil, ms);
}
