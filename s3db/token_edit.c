#include "s3db/token_edit.h"

#include "s3db/csv_rows.h"
#include "s3db/hostdb_csv.h"

#include "base/dns_name.h"

#include <stdlib.h>

enum {
    NAME_COLUMN = 0,
    TOKEN_COLUMN = 1,
    VALUE_MAX_BYTES = 128 * 1024, /* more than a field may have */
};

/* ---- hashes that were made ---- */

/* Of one token of one owner: a user, or the host itself. */
struct made {
    struct hash_link link;
    struct token_text hashed;
    size_t key_len;
    char key[]; /* whose kind and name, NUL, the token */
};

enum status token_edit_init(struct token_edit *edit, enum token_kind kind)
{
    *edit = (struct token_edit){.kind = kind};
    return hash_table_init(&edit->made);
}

void token_edit_clear(struct token_edit *edit)
{
    for (size_t i = 0; i < edit->made.bucket_count; i++) {
        struct hash_link *link = edit->made.buckets[i];

        while (link != NULL) {
            struct made *made = hash_entry(link, struct made, link);

            link = link->next;
            explicit_bzero(made->key, made->key_len);
            free(made);
        }
    }
    hash_table_clear(&edit->made);
}

static const struct made *find(const struct token_edit *edit, struct span key)
{
    struct hash_link *link = hash_table_first(&edit->made, hash_text(key, 0));

    for (; link != NULL; link = hash_table_next(link)) {
        const struct made *made = hash_entry(link, struct made, link);

        if (span_equal(span_from(made->key, made->key_len), key))
            return made;
    }
    return NULL;
}

static enum status make(struct token_edit *edit, struct span key,
                        struct span token, const struct made **out)
{
    struct made *made = malloc(sizeof *made + key.len);
    enum token_kind kind =
        edit->kind == TOKEN_PLAIN ? token_make_kind(token) : edit->kind;
    enum status status;

    if (made == NULL)
        return STATUS_NOMEM;
    status = token_make(kind, token, &made->hashed);
    if (status != STATUS_OK) {
        free(made);
        return status;
    }
    made->key_len = key.len;
    memcpy(made->key, key.ptr, key.len);
    hash_table_add(&edit->made, &made->link, hash_text(key, 0));
    *out = made;
    return STATUS_OK;
}

/* ---- a row ---- */

struct pass {
    struct token_edit *edit;
    struct token_edit_result *result;
    struct span text;
    struct strbuf *out;
    size_t copied; /* bytes of the text that are in `out`, or left out of it */
    struct hostdb_columns columns;
    struct strbuf name, token, user; /* of the row in hand */
    struct strbuf key;
    enum status status; /* the first failure is the last word */
};

static void read_field(struct pass *pass, struct span raw, struct strbuf *out)
{
    enum status status = csv_field_read(raw, out);

    if (pass->status == STATUS_OK)
        pass->status = status;
}

/* Returns the token's field without the blanks around it; empty: none. */
static struct span read_row(struct pass *pass, const struct csv_row *row)
{
    size_t cursor = 0, user = pass->columns.column_of[HOST_ATTRIBUTE_USER];
    struct span raw, token = {NULL, 0};

    strbuf_rewind(&pass->name);
    strbuf_rewind(&pass->token);
    strbuf_rewind(&pass->user);
    for (size_t i = 0; csv_row_next_field(row, &cursor, &raw); i++) {
        if (i == NAME_COLUMN)
            read_field(pass, raw, &pass->name);
        else if (i == TOKEN_COLUMN)
            read_field(pass, token = span_trim(raw), &pass->token);
        else if (i == user)
            read_field(pass, raw, &pass->user);
    }
    return token;
}

/* A name is one, however it is written. */
static struct span make_key(struct pass *pass)
{
    struct strbuf *key = &pass->key;
    char name[DNS_NAME_MAX];

    strbuf_rewind(key);
    strbuf_append_char(key, pass->user.len > 0 ? 'u' : 'n');
    if (pass->user.len > 0)
        strbuf_append(key, strbuf_span(&pass->user));
    else
        strbuf_append(
            key, span_from(name,
                           dns_name_normalize(strbuf_span(&pass->name), name)));
    strbuf_append_char(key, '\0');
    strbuf_append(key, strbuf_span(&pass->token));
    if (!strbuf_ok(key))
        pass->status = STATUS_NOMEM;
    return strbuf_span(key);
}

static void copy_up_to(struct pass *pass, size_t offset)
{
    strbuf_append(pass->out, span_from(pass->text.ptr + pass->copied,
                                       offset - pass->copied));
    pass->copied = offset;
}

static void hash_field(struct pass *pass, struct span field)
{
    struct span key = make_key(pass);
    const struct made *made = find(pass->edit, key);

    if (made == NULL && pass->status == STATUS_OK)
        pass->status = make(pass->edit, key, strbuf_span(&pass->token), &made);
    if (pass->status != STATUS_OK)
        return;
    copy_up_to(pass, (size_t)(field.ptr - pass->text.ptr));
    strbuf_append(pass->out, span_from(made->hashed.bytes, made->hashed.len));
    pass->copied += field.len;
    pass->result->made[token_form_kind(
        span_from(made->hashed.bytes, made->hashed.len))]++;
}

/* Whether a row could have it; hashed, any text could be a token. */
static bool is_token(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7f)
            return false;
    return text.len > 0 && text.len <= TOKEN_MAX_BYTES;
}

