#include "s3db/host_edit_apply.h"
#include "s3db/csv_rows.h"
#include "s3db/host_edit_check.h"
#include "s3db/hostdb_columns.h"

#include "base/dns_name.h"

enum {
    NAME_COLUMN = 0,
    TOKEN_COLUMN = 1,
    VALUE_MAX_BYTES = 128 * 1024, /* more than a field may have */
};

struct editor {
    const struct host_edit *edit;
    struct span text, line_end;
    struct strbuf *out;
    size_t copied; /* bytes of the text that are in `out`, or left out of it */

    bool has_header;
    struct csv_row header;
    struct hostdb_columns columns; /* with those that are added */
    bool adds[HOST_ATTRIBUTE_COUNT];
    bool adds_any;

    struct strbuf value; /* what a field says, for a moment */
    struct span token;   /* of a new row */
    struct strbuf token_storage;
    size_t found, changed; /* rows */
    enum status status;    /* the first failure is the last word */
};

static void fail(struct editor *editor, enum status status)
{
    if (editor->status == STATUS_OK)
        editor->status = status;
}

/* ---- reading a row ---- */

/* What the field of a column says, until the next call. */
static struct span read_raw(struct editor *editor, struct span raw)
{
    enum status status = csv_field_read(raw, &editor->value);

    if (status != STATUS_OK)
        fail(editor, status);
    return strbuf_span(&editor->value);
}

static struct span read_column(struct editor *editor, const struct csv_row *row,
                               size_t column)
{
    size_t cursor = 0;
    struct span raw;

    for (size_t i = 0; csv_row_next_field(row, &cursor, &raw); i++)
        if (i == column)
            return read_raw(editor, raw);
    return span_from("", 0);
}

static struct span read_attribute(struct editor *editor,
                                  const struct csv_row *row,
                                  enum host_attribute which)
{
    size_t column = editor->columns.column_of[which];

    return column == 0 ? span_from("", 0) : read_column(editor, row, column);
}

static bool has_name(struct editor *editor, const struct csv_row *row)
{
    char name[DNS_NAME_MAX];
    size_t len =
        dns_name_normalize(read_column(editor, row, NAME_COLUMN), name);

    return span_equal(span_from(name, len), editor->edit->name);
}

static bool is_type(struct span value, struct span type)
{
    return value.len == type.len &&
           strncasecmp(value.ptr, type.ptr, type.len) == 0;
}

static bool is_wanted(struct editor *editor, const struct csv_row *row)
{
    const struct host_edit *edit = editor->edit;

    if (edit->user.len > 0)
        return span_equal(read_attribute(editor, row, HOST_ATTRIBUTE_USER),
                          edit->user);
    return has_name(editor, row) &&
           (!edit->of_one_type ||
            is_type(read_attribute(editor, row, HOST_ATTRIBUTE_RECORD_TYPE),
                    edit->type));
}

/* ---- writing ---- */

/* Where the rows before it are gone, the bytes of a mark in a row's name would
 * come to stand at the beginning, and be no part of the name any more; behind a
 * mark they are. */
static void copy_up_to(struct editor *editor, size_t offset)
{
    struct span part =
        span_from(editor->text.ptr + editor->copied, offset - editor->copied);

    if (editor->out->len == 0 && editor->copied > 0 && csv_rows_has_bom(part))
        strbuf_append(editor->out, csv_rows_bom);
    strbuf_append(editor->out, part);
    editor->copied = offset;
}

static size_t offset_of(const struct editor *editor, const char *p)
{
    return (size_t)(p - editor->text.ptr);
}

/* What a column of an edited row is to say; false: what it says already. */
static bool new_value(const struct editor *editor, size_t column,
                      struct span *value)
{
    const struct host_edit *edit = editor->edit;
    enum host_attribute which;

    if (column == TOKEN_COLUMN) {
        *value = edit->token;
        return edit->token.len > 0;
    }
    if (!hostdb_columns_attribute(&editor->columns, column, &which) ||
        !edit->sets[which])
        return false;
    *value = edit->values[which];
    return true;
}

