#include "server/http/request_head.h"

#include "server/http/authority.h"
#include "server/http/char_table.h"

#include <stdint.h>

/* h2o reads no longer numbers either. */
enum { CONTENT_LENGTH_DIGITS_MAX = 19 };

static const char not_http[] = "the first line is not that of an HTTP request";
static const char bad_line_end[] = "a line of the head does not end in CR LF";
static const char stray_control[] = "a control character is in the head";

/* The headers that decide where a request ends, and whom it is for. */
struct framing {
    bool is_http_1_0;
    bool has_content_length;
    bool has_transfer_encoding;
    bool has_host;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* RFC 9110 5.6.2, tchar. */
static const char token_chars[CHAR_TABLE_LEN + 1] =
    "                                "
    " ! #$%&'  *+ -. 0123456789      "
    " ABCDEFGHIJKLMNOPQRSTUVWXYZ   ^_"
    "`abcdefghijklmnopqrstuvwxyz | ~ ";

/* The token at the beginning of a text; empty if there is none. */
static struct span token_of(struct span text)
{
    size_t len = 0;

    while (len < text.len && char_table_has(token_chars, text.ptr[len]))
        len++;
    return span_from(text.ptr, len);
}

/* RFC 9110 5.5: in no value stands NUL, CR, LF, or another control character
 * but the tab; and what else a line consists of has none either. So in a sound
 * head they are the two at the end of each line. They are counted all at once,
 * without a jump and in bytes, as processors do best. */
static bool has_stray_controls(struct span head, size_t lines)
{
    size_t count = 0;

    while (head.len > 0) {
        size_t part_len = head.len < UINT8_MAX ? head.len : UINT8_MAX;
        uint8_t part = 0;

        for (size_t i = 0; i < part_len; i++) {
            uint8_t c = (uint8_t)head.ptr[i];

            part = (uint8_t)(part + ((c < ' ' && c != '\t') || c == 0x7f));
        }
        count += part;
        head = span_from(head.ptr + part_len, head.len - part_len);
    }
    return count != 2 * lines;
}

/* Without blanks. Which bytes a target may hold otherwise decides nothing
 * here, and modems do not escape what they should. */
static bool is_target(struct span text)
{
    return memchr(text.ptr, ' ', text.len) == NULL &&
           memchr(text.ptr, '\t', text.len) == NULL;
}

/* A recipient may take a bare LF for the end of a line (RFC 9112 2.2), and
 * others need not: so here it is none. */
static bool take_line(struct span *rest, struct span *line)
{
    const char *end =
        rest->len == 0 ? NULL : memchr(rest->ptr, '\n', rest->len);
    size_t len;

    if (end == NULL || end == rest->ptr || end[-1] != '\r')
        return false;
    len = (size_t)(end - rest->ptr) + 1;
    *line = span_from(rest->ptr, len - 2);
    *rest = span_from(rest->ptr + len, rest->len - len);
    return true;
}

/* RFC 9112 3: method SP request-target SP HTTP-version. A minor version above
 * 1 is spoken to as 1.1 (RFC 9110 2.5). */
static const char *read_request_line(struct span line,
                                     struct request_head *head,
                                     struct framing *framing)
{
    static const char name[] = "HTTP/1.";
    const size_t name_len = sizeof name - 1;
    size_t around; /* all but the target: two blanks, and the minor version */
    const char *version;

