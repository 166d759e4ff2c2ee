#include "journal/object_name.h"

#include "journal/moment.h"

#include <stdio.h>
#include <sys/random.h>

static const char folder[] = "events/dt=";
static const char suffix[] = ".jsonl.gz";
static const char hex[] = "0123456789abcdef";

enum { NUMBER_DIGITS = 6 }; /* at least, for the eye */

/* --- copies ---------------------------------------------------------------- */

bool copy_name_draw(char copy[COPY_NAME_MAX])
{
    unsigned char bytes[COPY_NAME_DIGITS / 2];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return false;
    for (size_t i = 0; i < sizeof bytes; i++) {
        copy[2 * i] = hex[bytes[i] >> 4];
        copy[2 * i + 1] = hex[bytes[i] & 15];
    }
    copy[COPY_NAME_DIGITS] = '\0';
    return true;
}

bool copy_name_is_one(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (memchr(hex, text.ptr[i], sizeof hex - 1) == NULL)
            return false;
    return text.len == COPY_NAME_DIGITS;
}

/* --- written --------------------------------------------------------------- */

size_t object_name_day(int64_t ms, char prefix[OBJECT_NAME_MAX])
{
    char date[MOMENT_DATE_MAX];

    moment_format_date(ms, date);
    return (size_t)snprintf(prefix, OBJECT_NAME_MAX, "%s%s/", folder, date);
}

size_t object_name_before(int64_t ms, char key[OBJECT_NAME_MAX])
{
    size_t len = object_name_day(ms, key);

    return len + moment_format_compact(ms, key + len);
}

size_t object_name_write(const struct object_name *name,
                         char key[OBJECT_NAME_MAX])
{
    size_t len = object_name_before(name->made_at, key);

    return len + (size_t)snprintf(key + len, OBJECT_NAME_MAX - len,
                                  "-%s-%0*u%s", name->copy, NUMBER_DIGITS,
                                  name->number % (OBJECT_NUMBER_MAX + 1U),
                                  suffix);
}

/* --- read ------------------------------------------------------------------ */

static struct span take(struct span *rest, size_t len)
{
    struct span part = span_from(rest->ptr, len < rest->len ? len : rest->len);

    *rest = span_from(rest->ptr + part.len, rest->len - part.len);
    return part;
}

static bool take_literal(struct span *rest, const char *text)
{
    return span_is(take(rest, strlen(text)), text);
}

/* Six digits, or more if the first is no zero. */
static bool read_number(struct span digits, uint32_t *number)
{
    uint32_t value = 0;

    if (digits.len < NUMBER_DIGITS || digits.len > 9 ||
        (digits.len > NUMBER_DIGITS && digits.ptr[0] == '0'))
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
            return false;
        value = value * 10 + (uint32_t)(digits.ptr[i] - '0');
    }
    *number = value;
    return value > 0;
}

bool object_name_read(struct span key, struct object_name *out)
{
    struct object_name name = {0};
    struct span copy;
    int64_t day;

    if (!take_literal(&key, folder) ||
        !moment_parse_date(take(&key, MOMENT_DATE_MAX - 1), &day) ||
        !take_literal(&key, "/") ||
        !moment_parse_compact(take(&key, MOMENT_COMPACT_MAX - 1),
                              &name.made_at) ||
        name.made_at / MOMENT_MS_PER_DAY != day / MOMENT_MS_PER_DAY ||
        !take_literal(&key, "-"))
        return false;
    copy = take(&key, COPY_NAME_DIGITS);
    if (!copy_name_is_one(copy) || !take_literal(&key, "-") ||
        key.len < sizeof suffix - 1 ||
        !read_number(take(&key, key.len - (sizeof suffix - 1)), &name.number) ||
        !take_literal(&key, suffix))
        return false;
    memcpy(name.copy, copy.ptr, copy.len);
    *out = name;
    return true;
}
