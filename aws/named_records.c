#include "aws/named_records.h"

#include "aws/route53_name.h"

/* Route 53 gives its reasons in sentences for people, e.g.
 *
 *   [Tried to create resource record set [name='x.example.org.', type='A']
 *    but it already exists]
 *   [RRSet of type A with DNS name x.example.org. is not permitted because a
 *    conflicting RRSet of type CNAME with the same DNS name already exists in
 *    zone example.org.]
 *   RRSet with DNS name x.example.org., type A cannot be created as other
 *    RRSets exist with the same name and type.
 *   The request contains an invalid set of changes for a resource record set
 *    'A x.example.org.'
 *   RRSet with DNS name x.example.net. is not permitted in zone example.org.
 *
 * and several of them may be joined. A record is named where its name stands
 * as a whole, not as the zone, and not beside the other type; the type stands
 * either right behind the name or before it in the same clause. */

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
           c == '*' || c == '\\';
}

/* How many bytes at the front of text spell this name, as a whole and with
 * its last dot if it has one; 0: it is not there. */
static size_t match_name(struct span text, struct span name)
{
    size_t at = 0, dots = 0;

    for (size_t i = 0; i < name.len; i++) {
        char c;
        size_t taken =
            route53_name_read_char(span_from(text.ptr + at, text.len - at), &c);

        if (taken == 0 || strncasecmp(&c, &name.ptr[i], 1) != 0)
            return 0;
        at += taken;
    }
    /* The name's own dot and that of the sentence; three mean that the text
     * was cut here. */
    while (at + dots < text.len && text.ptr[at + dots] == '.')
        dots++;
    at += dots;
    if (dots > 2 || (at < text.len && is_name_char(text.ptr[at])))
        return 0;
    return at;
}

static bool ends_with(struct span text, const char *ending)
{
    size_t len = strlen(ending);

    return text.len >= len &&
           strncasecmp(text.ptr + text.len - len, ending, len) == 0;
}

/* The clause that ends where text ends: separators stand between messages. */
static struct span last_clause(struct span text)
{
    size_t start = text.len;

    while (start > 0 && strchr(";,[]", text.ptr[start - 1]) == NULL)
        start--;
    return span_from(text.ptr + start, text.len - start);
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* Reads a record type behind the word "type" at the front of text: "type A",
 * "type='A'". False when that is not what stands there. */
static bool read_type(struct span text, struct span *type)
{
    size_t at = 4, start;

    if (text.len < at || strncasecmp(text.ptr, "type", at) != 0)
        return false;
    while (at < text.len && strchr(" =:'\"", text.ptr[at]) != NULL)
        at++;
    start = at;
    while (at < text.len && is_upper(text.ptr[at]))
        at++;
    *type = span_from(text.ptr + start, at - start);
    return start > 4 && at > start;
}

/* The type behind the name, in the form "name='x.', type='A'". */
static bool type_behind(struct span after, struct span *type)
{
    size_t at = 0;

    while (at < after.len && strchr("', \"", after.ptr[at]) != NULL)
        at++;
    return read_type(span_from(after.ptr + at, after.len - at), type);
}

/* The type right before the name, in the form "'A x.'". */
static bool type_quoted(struct span before, struct span *type)
{
    size_t end = before.len, start;

    if (end == 0 || before.ptr[--end] != ' ')
        return false;
    for (start = end; start > 0 && is_upper(before.ptr[start - 1]); start--)
        ;
    *type = span_from(before.ptr + start, end - start);
    return start > 0 && before.ptr[start - 1] == '\'';
}

/* The last type before the name, in its clause. */
static bool type_before(struct span before, struct span *type)
{
    struct span clause = last_clause(before);

    if (type_quoted(before, type))
        return true;
    for (size_t at = clause.len; at-- > 0;)
        if (read_type(span_from(clause.ptr + at, clause.len - at), type))
            return true;
    return false;
}

/* Whether the name that stands between these two texts is said to be of
 * another type than the one asked for. Of the types only A and AAAA tell the
 * two apart: an obstacle of a third type stands in the way of both. */
static bool is_of_other_type(struct span before, struct span after,
                             enum rrset_type type)
{
    enum rrset_type other = type == RRSET_A ? RRSET_AAAA : RRSET_A;
    struct span found;

    if (!type_behind(after, &found) && !type_before(before, &found))
        return false;
    return span_is(found, rrset_type_name(other));
}

static bool is_the_zone(struct span before)
{
    return ends_with(before, "zone ") || ends_with(before, "zone '") ||
           ends_with(before, "zone \"");
}

bool route53_message_names(struct span message, struct span name,
                           enum rrset_type type)
{
    for (size_t at = 0; at < message.len && name.len > 0; at++) {
        struct span before = span_from(message.ptr, at);
        size_t len;

        if (at > 0 && is_name_char(message.ptr[at - 1]))
            continue;
        len = match_name(span_from(message.ptr + at, message.len - at), name);
        if (len == 0 || is_the_zone(before))
            continue;
        if (!is_of_other_type(
                before,
                span_from(message.ptr + at + len, message.len - at - len),
                type))
            return true;
    }
    return false;
}
