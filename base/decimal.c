#include "base/decimal.h"

enum { FRACTION_DIGITS_MAX = 15 }; /* DBL_DIG */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The digits that a text begins with. */
static struct span leading_digits(struct span text)
{
    size_t len = 0;

    while (len < text.len && is_digit(text.ptr[len]))
        len++;
    return span_from(text.ptr, len);
}

static bool is_whole(struct span digits)
{
    return digits.len == 1 || (digits.len > 1 && digits.ptr[0] != '0');
}

bool decimal_parse(struct span text, uint32_t max, uint32_t *out)
{
    struct span digits = leading_digits(text);
    uint64_t value = 0;

    if (digits.len != text.len || !is_whole(digits))
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        value = value * 10 + (uint64_t)(digits.ptr[i] - '0');
        if (value > max)
            return false;
    }
    *out = (uint32_t)value;
    return true;
}

/* Digits and the power of ten are both exact, so that their quotient is the
 * double that is nearest to the text. */
bool decimal_parse_fraction(struct span text, double *out)
{
    struct span whole = leading_digits(text), fraction = {"", 0};
    double value = 0, scale = 1;

    if (!is_whole(whole))
        return false;
    if (whole.len < text.len) {
        fraction =
            span_from(text.ptr + whole.len + 1, text.len - whole.len - 1);
        if (text.ptr[whole.len] != '.' || fraction.len == 0 ||
            leading_digits(fraction).len != fraction.len)
            return false;
    }
    if (whole.len + fraction.len > FRACTION_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < whole.len; i++)
        value = value * 10 + (whole.ptr[i] - '0');
    for (size_t i = 0; i < fraction.len; i++) {
        value = value * 10 + (fraction.ptr[i] - '0');
        scale *= 10;
    }
    *out = value / scale;
    return true;
}
