#include "aws/ini_file.h"

struct ini_reader ini_open(struct span text)
{
    static const struct span mark = SPAN_LITERAL("\xef\xbb\xbf");

    if (text.len >= mark.len && memcmp(text.ptr, mark.ptr, mark.len) == 0)
        text = span_from(text.ptr + mark.len, text.len - mark.len);
    return (struct ini_reader){.rest = text, .section = span_from("", 0)};
}

static bool fail(struct ini_reader *reader, const char *fault)
{
    reader->fault = fault;
    return false;
}

static size_t count_blanks(struct span line)
{
    size_t count = 0;

    while (count < line.len &&
           (line.ptr[count] == ' ' || line.ptr[count] == '\t'))
        count++;
    return count;
}

/* The next line that says something, without its end and its blanks. */
static bool next_line(struct ini_reader *reader, struct span *line,
                      size_t *indent)
{
    while (span_split(&reader->rest, '\n', line)) {
        reader->line++;
        if (line->len > 0 && line->ptr[line->len - 1] == '\r')
            line->len--;
        *indent = count_blanks(*line);
        *line = span_trim(*line);
        if (line->len > 0 && line->ptr[0] != '#' && line->ptr[0] != ';')
            return true;
    }
    return false;
}

static bool take_section(struct ini_reader *reader, struct span line,
                         struct ini_entry *entry)
{
    const char *end = memchr(line.ptr, ']', line.len);

    if (end == NULL)
        return fail(reader, "begins with [ and has no ]");
    reader->section =
        span_trim(span_from(line.ptr + 1, (size_t)(end - line.ptr) - 1));
    reader->in_section = true;
    reader->has_key = false;
    *entry = (struct ini_entry){.section = reader->section,
                                .key = span_from("", 0),
                                .value = span_from("", 0)};
    return true;
}

static bool take_key(struct ini_reader *reader, struct span line,
                     struct ini_entry *entry)
{
    size_t len = 0;

    while (len < line.len && line.ptr[len] != '=' && line.ptr[len] != ':')
        len++;
    if (len == line.len)
        return fail(reader, "is neither [section] nor key = value");
    if (!reader->in_section)
        return fail(reader, "stands before the first [section]");
    entry->section = reader->section;
    entry->key = span_trim(span_from(line.ptr, len));
    entry->value = span_trim(span_from(line.ptr + len + 1, line.len - len - 1));
    if (entry->key.len == 0)
        return fail(reader, "has no key before the =");
    return true;
}

bool ini_next(struct ini_reader *reader, struct ini_entry *entry)
{
    struct span line;
    size_t indent;

    while (reader->fault == NULL && next_line(reader, &line, &indent)) {
        if (reader->has_key && indent > reader->indent)
            continue;
        if (line.ptr[0] == '[')
            return take_section(reader, line, entry);
        reader->has_key = true;
        reader->indent = indent;
        return take_key(reader, line, entry);
    }
    return false;
}
