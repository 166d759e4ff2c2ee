#include "base/duration.h"

#include "base/decimal.h"

#include <stdio.h>

static const struct unit {
    char letter;
    uint32_t seconds;
} units[] = {{'d', 24 * 60 * 60}, {'h', 60 * 60}, {'m', 60}, {'s', 1}};

enum { UNITS = sizeof units / sizeof units[0] };

/* Seconds in a unit; 0: it is none. */
static uint32_t unit_seconds(char letter)
{
    for (size_t i = 0; i < UNITS; i++)
        if (units[i].letter == letter)
            return units[i].seconds;
    return 0;
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

size_t duration_format(uint32_t seconds, char out[DURATION_TEXT_MAX])
{
    size_t i = 0;

    while (i < UNITS - 1 && (seconds == 0 || seconds % units[i].seconds != 0))
        i++;
    return (size_t)snprintf(out, DURATION_TEXT_MAX, "%u%c",
                            (unsigned)(seconds / units[i].seconds),
                            units[i].letter);
}
