#include "journal/snapshot.h"

#include "base/dns_name.h"
#include "journal/gzip.h"
#include "journal/gzip_lines.h"
#include "journal/json_fields.h"
#include "journal/json_writer.h"

#include <stdlib.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define FIELDS(rows)                                                           \
    {                                                                          \
        (rows), COUNT(rows)                                                    \
    }
#define MAX_UNPACKED_BYTES ((size_t)32 * 1024 * 1024 * 1024)

/* --- lines ----------------------------------------------------------------- */

/* Each kind of line is known by the name of its first member. */
struct first_line {
    uint32_t snapshot; /* the version */
    int64_t at;
};

static const struct json_field first_rows[] = {
    FIELD(struct first_line, snapshot, FIELD_COUNT32, 0),
    FIELD(struct first_line, at, FIELD_MOMENT, 0),
};

struct applied_line {
    struct span applied; /* the copy */
    uint32_t number;
    int64_t made_at;
};

static const struct json_field applied_rows[] = {
    FIELD(struct applied_line, applied, FIELD_TEXT, COPY_NAME_DIGITS),
    FIELD(struct applied_line, number, FIELD_COUNT32, 0),
    FIELD(struct applied_line, made_at, FIELD_MOMENT, 0),
};

/* A host_state with times in ms. */
struct host_line {
    struct span host;
    struct address ipv4, ipv6;
    int64_t ipv4_updated_at, ipv4_seen_at, ipv6_updated_at, ipv6_seen_at;
    int64_t called_at, accessed_at, checked_at, succeeded_at, added_at;
    uint32_t refusals;
    struct address client;
    struct span agent, outcome, reason;
};

static const struct json_field host_rows[] = {
#define ROW(member, kind, max) FIELD(struct host_line, member, kind, max)
    ROW(host, FIELD_HOST, DNS_NAME_MAX),
    ROW(ipv4, FIELD_ADDRESS, 0),
    ROW(ipv4_updated_at, FIELD_MOMENT, 0),
    ROW(ipv4_seen_at, FIELD_MOMENT, 0),
    ROW(ipv6, FIELD_ADDRESS, 0),
    ROW(ipv6_updated_at, FIELD_MOMENT, 0),
    ROW(ipv6_seen_at, FIELD_MOMENT, 0),
    ROW(called_at, FIELD_MOMENT, 0),
    ROW(accessed_at, FIELD_MOMENT, 0),
    ROW(checked_at, FIELD_MOMENT, 0),
    ROW(succeeded_at, FIELD_MOMENT, 0),
    ROW(added_at, FIELD_MOMENT, 0),
    ROW(refusals, FIELD_COUNT32, 0),
    ROW(client, FIELD_ADDRESS, 0),
    ROW(agent, FIELD_TEXT, EVENT_AGENT_MAX_BYTES),
    ROW(outcome, FIELD_TEXT, EVENT_WORD_MAX_BYTES),
    ROW(reason, FIELD_TEXT, EVENT_REASON_MAX_BYTES),
#undef ROW
};

static const struct json_field sum_rows[] = {
#define ROW(member, kind) FIELD(struct snapshot_sum, member, kind, 0)
    ROW(sum_at, FIELD_MOMENT),         ROW(calls, FIELD_COUNT64),
    ROW(refused, FIELD_COUNT64),       ROW(changes, FIELD_COUNT64),
    ROW(route53_calls, FIELD_COUNT64), ROW(throttled, FIELD_COUNT64),
    ROW(lost, FIELD_COUNT64),
#undef ROW
};

enum kind { FIRST, APPLIED, HOST, SUM };

static const struct json_fields kinds[] = {
    [FIRST] = FIELDS(first_rows),
    [APPLIED] = FIELDS(applied_rows),
    [HOST] = FIELDS(host_rows),
    [SUM] = FIELDS(sum_rows),
};

/* --- written --------------------------------------------------------------- */

struct snapshot_writer {
    struct gzip_packer *packer;
    struct strbuf line;
    bool is_short_of_memory;
};

/* Lines are packed by so many bytes, and not one by one. */
enum { FLUSH_BYTES = 64 * 1024 };

static void flush(struct snapshot_writer *writer)
{
    gzip_packer_add(writer->packer, strbuf_span(&writer->line));
    strbuf_rewind(&writer->line);
}

static void end_line(struct snapshot_writer *writer)
{
    if (!strbuf_ok(&writer->line))
        writer->is_short_of_memory = true;
    if (writer->line.len >= FLUSH_BYTES)
        flush(writer);
}

static void write_line(struct snapshot_writer *writer, enum kind kind,
                       const void *from)
{
    json_writer_begin(&writer->line);
    json_fields_write(&kinds[kind], from, &writer->line);
    json_writer_end(&writer->line);
    end_line(writer);
}

struct snapshot_writer *snapshot_writer_new(struct strbuf *out, int64_t at)
{
    struct first_line first = {SNAPSHOT_VERSION, at};
    struct snapshot_writer *writer = calloc(1, sizeof *writer);

