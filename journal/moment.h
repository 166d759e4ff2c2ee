/* moment -- milliseconds since 1970 as text, in UTC, and back: RFC 3339, as in
 * 2026-11-21T10:15:00.123Z. Made for millions of them: no locale, no tables of
 * time zones. Leap seconds there are none, as everywhere in Unix time. Pure.
 */
#ifndef JOURNAL_MOMENT_H
#define JOURNAL_MOMENT_H

#include "base/span.h"

#include <stdint.h>

#define MOMENT_MAX INT64_C(253402300799999) /* the end of the year 9999 */

enum {
    MOMENT_TEXT_MAX = sizeof "2026-11-21T10:15:00.123Z",
    MOMENT_DATE_MAX = sizeof "2026-11-21",
    MOMENT_COMPACT_MAX = sizeof "20261121T101500Z",
};

#define MOMENT_MS_PER_DAY (INT64_C(24) * 3600 * 1000)

/* NUL-terminated; returns the length. What is before 1970 is written as its
 * first moment, what is behind 9999 as its last. */
size_t moment_format(int64_t ms, char out[MOMENT_TEXT_MAX]);
size_t moment_format_date(int64_t ms, char out[MOMENT_DATE_MAX]);
size_t moment_format_compact(int64_t ms, char out[MOMENT_COMPACT_MAX]);

/* Reads what the function of the same name writes; the fraction of a second may
 * be absent, or have one to nine digits, of which three count. False, with *ms
 * untouched, for anything else: another offset, a day that no calendar has. */
bool moment_parse(struct span text, int64_t *ms);
bool moment_parse_date(struct span text, int64_t *ms);
bool moment_parse_compact(struct span text, int64_t *ms);

#endif