static void edit_row(struct pass *pass, const struct csv_row *row)
{
    struct span field = read_row(pass, row), token = strbuf_span(&pass->token);

    if (pass->status != STATUS_OK || !is_token(token))
        return;
    if (token_form_kind(token) == TOKEN_PLAIN)
        hash_field(pass, field);
    else
        pass->result->hashed_before++;
}

/* ---- the text ---- */

/* Whether the row is a header line, whose columns are those of the others. */
static bool read_header(struct pass *pass, const struct csv_row *row)
{
    size_t cursor = 0;
    struct span raw;

    (void)read_row(pass, row);
    if (!hostdb_columns_is_header(strbuf_span(&pass->name),
                                  strbuf_span(&pass->token)))
        return false;
    while (csv_row_next_field(row, &cursor, &raw)) {
        strbuf_rewind(&pass->key);
        read_field(pass, raw, &pass->key);
        hostdb_columns_add(&pass->columns, strbuf_span(&pass->key));
    }
    return true;
}

static void edit_text(struct pass *pass)
{
    struct csv_rows rows;
    struct csv_row row;
    bool is_first = true;

    csv_rows_init(&rows, pass->text);
    while (pass->status == STATUS_OK && csv_rows_next(&rows, &row)) {
        if (!is_first || !read_header(pass, &row))
            edit_row(pass, &row);
        is_first = false;
    }
    copy_up_to(pass, pass->text.len);
    if (pass->status == STATUS_OK && !strbuf_ok(pass->out))
        pass->status = STATUS_NOMEM;
}

static enum status run_pass(struct token_edit *edit, struct span text,
                            struct strbuf *out,
                            struct token_edit_result *result)
{
    struct pass pass = {
        .edit = edit, .result = result, .text = text, .out = out};

    strbuf_init(&pass.name, VALUE_MAX_BYTES);
    strbuf_init(&pass.token, VALUE_MAX_BYTES);
    strbuf_init(&pass.user, VALUE_MAX_BYTES);
    strbuf_init(&pass.key, 2 * VALUE_MAX_BYTES);
    edit_text(&pass);
    strbuf_clear(&pass.name);
    strbuf_clear(&pass.token);
    strbuf_clear(&pass.user);
    strbuf_clear(&pass.key);
    return pass.status;
}

/* ---- whether it says what it should ---- */

struct reading {
    struct hostdb *db;
    size_t faults;
};

static enum status read_text(struct reading *reading, struct span text,
                             const char **reason)
{
    struct hostdb_csv *csv = hostdb_csv_new(NULL, NULL);
    enum status status;

    *reading = (struct reading){.db = NULL};
    if (csv == NULL)
        return STATUS_NOMEM;
    status = hostdb_csv_feed(csv, text);
    if (status == STATUS_OK)
        status = hostdb_csv_finish(csv, &reading->db);
    if (status != STATUS_OK)
        *reason = hostdb_csv_error(csv).reason;
    reading->faults = hostdb_csv_faults(csv);
    hostdb_csv_free(csv);
    return status == STATUS_FULL ? STATUS_INVALID : status;
}

/* How many hosts would leave their group. */
static size_t count_readable(const struct hostdb *db)
{
    size_t count = 0;

    for (uint32_t i = 0; i < hostdb_count(db); i++) {
        struct host host = hostdb_row(db, i);

        count += host_is_readable(&host) && host_token_is_plain(&host);
    }
    return count;
}

static bool is_same_but_hashed(const struct host *was, const struct host *is)
{
    return span_equal(was->name, is->name) &&
           span_equal(was->attributes, is->attributes) &&
           (host_token_is_plain(was) ? !host_token_is_plain(is)
                                     : span_equal(was->token, is->token));
}

static bool agree(const struct reading *before, const struct reading *after)
{
    if (after->faults != before->faults ||
        hostdb_count(after->db) != hostdb_count(before->db))
        return false;
    for (uint32_t i = 0; i < hostdb_count(before->db); i++) {
        struct host was = hostdb_row(before->db, i);
        struct host is = hostdb_row(after->db, i);

        if (!is_same_but_hashed(&was, &is))
            return false;
    }
    return true;
}

static enum status check(const struct reading *before, struct span text,
                         const char **reason)
{
    struct reading after;
    enum status status = read_text(&after, text, reason);

    if (status == STATUS_OK && !agree(before, &after)) {
        *reason = "other hosts would be changed with it, since there are rows "
                  "that break the rules";
        status = STATUS_INVALID;
    }
    hostdb_release(after.db);
    return status;
}

static enum status hash_and_check(struct token_edit *edit,
                                  const struct reading *before,
                                  struct span text, struct strbuf *out,
                                  struct token_edit_result *result)
{
    enum status status;

    result->readable = count_readable(before->db);
    if (result->readable > 0 && !edit->includes_readable)
        return STATUS_DENIED;
    status = run_pass(edit, text, out, result);
    if (status != STATUS_OK)
        return status;
    if (result->made[TOKEN_SHA256] + result->made[TOKEN_SCRYPT] == 0)
        return STATUS_UNCHANGED;
    return check(before, strbuf_span(out), &result->reason);
}

enum status token_edit_apply(struct token_edit *edit, struct span text,
                             struct strbuf *out,
                             struct token_edit_result *result)
{
    struct reading before;
    enum status status;

    *result = (struct token_edit_result){.reason = ""};
    status = read_text(&before, text, &result->reason);
    if (status == STATUS_OK)
        status = hash_and_check(edit, &before, text, out, result);
    hostdb_release(before.db);
    return status;
}