    if (writer == NULL)
        return NULL;
    writer->packer = gzip_packer_new(out);
    if (writer->packer == NULL) {
        free(writer);
        return NULL;
    }
    strbuf_init(&writer->line, FLUSH_BYTES + EVENT_LINE_MAX_BYTES);
    write_line(writer, FIRST, &first);
    return writer;
}

void snapshot_writer_applied(struct snapshot_writer *writer,
                             const struct applied_objects *applied)
{
    for (size_t i = 0; i < applied->count; i++) {
        const struct object_name *newest = &applied->newest[i];
        struct applied_line line = {span_from_string(newest->copy),
                                    newest->number, newest->made_at};

        write_line(writer, APPLIED, &line);
    }
}

static int64_t ms_of(uint32_t seconds, uint16_t ms)
{
    return seconds == 0 ? 0 : (int64_t)seconds * 1000 + ms;
}

void snapshot_writer_host(struct snapshot_writer *writer,
                          const struct host_state *state)
{
    const uint16_t *ms = state->record_ms;
    struct host_line line = {
        .host = state->name,
        .ipv4 = state->addresses[0],
        .ipv4_updated_at = ms_of(state->updated_at[0], ms[0]),
        .ipv4_seen_at = ms_of(state->seen_at[0], ms[0]),
        .ipv6 = state->addresses[1],
        .ipv6_updated_at = ms_of(state->updated_at[1], ms[1]),
        .ipv6_seen_at = ms_of(state->seen_at[1], ms[1]),
        .called_at = ms_of(state->called_at, state->called_ms),
        .accessed_at = ms_of(state->accessed_at, 0),
        .checked_at = ms_of(state->checked_at, 0),
        .succeeded_at = ms_of(state->succeeded_at, state->succeeded_ms),
        .added_at = ms_of(state->added_at, 0),
        .refusals = state->refusals,
        .client = state->client,
        .agent = state->agent,
        .outcome = state->outcome,
        .reason = state->reason,
    };

    write_line(writer, HOST, &line);
}

void snapshot_writer_event(struct snapshot_writer *writer,
                           const struct event *event)
{
    if (event_write(event, &writer->line) != STATUS_OK)
        writer->is_short_of_memory = true;
    end_line(writer);
}

void snapshot_writer_sum(struct snapshot_writer *writer,
                         const struct snapshot_sum *sum)
{
    write_line(writer, SUM, sum);
}

enum status snapshot_writer_finish(struct snapshot_writer *writer)
{
    enum status status;

    if (writer->is_short_of_memory) {
        snapshot_writer_free(writer);
        return STATUS_NOMEM;
    }
    flush(writer);
    status = gzip_packer_finish(writer->packer);
    writer->packer = NULL;
    snapshot_writer_free(writer);
    return status;
}

void snapshot_writer_free(struct snapshot_writer *writer)
{
    if (writer == NULL)
        return;
    gzip_packer_free(writer->packer);
    strbuf_clear(&writer->line);
    free(writer);
}

/* --- read ------------------------------------------------------------------ */

struct reading {
    const struct snapshot_listener *listener;
    const char *reason;
    bool has_begun;
    struct strbuf keep;
    struct event event; /* it is large for a stack */
    union {
        struct first_line first;
        struct applied_line applied;
        struct host_line host;
        struct snapshot_sum sum;
    } line;
};

static enum status refuse(struct reading *reading, const char *reason)
{
    reading->reason = reason;
    return STATUS_INVALID;
}

static uint32_t seconds_of(int64_t ms)
{
    return ms / 1000 > UINT32_MAX ? UINT32_MAX : (uint32_t)(ms / 1000);
}

static uint16_t rest_of(int64_t ms)
{
    return (uint16_t)(ms % 1000);
}

static struct host_state state_of(const struct host_line *line)
{
    int64_t ipv4_at = line->ipv4_updated_at + line->ipv4_seen_at;
    int64_t ipv6_at = line->ipv6_updated_at + line->ipv6_seen_at;

    return (struct host_state){
        .name = line->host,
        .addresses = {line->ipv4, line->ipv6},
        .updated_at = {seconds_of(line->ipv4_updated_at),
                       seconds_of(line->ipv6_updated_at)},
        .seen_at = {seconds_of(line->ipv4_seen_at),
                    seconds_of(line->ipv6_seen_at)},
        .record_ms = {rest_of(ipv4_at), rest_of(ipv6_at)},
        .called_at = seconds_of(line->called_at),
        .called_ms = rest_of(line->called_at),
        .accessed_at = seconds_of(line->accessed_at),
        .checked_at = seconds_of(line->checked_at),
        .succeeded_at = seconds_of(line->succeeded_at),
        .succeeded_ms = rest_of(line->succeeded_at),
        .added_at = seconds_of(line->added_at),
        .refusals = line->refusals,
        .client = line->client,
        .agent = line->agent,
        .outcome = line->outcome,
        .reason = line->reason,
    };
}

