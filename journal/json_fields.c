#include "journal/json_fields.h"

#include "base/address.h"
#include "base/dns_name.h"
#include "journal/json_writer.h"
#include "journal/moment.h"

/* --- written --------------------------------------------------------------- */

static void write_text(const struct json_field *field, struct span text,
                       struct strbuf *out)
{
    if (text.len > 0)
        json_writer_text(out, field->name, text, field->max_bytes);
}

static void write_moment(const struct json_field *field, int64_t ms,
                         struct strbuf *out)
{
    char text[MOMENT_TEXT_MAX];

    if (ms > 0)
        json_writer_text(out, field->name,
                         span_from(text, moment_format(ms, text)), sizeof text);
}

static void write_address(const struct json_field *field,
                          const struct address *address, struct strbuf *out)
{
    char text[ADDRESS_TEXT_MAX];

    if (address->family != ADDRESS_NONE)
        json_writer_text(out, field->name,
                         span_from(text, address_format(address, text)),
                         sizeof text);
}

static void write_field(const struct json_field *field, const void *at,
                        struct strbuf *out)
{
    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_HOST:
        write_text(field, *(const struct span *)at, out);
        break;
    case FIELD_MOMENT:
        write_moment(field, *(const int64_t *)at, out);
        break;
    case FIELD_ADDRESS:
        write_address(field, at, out);
        break;
    case FIELD_COUNT32:
        json_writer_number(out, field->name, *(const uint32_t *)at);
        break;
    case FIELD_COUNT64:
        json_writer_number(out, field->name, *(const uint64_t *)at);
        break;
    case FIELD_FLAG:
        json_writer_flag(out, field->name, *(const bool *)at);
        break;
    }
}

void json_fields_write(const struct json_fields *fields, const void *from,
                       struct strbuf *out)
{
    for (size_t i = 0; i < fields->count; i++) {
        const struct json_field *field = &fields->fields[i];

        write_field(field, (const char *)from + field->offset, out);
    }
}

/* --- read ------------------------------------------------------------------ */

static const struct json_field *find_field(const struct json_fields *fields,
                                           struct span name, size_t *next)
{
    for (size_t i = 0; i < fields->count; i++, ++*next) {
        if (*next >= fields->count)
            *next = 0;
        if (span_is(name, fields->fields[*next].name))
            return &fields->fields[(*next)++];
    }
    return NULL;
}

/* The front of a text that is UTF-8, without half a character at its end. */
static struct span cut(struct span text, size_t max_bytes)
{
    if (text.len <= max_bytes)
        return text;
    while (max_bytes > 0 && ((unsigned char)text.ptr[max_bytes] & 0xc0) == 0x80)
        max_bytes--;
    return span_from(text.ptr, max_bytes);
}

static bool read_text(const struct json_field *field, struct span text,
                      void *into)
{
    struct address address;

    switch (field->kind) {
    case FIELD_HOST:
        *(struct span *)into = text;
        return dns_name_fault(text) == NULL; /* in lower case too */
    case FIELD_MOMENT:
        return moment_parse(text, into);
    case FIELD_ADDRESS:
        if (!address_parse(text, &address))
            return false;
        *(struct address *)into = address;
        return true;
    case FIELD_TEXT:
        *(struct span *)into = cut(text, field->max_bytes);
        return true;
    default:
        return false;
    }
}

static bool read_number(const struct json_field *field, uint64_t number,
                        void *into)
{
    if (field->kind == FIELD_COUNT32)
        *(uint32_t *)into = number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
    else if (field->kind == FIELD_COUNT64)
        *(uint64_t *)into = number;
    return field->kind == FIELD_COUNT32 || field->kind == FIELD_COUNT64;
}

static bool read_field(const struct json_field *field,
                       const struct json_member *member, void *into)
{
    switch (member->kind) {
    case JSON_TEXT:
        return read_text(field, member->text, into);
    case JSON_NUMBER:
        return read_number(field, member->number, into);
    case JSON_FLAG:
        if (field->kind == FIELD_FLAG)
            *(bool *)into = member->number != 0;
        return field->kind == FIELD_FLAG;
    default:
        return false;
    }
}

enum status json_fields_read(const struct json_fields *fields,
                             const struct json_member *member, size_t *next,
                             void *into)
{
    const struct json_field *field = find_field(fields, member->name, next);

    if (field == NULL ||
        read_field(field, member, (char *)into + field->offset))
        return STATUS_OK;
    return STATUS_INVALID;
}