/* Whether two values of a column mean the same, as "yes" and "true" do. */
static bool mean_the_same(const struct editor *editor, size_t column,
                          struct span a, struct span b)
{
    struct host_attributes first = {.len = 0}, second = {.len = 0};
    enum host_attribute which;

    if (span_equal(a, b))
        return true;
    if (!hostdb_columns_attribute(&editor->columns, column, &which) ||
        which == HOST_ATTRIBUTE_COMMENT || a.len == 0 || b.len == 0)
        return false;
    return host_attributes_add(&first, which, a) == NULL &&
           host_attributes_add(&second, which, b) == NULL &&
           first.len == second.len &&
           memcmp(first.bytes, second.bytes, first.len) == 0;
}

/* Puts the new values of a row in place of those that it has. Returns how many
 * fields it has. */
static size_t change_fields(struct editor *editor, const struct csv_row *row,
                            bool *changed)
{
    size_t cursor = 0, column = 0;
    struct span raw, value;

    for (; csv_row_next_field(row, &cursor, &raw); column++) {
        struct span core = span_trim(raw);

        if (!new_value(editor, column, &value) ||
            mean_the_same(editor, column, read_raw(editor, raw), value))
            continue;
        copy_up_to(editor, offset_of(editor, core.ptr));
        csv_field_write(editor->out, value);
        editor->copied += core.len;
        *changed = true;
    }
    return column;
}

/* Appends the values of the columns from `column` on, with a comma before
 * each, up to the last one that is not empty. */
static bool append_fields(struct editor *editor, size_t column)
{
    size_t missing = 1;
    bool any = false;
    struct span value;

    for (; column < editor->columns.count; column++, missing++) {
        if (!new_value(editor, column, &value) || value.len == 0)
            continue;
        for (; missing > 0; missing--)
            strbuf_append_char(editor->out, ',');
        csv_field_write(editor->out, value);
        any = true;
    }
    return any;
}

static void change_row(struct editor *editor, const struct csv_row *row)
{
    bool changed = false;
    size_t fields = change_fields(editor, row, &changed);

    copy_up_to(editor, row->begin + row->text.len);
    if (append_fields(editor, fields))
        changed = true;
    editor->changed += changed;
}

static void remove_row(struct editor *editor, const struct csv_row *row)
{
    copy_up_to(editor, row->begin);
    editor->copied = row->next;
    editor->changed++;
}

/* ---- the header line ---- */

static void read_header(struct editor *editor)
{
    size_t cursor = 0;
    struct csv_rows rows;
    struct span raw;

    csv_rows_init(&rows, editor->text);
    editor->has_header = csv_rows_next(&rows, &editor->header);
    if (editor->has_header) {
        char first[sizeof "hostname" + 8];
        struct span name =
            span_trim(read_column(editor, &editor->header, NAME_COLUMN));
        size_t len = name.len < sizeof first ? name.len : sizeof first;

        memcpy(first, name.len == 0 ? "" : name.ptr, len);
        editor->has_header = hostdb_columns_is_header(
            span_from(first, len),
            read_column(editor, &editor->header, TOKEN_COLUMN));
    }
    if (!editor->has_header) {
        hostdb_columns_add(&editor->columns, span_from_string("hostname"));
        hostdb_columns_add(&editor->columns, span_from_string("token"));
        return;
    }
    while (csv_row_next_field(&editor->header, &cursor, &raw))
        hostdb_columns_add(&editor->columns, read_raw(editor, raw));
}

static void plan_columns(struct editor *editor)
{
    for (int i = 0; i < HOST_ATTRIBUTE_COUNT; i++) {
        if (!editor->edit->sets[i] || editor->edit->values[i].len == 0 ||
            editor->columns.column_of[i] != 0)
            continue;
        editor->adds[i] = editor->adds_any = true;
        hostdb_columns_add(
            &editor->columns,
            span_from_string(host_attribute_column((enum host_attribute)i)));
    }
}

static void append_new_columns(struct editor *editor)
{
    for (int i = 0; i < HOST_ATTRIBUTE_COUNT; i++)
        if (editor->adds[i])
            strbuf_printf(editor->out, ",%s",
                          host_attribute_column((enum host_attribute)i));
}