static enum status take_first(struct reading *reading)
{
    const struct snapshot_listener *listener = reading->listener;
    const struct first_line *line = &reading->line.first;

    if (reading->has_begun)
        return refuse(reading, "it begins twice");
    if (line->snapshot != SNAPSHOT_VERSION)
        return refuse(reading, "it is of another version");
    if (line->at == 0)
        return refuse(reading, "it does not say of when it is");
    reading->has_begun = true;
    return listener->begin == NULL ? STATUS_OK
                                   : listener->begin(listener->arg, line->at);
}

static enum status take_applied(struct reading *reading)
{
    const struct snapshot_listener *listener = reading->listener;
    const struct applied_line *line = &reading->line.applied;
    struct object_name name = {.made_at = line->made_at,
                               .number = line->number};

    if (!copy_name_is_one(line->applied) || line->number == 0 ||
        line->made_at == 0)
        return refuse(reading, "a line names no object");
    memcpy(name.copy, line->applied.ptr, line->applied.len);
    return listener->applied == NULL ? STATUS_OK
                                     : listener->applied(listener->arg, &name);
}

static enum status take_host(struct reading *reading)
{
    const struct snapshot_listener *listener = reading->listener;
    struct host_state state = state_of(&reading->line.host);

    return listener->host == NULL ? STATUS_OK
                                  : listener->host(listener->arg, &state);
}

static enum status take_sum(struct reading *reading)
{
    const struct snapshot_listener *listener = reading->listener;

    return listener->sum == NULL
               ? STATUS_OK
               : listener->sum(listener->arg, &reading->line.sum);
}

static enum status (*const takers[])(struct reading *reading) = {
    [FIRST] = take_first,
    [APPLIED] = take_applied,
    [HOST] = take_host,
    [SUM] = take_sum,
};

/* Reads a line of our own kinds; *kind is COUNT(kinds) for one that is another's.
 * Its first member was not read yet. */
static bool read_members(struct reading *reading, size_t *kind)
{
    struct json_reader reader;
    struct json_member member;
    size_t next = 0;

    *kind = COUNT(kinds);
    json_reader_init(&reader, reading->keep.ptr, reading->keep.len);
    for (bool is_first = true; json_reader_next(&reader, &member);
         is_first = false) {
        for (size_t i = 0; is_first && i < COUNT(kinds); i++)
            if (span_is(member.name, kinds[i].fields[0].name))
                *kind = i;
        if (*kind < COUNT(kinds) &&
            json_fields_read(&kinds[*kind], &member, &next, &reading->line) !=
                STATUS_OK)
            return false;
    }
    return json_reader_ok(&reader);
}

static enum status take_members(struct reading *reading, struct span line)
{
    size_t kind;

    strbuf_rewind(&reading->keep);
    strbuf_append(&reading->keep, line);
    if (!strbuf_ok(&reading->keep))
        return STATUS_NOMEM;
    memset(&reading->line, 0, sizeof reading->line);
    if (line.len == 0 || !read_members(reading, &kind))
        return refuse(reading, "a line is none");
    if (!reading->has_begun && kind != FIRST)
        return refuse(reading, "its first line is missing");
    return kind < COUNT(kinds) ? takers[kind](reading) : STATUS_OK;
}

static bool is_event(struct span line)
{
    static const char front[] = "{\"event\":";

    return line.len > sizeof front - 1 &&
           memcmp(line.ptr, front, sizeof front - 1) == 0;
}

static enum status take_line(void *arg, struct span line)
{
    struct reading *reading = arg;
    const struct snapshot_listener *listener = reading->listener;
    enum status status;

    if (!is_event(line) || !reading->has_begun)
        return take_members(reading, line);
    if (listener->event == NULL)
        return STATUS_OK;
    status = event_read(line, &reading->keep, &reading->event);
    if (status != STATUS_OK) /* a newer version's may be passed over */
        return status == STATUS_NOMEM ? status : STATUS_OK;
    return listener->event(listener->arg, &reading->event);
}

enum status snapshot_read(struct span packed,
                          const struct snapshot_listener *listener,
                          const char **reason)
{
    struct reading *reading = calloc(1, sizeof *reading);
    enum status status;

    *reason = "memory is short";
    if (reading == NULL)
        return STATUS_NOMEM;
    reading->listener = listener;
    reading->reason = "it is not as it was packed";
    strbuf_init(&reading->keep, EVENT_LINE_MAX_BYTES);
    status = gzip_lines_each(packed, MAX_UNPACKED_BYTES, EVENT_LINE_MAX_BYTES,
                             take_line, reading);
    if (status == STATUS_OK && !reading->has_begun)
        status = refuse(reading, "it is empty");
    if (status != STATUS_NOMEM)
        *reason = reading->reason;
    strbuf_clear(&reading->keep);
    free(reading);
    return status;
}
