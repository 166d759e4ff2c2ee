#include "journal/json_reader.h"

#include "journal/utf8.h"

static bool fail(struct json_reader *reader)
{
    reader->has_failed = true;
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct json_reader *reader)
{
    while (reader->at < reader->end && is_blank(*reader->at))
        reader->at++;
}

/* Whether this stands next, behind blanks; then it is taken. */
static bool take(struct json_reader *reader, char c)
{
    skip_blanks(reader);
    if (reader->at == reader->end || *reader->at != c)
        return false;
    reader->at++;
    return true;
}

static bool take_word(struct json_reader *reader, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(reader->end - reader->at) < len ||
        memcmp(reader->at, word, len) != 0)
        return false;
    reader->at += len;
    return true;
}

/* --- texts ----------------------------------------------------------------- */

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits behind \u. */
static bool take_code(struct json_reader *reader, unsigned *code)
{
    *code = 0;
    if (reader->end - reader->at < 4)
        return fail(reader);
    for (int i = 0; i < 4; i++) {
        int digit = digit_of(*reader->at++);

        if (digit < 0)
            return fail(reader);
        *code = *code << 4 | (unsigned)digit;
    }
    return true;
}

static bool is_surrogate(unsigned code)
{
    return code >= 0xd800 && code < 0xe000;
}

/* Makes of the first half of a pair, which was taken, the whole. */
static bool take_second_half(struct json_reader *reader, unsigned *code)
{
    char *before = reader->at;
    unsigned second;

    if (*code < 0xdc00 && take_word(reader, "\\u")) {
        if (!take_code(reader, &second))
            return false;
        if (second >= 0xdc00 && second < 0xe000) {
            *code = 0x10000 + ((*code - 0xd800) << 10) + (second - 0xdc00);
            return true;
        }
        reader->at = before;
    }
    *code = 0xfffd;
    return true;
}

/* Six bytes hold at most three, twelve hold four, so *out stays behind. */
static bool decode_code(struct json_reader *reader, char **out)
{
    unsigned code;

    if (!take_code(reader, &code) ||
        (is_surrogate(code) && !take_second_half(reader, &code)))
        return false;
    if (code < 0x20 || (code >= 0x7f && code < 0xa0))
        code = ' ';
    *out += utf8_write(code, *out);
    return true;
}

/* What a backslash, which was taken, stands before. */
static bool decode_escape(struct json_reader *reader, char **out)
{
    char c = reader->at == reader->end ? '\0' : *reader->at++;

    switch (c) {
    case 'u':
        return decode_code(reader, out);
    case '"':
    case '\\':
    case '/':
        break;
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        c = ' ';
        break;
    default:
        return fail(reader);
    }
    *(*out)++ = c;
    return true;
}

/* A character as it stands. */
static bool decode_character(struct json_reader *reader, char **out)
{
    struct span rest =
        span_from(reader->at, (size_t)(reader->end - reader->at));
    struct span character = span_from(rest.ptr, utf8_length(rest));

    if (character.len == 0 || (unsigned char)character.ptr[0] < 0x20)
        return fail(reader);
    reader->at += character.len;
    if (utf8_is_control(character))
        character = span_from(" ", 1);
    memmove(*out, character.ptr, character.len);
    *out += character.len;
    return true;
}

