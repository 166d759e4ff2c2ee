/* ago -- how long something is away, as people say it: "5 minutes ago", "in 3
 * days". Pure.
 */
#ifndef SERVER_HTTP_AGO_H
#define SERVER_HTTP_AGO_H

#include <stdint.h>

enum { AGO_TEXT_MAX = 48 };

/* Of a moment, both in seconds. Returns `text`. Whole units are told, rounded
 * down, so that "2 days ago" is two days at least; clocks that differ by a few
 * seconds are no reason to tell of a future. */
const char *ago_format(int64_t at, int64_t now, char text[AGO_TEXT_MAX]);

#endif
