/* age_words -- how long ago something was, as people say it: "3 h ago". Pure.
 */
#ifndef CLI_AGE_WORDS_H
#define CLI_AGE_WORDS_H

#include "base/strbuf.h"

#include <stdint.h>

/* Appends the age, in the unit of which there are not too many, rounded down:
 * seconds for a minute, minutes for an hour, hours for two days, then days. What
 * lies ahead, by a clock that goes wrong, is "just now". */
void age_words_append(struct strbuf *out, int64_t seconds);

#endif
