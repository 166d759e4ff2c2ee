#include "tests/unit/metric_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_MAX_BYTES = 256 * 1024 };

/* Behind a line feed, so that each line has one before it. */
static void write_all(const struct metric_table *table, const void *owner,
                      struct strbuf *text)
{
    struct metric_registry registry = {0};

    strbuf_init(text, TEXT_MAX_BYTES);
    strbuf_append_char(text, '\n');
    metric_register(&registry, table, owner);
    metric_write_text(&registry, text);
    assert_true(strbuf_ok(text));
}

static bool has(const struct strbuf *text, const char *line, const char *end)
{
    char wanted[256];

    assert_true(strlen(line) + 3 < sizeof wanted);
    stpcpy(stpcpy(stpcpy(wanted, "\n"), line), end);
    return strstr(strbuf_string(text), wanted) != NULL;
}

void assert_told(const struct metric_table *table, const void *owner,
                 const char *line)
{
    struct strbuf text;

    write_all(table, owner, &text);
    if (!has(&text, line, "\n"))
        fail_msg("no %s in\n%s", line, strbuf_string(&text));
    strbuf_clear(&text);
}

void assert_not_told(const struct metric_table *table, const void *owner,
                     const char *beginning)
{
    struct strbuf text;

    write_all(table, owner, &text);
    if (has(&text, beginning, ""))
        fail_msg("%s in\n%s", beginning, strbuf_string(&text));
    strbuf_clear(&text);
}