static bool is_plain(char c)
{
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

/* Decodes what stands behind a quote, which was taken. */
static bool decode_text(struct json_reader *reader, struct span *text)
{
    char *begin = reader->at, *out;

    while (reader->at < reader->end && is_plain(*reader->at))
        reader->at++;
    for (out = reader->at; reader->at < reader->end;) {
        if (take_word(reader, "\"")) {
            *text = span_from(begin, (size_t)(out - begin));
            return true;
        }
        if (!(take_word(reader, "\\") ? decode_escape(reader, &out)
                                      : decode_character(reader, &out)))
            return false;
    }
    return fail(reader);
}

/* --- what is passed over --------------------------------------------------- */

static bool skip_value(struct json_reader *reader, unsigned depth);

/* Behind its quote. Nothing is changed, so it can be read once more. */
static bool skip_text(struct json_reader *reader)
{
    for (; reader->at < reader->end; reader->at++) {
        if (*reader->at == '"') {
            reader->at++;
            return true;
        }
        if (*reader->at == '\\' && ++reader->at == reader->end)
            break;
    }
    return fail(reader);
}

static bool skip_name(struct json_reader *reader)
{
    return (take(reader, '"') && skip_text(reader) && take(reader, ':')) ||
           fail(reader);
}

/* An array or an object, behind its opening. */
static bool skip_group(struct json_reader *reader, char closing, unsigned depth)
{
    if (depth == JSON_READER_MAX_DEPTH)
        return fail(reader);
    if (take(reader, closing))
        return true;
    do {
        if ((closing == '}' && !skip_name(reader)) ||
            !skip_value(reader, depth + 1))
            return false;
    } while (take(reader, ','));
    return take(reader, closing) || fail(reader);
}

static void skip_digits(struct json_reader *reader)
{
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9')
        reader->at++;
}

/* More lax than JSON: numbers that nobody reads may begin with zeros. */
static bool skip_number(struct json_reader *reader)
{
    const char *digits;

    take_word(reader, "-");
    digits = reader->at;
    skip_digits(reader);
    if (reader->at == digits)
        return fail(reader);
    if (take_word(reader, "."))
        skip_digits(reader);
    if (take_word(reader, "e") || take_word(reader, "E")) {
        (void)(take_word(reader, "-") || take_word(reader, "+"));
        skip_digits(reader);
    }
    return true;
}

static bool skip_value(struct json_reader *reader, unsigned depth)
{
    if (take(reader, '"'))
        return skip_text(reader);
    if (take(reader, '['))
        return skip_group(reader, ']', depth);
    if (take(reader, '{'))
        return skip_group(reader, '}', depth);
    return take_word(reader, "null") || take_word(reader, "true") ||
           take_word(reader, "false") || skip_number(reader);
}

/* --- members --------------------------------------------------------------- */

void json_reader_init(struct json_reader *reader, char *line, size_t len)
{
    *reader = (struct json_reader){.at = line, .end = line + len};
}

/* Whether the digits in between are a number that fits. */
static bool number_of(struct span digits, uint64_t *number)
{
    uint64_t value = 0;

    for (size_t i = 0; i < digits.len; i++) {
        unsigned digit = (unsigned)(digits.ptr[i] - '0');

        if (digit > 9 || value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *number = value;
    return true;
}

static bool read_else(struct json_reader *reader, struct json_member *member)
{
    char *begin = reader->at;
    struct span raw;

    if (!skip_value(reader, 0))
        return false;
    raw = span_from(begin, (size_t)(reader->at - begin));
    if (*begin == '[') {
        member->kind = JSON_LIST;
        json_reader_init(&member->list, begin + 1, raw.len - 2);
    } else if (span_is(raw, "true") || span_is(raw, "false")) {
        member->kind = JSON_FLAG;
        member->number = raw.len == 4;
    } else if (number_of(raw, &member->number)) {
        member->kind = JSON_NUMBER;
    } else {
        member->kind = JSON_SOMETHING_ELSE;
    }
    return true;
}

static bool read_value(struct json_reader *reader, struct json_member *member)
{
    if (take(reader, '"')) {
        member->kind = JSON_TEXT;
        return decode_text(reader, &member->text);
    }
    return reader->at < reader->end ? read_else(reader, member) : fail(reader);
}

static bool read_member(struct json_reader *reader, struct json_member *member)
{
    *member = (struct json_member){.kind = JSON_SOMETHING_ELSE};
    if (!take(reader, '"'))
        return fail(reader);
    return decode_text(reader, &member->name) &&
           (take(reader, ':') || fail(reader)) && read_value(reader, member);
}

/* Behind the last member nothing may stand but the end. */
static bool end(struct json_reader *reader)
{
    skip_blanks(reader);
    reader->has_ended = reader->at == reader->end;
    return !reader->has_ended && fail(reader);
}

bool json_reader_next(struct json_reader *reader, struct json_member *member)
{
    if (reader->has_failed || reader->has_ended)
        return false;
    if (!reader->has_begun) {
        if (!take(reader, '{'))
            return fail(reader);
        reader->has_begun = true;
        return take(reader, '}') ? end(reader) : read_member(reader, member);
    }
    if (take(reader, '}'))
        return end(reader);
    return take(reader, ',') ? read_member(reader, member) : fail(reader);
}

bool json_reader_ok(const struct json_reader *reader)
{
    return reader->has_ended && !reader->has_failed;
}

bool json_reader_item(struct json_reader *list, struct span *text)
{
    while (!list->has_failed && list->at < list->end) {
        take(list, ',');
        if (take(list, '"'))
            return decode_text(list, text);
        if (list->at == list->end || !skip_value(list, 0))
            return false;
    }
    return false;
}
