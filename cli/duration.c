#include "cli/duration.h"

#include "base/decimal.h"

/* Seconds in a unit; 0: it is none. */
static uint32_t unit_seconds(char unit)
{
    switch (unit) {
    case 's':
        return 1;
    case 'm':
        return 60;
    case 'h':
        return 3600;
    default:
        return 0;
    }
}

bool duration_parse(struct span text, uint32_t min_s, uint32_t max_s,
                    uint32_t *seconds)
{
    uint32_t unit, number;

    if (text.len < 2)
        return false;
    unit = unit_seconds(text.ptr[text.len - 1]);
    if (unit == 0 || !decimal_parse(span_from(text.ptr, text.len - 1),
                                    max_s / unit, &number))
        return false;
    if (number * unit < min_s)
        return false;
    *seconds = number * unit;
    return true;
}
