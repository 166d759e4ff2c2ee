/* utc -- a moment as people and programs both read it: RFC 3339, in UTC, as in
 * 2026-11-21T20:13:00Z. Pure.
 */
#ifndef BASE_UTC_H
#define BASE_UTC_H

#include <time.h>

enum { UTC_TEXT_MAX = sizeof "+999999-12-31T23:59:59Z" };

/* Returns `text`, which is empty for a moment that has no such form. */
const char *utc_format(time_t at, char text[UTC_TEXT_MAX]);

#endif
