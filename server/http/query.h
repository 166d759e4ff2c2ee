/* query -- parameters of a URL's query or of a form body
 * (application/x-www-form-urlencoded, WHATWG URL Standard 5.1). Pure.
 */
#ifndef SERVER_HTTP_QUERY_H
#define SERVER_HTTP_QUERY_H

#include "base/strbuf.h"

enum query_result {
    QUERY_ABSENT,
    QUERY_FOUND,
    QUERY_TOO_LONG, /* does not fit: no value that we know is that long */
};

/* Finds the first parameter of this name and decodes its value ("%3A" and
 * "+") into out[size]. Parameters without "=" have the empty value. A percent
 * sign that no two hex digits follow stands for itself. */
enum query_result query_find(struct span query, const char *name, char *out,
                             size_t size, struct span *value);

/* The same in `query`, and if it is not there, in `form`. */
enum query_result query_find_either(struct span query, struct span form,
                                    const char *name, char *out, size_t size,
                                    struct span *value);

/* Appends "name=value", behind an "&" if `out` is not empty, the value encoded so
 * that it is safe wherever a URL may stand: nothing stays as it is but letters
 * and digits of ASCII, "-", "." and "_". */
void query_append(struct strbuf *out, const char *name, struct span value);

#endif
