#include "server/http/page_values.h"

#include "base/utc.h"
#include "journal/utf8.h"
#include "server/http/ago.h"
#include "server/http/page_files.h"
#include "server/http/template.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAME_MAX_BYTES = 64 };

/* --- members --------------------------------------------------------------------
 */

/* NULL when memory is short. */
static json_t *repaired(struct span text)
{
    char *bytes = malloc(text.len * (sizeof UTF8_REPLACEMENT - 1) + 1);
    size_t len = 0;
    json_t *made;

    if (bytes == NULL)
        return NULL;
    while (text.len > 0) {
        size_t whole = utf8_length(text), taken = whole == 0 ? 1 : whole;

        memcpy(bytes + len, whole == 0 ? UTF8_REPLACEMENT : text.ptr,
               whole == 0 ? sizeof UTF8_REPLACEMENT - 1 : whole);
        len += whole == 0 ? sizeof UTF8_REPLACEMENT - 1 : whole;
        text = span_from(text.ptr + taken, text.len - taken);
    }
    made = json_stringn(bytes, len);
    free(bytes);
    return made;
}

void page_set_text(json_t *object, const char *name, struct span text)
{
    json_object_set_new(object, name, repaired(text));
}

void page_set_string(json_t *object, const char *name, const char *text)
{
    json_object_set_new(object, name, json_string(text));
}

void page_set_words(json_t *object, const char *name, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    json_object_set_new(object, name, json_vsprintf(format, arguments));
    va_end(arguments);
}

void page_set_number(json_t *object, const char *name, uint64_t number)
{
    json_object_set_new(object, name, json_integer((json_int_t)number));
}

void page_set_flag(json_t *object, const char *name, bool flag)
{
    json_object_set_new(object, name, json_boolean(flag));
}

void page_set_address(json_t *object, const char *name,
                      const struct address *address)
{
    char text[ADDRESS_TEXT_MAX] = "";

    if (address->family != ADDRESS_NONE)
        address_format(address, text);
    page_set_string(object, name, text);
}

void page_set_when(json_t *object, const char *name, int64_t at, int64_t now)
{
    char utc[UTC_TEXT_MAX], words[AGO_TEXT_MAX];
    json_t *when;

    if (at == 0)
        return;
    when = json_object();
    page_set_string(when, "utc", utc_format((time_t)at, utc));
    page_set_string(when, "words", ago_format(at, now, words));
    json_object_set_new(object, name, when);
}

json_t *page_set_list(json_t *object, const char *name)
{
    json_t *list = json_array();

    return json_object_set_new(object, name, list) == 0 ? list : NULL;
}

json_t *page_list_add(json_t *list)
{
    json_t *element = json_object();

    return json_array_append_new(list, element) == 0 ? element : NULL;
}

/* --- the page --------------------------------------------------------------------
 */

/* The template "head" is the file head.html. */
static bool find(struct span name, struct span *text)
{
    char file_name[NAME_MAX_BYTES];
    const struct page_file *file;

    snprintf(file_name, sizeof file_name, "%.*s.html", (int)name.len, name.ptr);
    file = page_files_find(file_name);
    if (file == NULL)
        return false;
    *text = page_file_text(file);
    text->len -= text->ptr[text->len - 1] == '\n'; /* no blank behind a part */
    return true;
}

enum status page_fill(const char *template_name, json_t *value,
                      struct strbuf *out)
{
    enum status status = STATUS_INVALID;
    struct span text;

    if (find(span_from_string(template_name), &text))
        status = template_fill(text, value, find, out);
    json_decref(value);
    return status;
}