    head->method = token_of(line);
    around = head->method.len + 1 + 1 + name_len + 1;
    if (head->method.len == 0 || line.len <= around)
        return not_http;
    head->target =
        span_from(line.ptr + head->method.len + 1, line.len - around);
    version = head->target.ptr + head->target.len + 1;
    if (head->target.ptr[-1] != ' ' || version[-1] != ' ' ||
        !is_target(head->target) || memcmp(version, name, name_len) != 0 ||
        !is_digit(version[name_len]))
        return not_http;
    framing->is_http_1_0 = version[name_len] == '0';
    return NULL;
}

/* RFC 9110 8.6: 1*DIGIT. Of a list of equal numbers, or of the same header
 * twice, a recipient may make one; it may refuse them as well. */
static const char *note_content_length(struct span value,
                                       struct framing *framing)
{
    if (framing->has_content_length)
        return "there is more than one Content-Length";
    framing->has_content_length = true;
    if (value.len == 0 || value.len > CONTENT_LENGTH_DIGITS_MAX)
        return "Content-Length is no plain number";
    for (size_t i = 0; i < value.len; i++)
        if (!is_digit(value.ptr[i]))
            return "Content-Length is no plain number";
    return NULL;
}

/* Of transfer codings only "chunked" is known here (RFC 9112 7). */
static const char *note_transfer_encoding(struct span value,
                                          struct framing *framing)
{
    if (framing->has_transfer_encoding)
        return "there is more than one Transfer-Encoding";
    framing->has_transfer_encoding = true;
    if (!span_is_nocase(value, "chunked"))
        return "Transfer-Encoding is other than chunked";
    return NULL;
}

static const char *note_host(struct span value, struct request_head *head,
                             struct framing *framing)
{
    struct authority authority;

    if (framing->has_host)
        return "there is more than one Host";
    framing->has_host = true;
    head->host = value;
    if (!authority_parse(value, &authority))
        return "Host is no name of a host";
    return NULL;
}

/* A blank before the colon is no part of the name (RFC 9112 5.1: 400), and a
 * line that begins with one continues the line before (5.2: 400). */
static const char *read_header(struct span line, struct request_head *head,
                               struct framing *framing)
{
    struct span name = token_of(line), value;

    if (line.ptr[0] == ' ' || line.ptr[0] == '\t')
        return "a header is folded over two lines";
    if (name.len == 0 || name.len == line.len || line.ptr[name.len] != ':')
        return "a line of the head is no header";
    value =
        span_trim(span_from(line.ptr + name.len + 1, line.len - name.len - 1));
    if (span_is_nocase(name, "Content-Length"))
        return note_content_length(value, framing);
    if (span_is_nocase(name, "Transfer-Encoding"))
        return note_transfer_encoding(value, framing);
    if (span_is_nocase(name, "Host"))
        return note_host(value, head, framing);
    if (span_is_nocase(name, "Expect"))
        head->is_last = true;
    return NULL;
}

/* RFC 9112 6.1: Transfer-Encoding in HTTP/1.0, or beside Content-Length, is
 * faulty framing, or an attempt at smuggling. 3.2: HTTP/1.1 has one Host. */
static const char *judge(const struct framing *framing,
                         struct request_head *head)
{
    if (framing->has_transfer_encoding && framing->has_content_length)
        return "Content-Length and Transfer-Encoding are both there";
    if (framing->has_transfer_encoding && framing->is_http_1_0)
        return "Transfer-Encoding is there in HTTP/1.0";
    if (!framing->has_host && !framing->is_http_1_0)
        return "Host is missing";
    head->is_last |= framing->has_transfer_encoding;
    return NULL;
}

const char *request_head_read(struct span bytes, struct request_head *head)
{
    struct framing framing = {false, false, false, false};
    struct span rest = bytes, line;
    const char *fault;
    size_t lines = 1;

    *head = (struct request_head){.host = {"", 0}};
    if (!take_line(&rest, &line))
        return bad_line_end;
    /* One empty line before a request is overlooked (RFC 9112 2.2). */
    if (line.len == 0) {
        lines++;
        if (!take_line(&rest, &line))
            return bad_line_end;
    }
    fault = read_request_line(line, head, &framing);
    while (fault == NULL) {
        if (!take_line(&rest, &line))
            return bad_line_end;
        lines++;
        if (line.len == 0)
            break;
        fault = read_header(line, head, &framing);
    }
    if (fault != NULL)
        return fault;
    if (has_stray_controls(span_from(bytes.ptr, bytes.len - rest.len), lines))
        return stray_control;
    return judge(&framing, head);
}
