/* page_values -- the JSON that a page is filled in with (template.h), and the
 * filling. Pure, but for memory.
 *
 * What cannot be made for want of memory is left out of the object. Then a value
 * is missing, and the page cannot be filled in (page_fill() is where to ask), or
 * a section, and the page says less.
 */
#ifndef SERVER_HTTP_PAGE_VALUES_H
#define SERVER_HTTP_PAGE_VALUES_H

#include "base/address.h"
#include "base/status.h"
#include "base/strbuf.h"

#include <jansson.h>
#include <stdint.h>

/* A text that may be any bytes: what is not UTF-8 becomes U+FFFD. */
void page_set_text(json_t *object, const char *name, struct span text);

/* A literal, or what is UTF-8 by its making. */
void page_set_string(json_t *object, const char *name, const char *text);

/* Formatted likewise. */
void page_set_words(json_t *object, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void page_set_number(json_t *object, const char *name, uint64_t number);
void page_set_flag(json_t *object, const char *name, bool flag);

/* In words: "192.0.2.1"; nothing for ADDRESS_NONE. */
void page_set_address(json_t *object, const char *name,
                      const struct address *address);

/* A moment in seconds since 1970, for the template "when", as a section: as it
 * is written, and how long ago that is. Nothing for 0. */
void page_set_when(json_t *object, const char *name, int64_t at, int64_t now);

/* A list, and an element at its end; both are the owner's, and borrowed. NULL,
 * which every function here takes, when memory is short. */
json_t *page_set_list(json_t *object, const char *name);
json_t *page_list_add(json_t *list);

/* Appends the page that the template makes of the value, which is released.
 * STATUS_NOMEM; STATUS_INVALID: they do not fit, or memory was short while the
 * value was made. */
NODISCARD enum status page_fill(const char *template_name, json_t *value,
                                struct strbuf *out);

#endif
