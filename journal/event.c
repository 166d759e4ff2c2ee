#include "journal/event.h"

#include "base/dns_name.h"
#include "journal/json_fields.h"
#include "journal/json_writer.h"
#include "journal/object_name.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define FIELDS(rows)                                                           \
    {                                                                          \
        (rows), COUNT(rows)                                                    \
    }

/* A list of hosts ends where the rest of the line might find no room. */
enum { HOSTS_MAX_BYTES = 48 * 1024 };

/* --- what is in a line ----------------------------------------------------- */

static const struct json_field calls_rows[] = {
#define ROW(member, kind, max) FIELD(struct event_calls, member, kind, max)
    ROW(host, FIELD_HOST, DNS_NAME_MAX),
    ROW(client, FIELD_ADDRESS, 0),
    ROW(agent, FIELD_TEXT, EVENT_AGENT_MAX_BYTES),
    ROW(outcome, FIELD_TEXT, EVENT_WORD_MAX_BYTES),
    ROW(reason, FIELD_TEXT, EVENT_REASON_MAX_BYTES),
    ROW(accessed_at, FIELD_MOMENT, 0),
    ROW(checked_at, FIELD_MOMENT, 0),
    ROW(ipv4, FIELD_ADDRESS, 0),
    ROW(ipv6, FIELD_ADDRESS, 0),
    ROW(succeeded_at, FIELD_MOMENT, 0),
    ROW(first_at, FIELD_MOMENT, 0),
    ROW(calls, FIELD_COUNT32, 0),
    ROW(refused, FIELD_COUNT32, 0),
#undef ROW
};

static const struct json_field change_rows[] = {
#define ROW(member, kind, max) FIELD(struct event_change, member, kind, max)
    ROW(host, FIELD_HOST, DNS_NAME_MAX),
    ROW(before, FIELD_ADDRESS, 0),
    ROW(after, FIELD_ADDRESS, 0),
    ROW(client, FIELD_ADDRESS, 0),
    ROW(why, FIELD_TEXT, EVENT_WORD_MAX_BYTES),
#undef ROW
};

static const struct json_field edit_rows[] = {
#define ROW(member, kind, max) FIELD(struct event_edit, member, kind, max)
    ROW(by, FIELD_TEXT, EVENT_BY_MAX_BYTES),
    ROW(action, FIELD_TEXT, EVENT_WORD_MAX_BYTES),
    ROW(effect, FIELD_TEXT, EVENT_WORD_MAX_BYTES),
    ROW(hosts_in_all, FIELD_COUNT64, 0),
    ROW(hosts_before, FIELD_COUNT64, 0),
    ROW(table_version, FIELD_TEXT, EVENT_VERSION_MAX_BYTES),
#undef ROW
};

static const struct json_field copy_rows[] = {
#define ROW(member, kind, max) FIELD(struct event_copy, member, kind, max)
    ROW(copy, FIELD_TEXT, COPY_NAME_DIGITS),
    ROW(machine, FIELD_TEXT, EVENT_MACHINE_MAX_BYTES),
    ROW(version, FIELD_TEXT, EVENT_VERSION_MAX_BYTES),
    ROW(up_since, FIELD_MOMENT, 0),
    ROW(table_version, FIELD_TEXT, EVENT_VERSION_MAX_BYTES),
    ROW(table_hosts, FIELD_COUNT64, 0),
    ROW(rows_left_out, FIELD_COUNT64, 0),
    ROW(pending, FIELD_COUNT64, 0),
    ROW(calls, FIELD_COUNT64, 0),
    ROW(refused, FIELD_COUNT64, 0),
    ROW(changes, FIELD_COUNT64, 0),
    ROW(route53_calls, FIELD_COUNT64, 0),
    ROW(throttled, FIELD_COUNT64, 0),
    ROW(lost, FIELD_COUNT64, 0),
    ROW(is_stopping, FIELD_FLAG, 0),
#undef ROW
};

static const struct json_field at_row[] = {
    FIELD(struct event, at, FIELD_MOMENT, 0),
};

static const struct json_fields at_fields = FIELDS(at_row);

static const struct {
    const char *name;
    struct json_fields fields;
} kinds[] = {
    [EVENT_CALLS] = {"calls", FIELDS(calls_rows)},
    [EVENT_CHANGE] = {"change", FIELDS(change_rows)},
    [EVENT_EDIT] = {"edit", FIELDS(edit_rows)},
    [EVENT_COPY] = {"copy", FIELDS(copy_rows)},
};

/* --- written --------------------------------------------------------------- */

