#include "cli/diff_words.h"

enum { NAMES_MAX = 5 }; /* as many as a person reads */

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* Appends a part of the line, with a comma before all but the first. */
static void append_part(struct strbuf *out, size_t start, size_t count,
                        const char *sign, const char *noun, const char *verb)
{
    if (count == 0)
        return;
    strbuf_printf(out, "%s%s%zu%s%s%s", out->len > start ? ", " : "", sign,
                  count, noun, noun[0] == '\0' ? "" : plural(count), verb);
}

void diff_words_line(struct strbuf *out, const struct host_diff *diff)
{
    size_t start = out->len;

    append_part(out, start, diff->added.count, "+", " host", "");
    append_part(out, start, diff->removed.count, "-",
                diff->added.count > 0 ? "" : " host", "");
    append_part(out, start, diff->tokens, "", " token", " changed");
    append_part(out, start, diff->values, "", " other value", " changed");
    if (out->len == start)
        strbuf_append_string(out, "no host changes");
}

static void append_group(struct strbuf *out, const char *what,
                         const struct host_diff_group *group)
{
    size_t named = group->named < NAMES_MAX ? group->named : NAMES_MAX;

    if (group->count == 0)
        return;
    strbuf_printf(out, "\n%s: ", what);
    for (size_t i = 0; i < named; i++)
        strbuf_printf(out, "%s%.*s", i == 0 ? "" : ", ",
                      (int)group->names[i].len, group->names[i].ptr);
    if (group->count > named)
        strbuf_printf(out, " and %zu more", group->count - named);
}

void diff_words_summary(struct strbuf *out, const struct host_diff *diff)
{
    append_group(out, "in the file alone", &diff->added);
    append_group(out, "in the bucket alone", &diff->removed);
    append_group(out, "in both, but different", &diff->changed);
    if (host_diff_is_empty(diff))
        strbuf_append_string(out, "\nthe hosts of both are the same");
}