/* Which stands at the beginning of `rows`, behind a byte order mark. */
static void write_header(struct editor *editor, const struct csv_rows *rows)
{
    if (editor->has_header) {
        copy_up_to(editor, editor->header.begin + editor->header.text.len);
        append_new_columns(editor);
    } else if (editor->adds_any || rows->offset == editor->text.len) {
        copy_up_to(editor, rows->offset);
        strbuf_append_string(editor->out, "hostname,token");
        append_new_columns(editor);
        strbuf_append(editor->out, editor->line_end);
    }
}

/* ---- the rows ---- */

static void take_token_of_user(struct editor *editor, const struct csv_row *row)
{
    struct span user = editor->edit->values[HOST_ATTRIBUTE_USER];

    if (!editor->edit->takes_user_token || user.len == 0 ||
        editor->token_storage.len > 0 ||
        !span_equal(read_attribute(editor, row, HOST_ATTRIBUTE_USER), user))
        return;
    strbuf_append(&editor->token_storage,
                  read_column(editor, row, TOKEN_COLUMN));
    editor->token = strbuf_span(&editor->token_storage);
}

static void edit_row(struct editor *editor, const struct csv_row *row)
{
    if (editor->edit->kind == HOST_EDIT_ADD) {
        take_token_of_user(editor, row);
        return;
    }
    if (!is_wanted(editor, row))
        return;
    editor->found++;
    if (editor->edit->kind == HOST_EDIT_CHANGE)
        change_row(editor, row);
    else
        remove_row(editor, row);
}

static void append_row(struct editor *editor)
{
    size_t len = editor->out->len;

    if (len > 0 && editor->out->ptr[len - 1] != '\n' &&
        editor->out->ptr[len - 1] != '\r')
        strbuf_append(editor->out, editor->line_end);
    csv_field_write(editor->out, editor->edit->name);
    strbuf_append_char(editor->out, ',');
    csv_field_write(editor->out, editor->token);
    append_fields(editor, TOKEN_COLUMN + 1);
    strbuf_append(editor->out, editor->line_end);
    editor->found = editor->changed = 1;
}

static void edit_text(struct editor *editor)
{
    struct csv_rows rows;
    struct csv_row row;

    read_header(editor);
    plan_columns(editor);
    csv_rows_init(&rows, editor->text);
    write_header(editor, &rows);
    if (editor->has_header)
        (void)csv_rows_next(&rows, &row);
    while (editor->status == STATUS_OK && csv_rows_next(&rows, &row))
        edit_row(editor, &row);
    copy_up_to(editor, editor->text.len);
    if (editor->edit->kind == HOST_EDIT_ADD)
        append_row(editor);
}

static enum status conclude(const struct editor *editor)
{
    if (editor->status != STATUS_OK)
        return editor->status;
    if (!strbuf_ok(editor->out) || !strbuf_ok(&editor->token_storage))
        return STATUS_NOMEM;
    if (editor->found == 0)
        return STATUS_NOT_FOUND;
    return editor->changed == 0 ? STATUS_UNCHANGED : STATUS_OK;
}

enum status host_edit_apply(const struct host_edit *edit, struct span text,
                            struct strbuf *out, struct host_edit_result *result)
{
    struct editor editor = {
        .edit = edit,
        .text = text,
        .line_end = csv_rows_line_end(text),
        .out = out,
        .token = edit->token,
    };
    enum status status;

    *result = (struct host_edit_result){
        .reason = "it is no database that the server takes"};
    status = host_edit_check_before(edit, text, &result->reason);
    if (status != STATUS_OK)
        return status;
    strbuf_init(&editor.value, VALUE_MAX_BYTES);
    strbuf_init(&editor.token_storage, VALUE_MAX_BYTES);
    edit_text(&editor);
    status = conclude(&editor);
    result->rows = editor.changed;
    result->took_token = editor.token_storage.len > 0;
    if (status == STATUS_OK)
        status = host_edit_check_after(edit, text, strbuf_span(out),
                                       &result->reason);
    strbuf_clear(&editor.value);
    strbuf_clear(&editor.token_storage);
    return status;
}
