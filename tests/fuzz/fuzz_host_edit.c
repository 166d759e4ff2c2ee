/* Whatever the database and the edit: a host that is added, changed or removed
 * leaves every byte of all other rows, and to the server all other hosts are
 * as they were. The first byte says what is done, the second one to which
 * host. */
#include "s3db/csv_rows.h"
#include "s3db/host_edit_apply.h"
#include "s3db/hostdb_csv.h"

#include "base/dns_name.h"

#include <stdint.h>
#include <stdlib.h>

enum { VALUE_MAX_BYTES = 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct hostdb *build(struct span text)
{
    struct hostdb_csv *csv = hostdb_csv_new(NULL, NULL);
    struct hostdb *db = NULL;

    if (hostdb_csv_feed(csv, text) == STATUS_OK &&
        hostdb_csv_finish(csv, &db) != STATUS_OK && db != NULL)
        abort();
    hostdb_csv_free(csv);
    return db;
}

static struct host_edit make(const struct hostdb *db, uint8_t what,
                             uint8_t which)
{
    struct host_edit edit = {
        .kind = what % 3 == 0   ? HOST_EDIT_ADD
                : what % 3 == 1 ? HOST_EDIT_CHANGE
                                : HOST_EDIT_REMOVE,
        .name = SPAN_LITERAL("new.example.org"),
        .token = SPAN_LITERAL("a token, \"quoted\""),
    };

    if (edit.kind != HOST_EDIT_ADD && db != NULL)
        edit.name = hostdb_row(db, which % (uint32_t)hostdb_count(db)).name;
    edit.of_one_type = what & 0x10;
    edit.type = span_from_string(what & 0x20 ? "A" : "AAAA");
    edit.sets[HOST_ATTRIBUTE_LOCK_RECORD] = what & 0x40;
    edit.values[HOST_ATTRIBUTE_LOCK_RECORD] = span_from_string("true");
    edit.sets[HOST_ATTRIBUTE_COMMENT] = what & 0x80;
    edit.values[HOST_ATTRIBUTE_COMMENT] =
        span_from_string(which & 1 ? "" : "two\nlines");
    if (what & 0x40)
        edit.token = span_from_string(edit.kind == HOST_EDIT_ADD ? "t" : "");
    return edit;
}

static struct span read_next(const struct csv_row *row, size_t *cursor,
                             struct strbuf *value)
{
    struct span raw;

    strbuf_init(value, VALUE_MAX_BYTES);
    if (csv_row_next_field(row, cursor, &raw) &&
        csv_field_read(raw, value) != STATUS_OK)
        abort();
    return strbuf_span(value);
}

/* Whether a row is the header line, or one of the edited host's. */
static bool is_passed_over(const struct csv_row *row, bool is_first,
                           struct span name)
{
    char normal[DNS_NAME_MAX];
    struct strbuf first_value, second_value;
    size_t cursor = 0;
    struct span first = read_next(row, &cursor, &first_value);
    struct span second = read_next(row, &cursor, &second_value);
    size_t len = dns_name_normalize(first, normal);
    bool passed = span_equal(span_from(normal, len), name) ||
                  (is_first && hostdb_columns_is_header(first, second));

    strbuf_clear(&first_value);
    strbuf_clear(&second_value);
    return passed;
}

static bool next_other(struct csv_rows *rows, size_t *count, struct span name,
                       struct csv_row *row)
{
    while (csv_rows_next(rows, row))
        if (!is_passed_over(row, (*count)++ == 0, name))
            return true;
    return false;
}

static void check_bytes(struct span before, struct span after, struct span name)
{
    struct csv_rows old, new;
    struct csv_row was, is;
    size_t old_count = 0, new_count = 0;

    csv_rows_init(&old, before);
    csv_rows_init(&new, after);
    for (;;) {
        bool had = next_other(&old, &old_count, name, &was);
        bool has = next_other(&new, &new_count, name, &is);

        if (had != has || (had && !span_equal(was.text, is.text)))
            abort();
        if (!had)
            return;
        /* Of CR and what follows, the LF of a blank line can become a part. */
        if (was.next < before.len && before.ptr[was.begin + was.text.len] !=
                                         after.ptr[is.begin + is.text.len])
            abort();
    }
}

static size_t others(const struct hostdb *db, struct span name)
{
    size_t count = 0;

    for (uint32_t i = 0; db != NULL && i < hostdb_count(db); i++)
        count += !span_equal(hostdb_row(db, i).name, name);
    return count;
}

static void check_hosts(const struct hostdb *before, const struct hostdb *after,
                        struct span name)
{
    if (after == NULL || others(before, name) != others(after, name))
        abort();
    for (uint32_t i = 0; before != NULL && i < hostdb_count(before); i++) {
        struct host was = hostdb_row(before, i), is;

        if (span_equal(was.name, name))
            continue;
        if (!hostdb_lookup(after, was.name, &is) ||
            (!span_equal(was.attributes, is.attributes) &&
             !hostdb_other_row(after, &is, &is)) ||
            !span_equal(was.attributes, is.attributes) ||
            !host_token_matches(&is, was.token))
            abort();
    }
}

static void edit_and_check(const struct hostdb *before, struct span text,
                           const struct host_edit *edit)
{
    struct host_edit_result result;
    struct hostdb *after;
    struct strbuf out;

    strbuf_init(&out, VALUE_MAX_BYTES);
    if (host_edit_apply(edit, text, &out, &result) == STATUS_OK) {
        after = build(strbuf_span(&out));
        check_hosts(before, after, edit->name);
        check_bytes(text, strbuf_span(&out), edit->name);
        hostdb_release(after);
    }
    strbuf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = {(const char *)data + 2, size - 2};
    struct hostdb *before;
    struct host_edit edit;

    if (size < 2)
        return 0;
    before = build(text);
    edit = make(before, data[0], data[1]);
    edit_and_check(before, text, &edit);
    hostdb_release(before);
    return 0;
}
