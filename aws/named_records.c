#include "aws/named_records.h"

#include "aws/route53_name.h"

#include <stdlib.h>

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
 * and several of them may be joined. The type of a name stands either right
 * behind it or before it in the same clause: the last one there. So one pass
 * over the words that remembers the last type of the clause sees all. */

struct entry {
    struct span name;
    unsigned types; /* a bit for each: 1 << RRSET_A */
};

struct named_records {
    struct entry *entries; /* sorted once all are there */
    size_t count, capacity;
    size_t used;
    char text[]; /* the names; none is longer than in the words */
};

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
           c == '*' || c == '\\';
}

/* Separators stand between messages and between their clauses. */
static bool is_separator(char c)
{
    return c == ';' || c == ',' || c == '[' || c == ']';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static struct span rest_from(struct span text, size_t at)
{
    return span_from(text.ptr + at, text.len - at);
}

static bool ends_with(struct span text, const char *ending)
{
    size_t len = strlen(ending);

    return text.len >= len &&
           strncasecmp(text.ptr + text.len - len, ending, len) == 0;
}

static bool is_the_zone(struct span before)
{
    return ends_with(before, "zone ") || ends_with(before, "zone '") ||
           ends_with(before, "zone \"");
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
    return read_type(rest_from(after, at), type);
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

/* The last two types of the clause: the very last one may begin where the name
 * does, as in "type X.example.org". */
struct clause {
    struct span last, before_last;
};

static void clause_add(struct clause *clause, struct span type)
{
    clause->before_last = clause->last;
    clause->last = type;
}

/* The types that a name can be of which stands between these two texts. Of all
 * types only A and AAAA tell the two apart: an obstacle of a third type stands
 * in the way of both. */
static unsigned types_of(struct span before, struct span after,
                         const struct clause *clause)
{
    const char *name = before.ptr + before.len;
    struct span type;

    if (!type_behind(after, &type) && !type_quoted(before, &type))
        type = clause->last.ptr == name ? clause->before_last : clause->last;
    for (enum rrset_type only = RRSET_A; only <= RRSET_AAAA; only++)
        if (span_is(type, rrset_type_name(only)))
            return 1U << only;
    return 1U << RRSET_A | 1U << RRSET_AAAA;
}

static bool add(struct named_records *named, struct span name, unsigned types)
{
    if (named->count == named->capacity) {
        size_t capacity = named->capacity == 0 ? 16 : named->capacity * 2;
        struct entry *grown = realloc(named->entries, capacity * sizeof *grown);

        if (grown == NULL)
            return false;
        named->entries = grown;
        named->capacity = capacity;
    }
    memcpy(named->text + named->used, name.ptr, name.len);
    named->entries[named->count++] =
        (struct entry){span_from(named->text + named->used, name.len), types};
    named->used += name.len;
    return true;
}

/* Takes on the name that is `len` bytes at `at`, unless it is none. The dots at
 * its end are its own and that of the sentence; three mean that the words were
 * cut here. */
static bool add_name(struct named_records *named, struct span words, size_t at,
                     size_t len, const struct clause *clause)
{
    struct span before = span_from(words.ptr, at);
    struct span written = span_from(words.ptr + at, len);
    char name[DNS_NAME_MAX];
    size_t name_len;

    while (written.len > 0 && written.ptr[written.len - 1] == '.')
        written.len--;
    if (len - written.len > 2 || memchr(written.ptr, '.', written.len) == NULL)
        return true;
    name_len = route53_name_decode(written, name);
    if (name_len == 0 || is_the_zone(before))
        return true;
    return add(named, span_from(name, name_len),
               types_of(before, rest_from(words, at + len), clause));
}

static bool read_words(struct named_records *named, struct span words)
{
    static const struct clause empty = {{"", 0}, {"", 0}};
    struct clause clause = empty;
    struct span type;
    size_t name_end = 0;

    for (size_t at = 0; at < words.len; at++) {
        if (is_separator(words.ptr[at]))
            clause = empty;
        if (at >= name_end && is_name_char(words.ptr[at])) {
            name_end = at;
            while (name_end < words.len && is_name_char(words.ptr[name_end]))
                name_end++;
            if (!add_name(named, words, at, name_end - at, &clause))
                return false;
        }
        if (read_type(rest_from(words, at), &type))
            clause_add(&clause, type);
    }
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct span *x = &((const struct entry *)a)->name,
                      *y = &((const struct entry *)b)->name;

    if (x->len != y->len)
        return x->len < y->len ? -1 : 1;
    return memcmp(x->ptr, y->ptr, x->len);
}

/* Sorts the names; one that stands there several times becomes one. */
static void put_in_order(struct named_records *named)
{
    size_t kept = 0;

    if (named->count == 0)
        return;
    qsort(named->entries, named->count, sizeof *named->entries, compare);
    for (size_t i = 1; i < named->count; i++) {
        if (compare(&named->entries[kept], &named->entries[i]) == 0)
            named->entries[kept].types |= named->entries[i].types;
        else
            named->entries[++kept] = named->entries[i];
    }
    named->count = kept + 1;
}

struct named_records *named_records_new(struct span words)
{
    struct named_records *named = malloc(sizeof *named + words.len);

    if (named == NULL)
        return NULL;
    *named = (struct named_records){.count = 0};
    if (!read_words(named, words)) {
        named_records_free(named);
        return NULL;
    }
    put_in_order(named);
    return named;
}

void named_records_free(struct named_records *named)
{
    if (named == NULL)
        return;
    free(named->entries);
    free(named);
}

bool named_records_has(const struct named_records *named, struct span name,
                       enum rrset_type type)
{
    struct entry key = {.name = name};
    const struct entry *found;

    if (named == NULL || named->count == 0)
        return false;
    found = bsearch(&key, named->entries, named->count, sizeof key, compare);
    return found != NULL && (found->types & 1U << type) != 0;
}
