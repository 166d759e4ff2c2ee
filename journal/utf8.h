/* utf8 -- how long a character is, as RFC 3629 has it. Pure. */
#ifndef JOURNAL_UTF8_H
#define JOURNAL_UTF8_H

#include "base/span.h"

/* The bytes of the character at the front of the text, 1 to 4; 0: there is none
 * (nothing at all, half of one, an overlong form, a surrogate, what is beyond
 * U+10FFFF). */
size_t utf8_length(struct span text);

/* Whether this character of one or two bytes steers a terminal: C0, DEL, C1. */
bool utf8_is_control(struct span character);

/* Writes one, which is no surrogate and not beyond U+10FFFF; returns its
 * length. */
size_t utf8_write(unsigned code, char out[4]);

/* U+FFFD, which stands for what is none. */
#define UTF8_REPLACEMENT "\xef\xbf\xbd"

#endif