static void write_type(enum address_family family, struct strbuf *out)
{
    json_writer_text(out, "type",
                     span_from_string(family == ADDRESS_IPV6 ? "AAAA" : "A"),
                     4);
}

static void write_hosts(const struct event_edit *edit, struct strbuf *out)
{
    size_t begin = out->len;

    json_writer_list_begin(out, "hosts");
    for (size_t i = 0; i < edit->named; i++)
        if (out->len - begin < HOSTS_MAX_BYTES)
            json_writer_list_item(out, edit->hosts[i], DNS_NAME_MAX);
    json_writer_list_end(out);
}

enum status event_write(const struct event *event, struct strbuf *out)
{
    const char *name = kinds[event->kind].name;

    json_writer_begin(out);
    json_writer_text(out, "event", span_from_string(name), SIZE_MAX);
    json_fields_write(&at_fields, event, out);
    if (event->kind == EVENT_CHANGE)
        write_type(event->change.family, out);
    json_fields_write(&kinds[event->kind].fields, &event->calls, out);
    if (event->kind == EVENT_EDIT)
        write_hosts(&event->edit, out);
    json_writer_end(out);
    return strbuf_ok(out) ? STATUS_OK : STATUS_NOMEM;
}

/* --- read ------------------------------------------------------------------ */

/* Every line begins with its kind, so that the rest can be read as it comes. */
static bool read_kind(struct json_reader *reader, enum event_kind *kind)
{
    struct json_member member;

    if (!json_reader_next(reader, &member) || !span_is(member.name, "event") ||
        member.kind != JSON_TEXT)
        return false;
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (span_is(member.text, kinds[i].name)) {
            *kind = (enum event_kind)i;
            return true;
        }
    return false;
}

static bool read_type(const struct json_member *member,
                      enum address_family *family)
{
    if (member->kind != JSON_TEXT)
        return false;
    if (span_is(member->text, "A"))
        *family = ADDRESS_IPV4;
    else if (span_is(member->text, "AAAA"))
        *family = ADDRESS_IPV6;
    return *family != ADDRESS_NONE;
}

static bool read_hosts(const struct json_member *member,
                       struct event_edit *edit)
{
    struct json_reader list = member->list;

    if (member->kind != JSON_LIST)
        return false;
    while (edit->named < EVENT_EDIT_HOSTS_MAX &&
           json_reader_item(&list, &edit->hosts[edit->named]))
        edit->named++;
    return !list.has_failed;
}

static bool read_member(const struct json_member *member, size_t *next,
                        struct event *event)
{
    if (span_is(member->name, "at"))
        return json_fields_read(&at_fields, member, &(size_t){0}, event) ==
               STATUS_OK;
    if (event->kind == EVENT_CHANGE && span_is(member->name, "type"))
        return read_type(member, &event->change.family);
    if (event->kind == EVENT_EDIT && span_is(member->name, "hosts"))
        return read_hosts(member, &event->edit);
    return json_fields_read(&kinds[event->kind].fields, member, next,
                            &event->calls) == STATUS_OK;
}

static bool is_of(const struct address *address, enum address_family family)
{
    return address->family == ADDRESS_NONE || address->family == family;
}

/* Whether it has what every event of its kind has. */
static bool is_whole(const struct event *event)
{
    const struct event_change *change = &event->change;

    if (event->at == 0)
        return false;
    switch (event->kind) {
    case EVENT_CALLS:
        return event->calls.host.len > 0;
    case EVENT_CHANGE:
        return change->host.len > 0 && change->family != ADDRESS_NONE &&
               is_of(&change->before, change->family) &&
               is_of(&change->after, change->family);
    case EVENT_EDIT:
        return event->edit.action.len > 0;
    case EVENT_COPY:
        return copy_name_is_one(event->copy.copy);
    }
    return false;
}

enum status event_read(struct span line, struct strbuf *keep,
                       struct event *event)
{
    struct json_reader reader;
    struct json_member member;
    size_t next = 0;

    memset(event, 0, sizeof *event); /* all of the union */
    if (line.len == 0 || line.len > EVENT_LINE_MAX_BYTES)
        return STATUS_INVALID;
    strbuf_rewind(keep);
    strbuf_append(keep, line);
    if (!strbuf_ok(keep))
        return STATUS_NOMEM;
    json_reader_init(&reader, keep->ptr, keep->len);
    if (!read_kind(&reader, &event->kind))
        return STATUS_INVALID;
    while (json_reader_next(&reader, &member))
        if (!read_member(&member, &next, event))
            return STATUS_INVALID;
    return json_reader_ok(&reader) && is_whole(event) ? STATUS_OK
                                                      : STATUS_INVALID;
}
