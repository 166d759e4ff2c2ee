#include "journal/json_writer.h"

#include "journal/utf8.h"

/* Of a list of members or items, the first follows its opening at once. */
static void separate(struct strbuf *out, char opening)
{
    if (out->len > 0 && out->ptr[out->len - 1] != opening)
        strbuf_append_char(out, ',');
}

static void put_name(struct strbuf *out, const char *name)
{
    separate(out, '{');
    strbuf_append_char(out, '"');
    strbuf_append_string(out, name);
    strbuf_append(out, span_from("\":", 2));
}

void json_writer_begin(struct strbuf *out)
{
    strbuf_append_char(out, '{');
}

void json_writer_end(struct strbuf *out)
{
    strbuf_append(out, span_from("}\n", 2));
}

/* --- texts ----------------------------------------------------------------- */

/* The bytes at the front that may be written as they are. */
static size_t plain_run(struct span text)
{
    size_t len = 0;

    while (len < text.len && text.ptr[len] >= ' ' && text.ptr[len] < 0x7f &&
           text.ptr[len] != '"' && text.ptr[len] != '\\')
        len++;
    return len;
}

/* What stands for the character at the front of the text, of which it takes
 * *taken bytes. */
static struct span stand_in(struct span text, size_t *taken)
{
    struct span character = span_from(text.ptr, utf8_length(text));

    *taken = character.len == 0 ? 1 : character.len;
    if (character.len == 0)
        return span_from_string(UTF8_REPLACEMENT);
    return utf8_is_control(character) ? span_from(" ", 1) : character;
}

static void put_text(struct strbuf *out, struct span text, size_t max_bytes)
{
    strbuf_append_char(out, '"');
    while (text.len > 0 && max_bytes > 0) {
        size_t taken = plain_run(text);
        struct span written = span_from(text.ptr, taken);

        if (taken == 0)
            written = stand_in(text, &taken);
        else if (taken > max_bytes)
            written.len = max_bytes;
        if (written.len > max_bytes)
            break;
        if (written.ptr[0] == '"' || written.ptr[0] == '\\')
            strbuf_append_char(out, '\\');
        strbuf_append(out, written);
        max_bytes -= written.len;
        text = span_from(text.ptr + taken, text.len - taken);
    }
    strbuf_append_char(out, '"');
}

void json_writer_text(struct strbuf *out, const char *name, struct span text,
                      size_t max_bytes)
{
    put_name(out, name);
    put_text(out, text, max_bytes);
}

void json_writer_list_begin(struct strbuf *out, const char *name)
{
    put_name(out, name);
    strbuf_append_char(out, '[');
}

void json_writer_list_item(struct strbuf *out, struct span text,
                           size_t max_bytes)
{
    separate(out, '[');
    put_text(out, text, max_bytes);
}

void json_writer_list_end(struct strbuf *out)
{
    strbuf_append_char(out, ']');
}

/* --- the others ------------------------------------------------------------ */

/* printf(3) is most of the time that a line takes otherwise. */
void json_writer_number(struct strbuf *out, const char *name, uint64_t number)
{
    char digits[sizeof "18446744073709551615"];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    put_name(out, name);
    strbuf_append(out, span_from(digits + at, sizeof digits - at));
}

void json_writer_flag(struct strbuf *out, const char *name, bool flag)
{
    put_name(out, name);
    strbuf_append_string(out, flag ? "true" : "false");
}
