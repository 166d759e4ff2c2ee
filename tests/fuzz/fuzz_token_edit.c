/* Whatever the text: with its tokens hashed it has the same hosts, none of
 * which has a plain token; what is not a token's field has the same bytes; and
 * there is nothing left to do. */
#include "s3db/csv_rows.h"
#include "s3db/hostdb_csv.h"
#include "s3db/token_edit.h"

#include <stdint.h>
#include <stdlib.h>

enum { TEXT_MAX_BYTES = 16 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct hostdb *build(struct span text)
{
    struct hostdb_csv *csv = hostdb_csv_new(NULL, NULL);
    struct hostdb *db = NULL;

    if (csv == NULL || hostdb_csv_feed(csv, text) != STATUS_OK ||
        hostdb_csv_finish(csv, &db) != STATUS_OK)
        abort();
    hostdb_csv_free(csv);
    return db;
}

static void check_hosts(struct span before, struct span after)
{
    struct hostdb *was = build(before), *is = build(after);

    if (hostdb_count(was) != hostdb_count(is))
        abort();
    for (uint32_t i = 0; i < hostdb_count(was); i++) {
        struct host a = hostdb_row(was, i), b = hostdb_row(is, i);

        if (!span_equal(a.name, b.name) ||
            !span_equal(a.attributes, b.attributes) || host_token_is_plain(&b))
            abort();
    }
    hostdb_release(was);
    hostdb_release(is);
}

static void check_bytes(struct span before, struct span after)
{
    struct csv_rows old_rows, new_rows;
    struct csv_row old, new;

    csv_rows_init(&old_rows, before);
    csv_rows_init(&new_rows, after);
    while (csv_rows_next(&old_rows, &old)) {
        size_t old_cursor = 0, new_cursor = 0;
        struct span a, b;

        if (!csv_rows_next(&new_rows, &new))
            abort();
        for (size_t i = 0; csv_row_next_field(&old, &old_cursor, &a); i++)
            if (!csv_row_next_field(&new, &new_cursor, &b) ||
                (i != 1 && !span_equal(a, b)))
                abort();
        if (csv_row_next_field(&new, &new_cursor, &b))
            abort();
    }
    if (csv_rows_next(&new_rows, &new))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = {(const char *)data, size};
    struct token_edit edit;
    struct token_edit_result result;
    struct strbuf out, again;
    enum status status;

    strbuf_init(&out, TEXT_MAX_BYTES);
    strbuf_init(&again, TEXT_MAX_BYTES);
    if (token_edit_init(&edit, TOKEN_SHA256) != STATUS_OK)
        abort();
    edit.includes_readable = true;
    status = token_edit_apply(&edit, text, &out, &result);
    if (status == STATUS_OK) {
        check_hosts(text, strbuf_span(&out));
        check_bytes(text, strbuf_span(&out));
        if (token_edit_apply(&edit, strbuf_span(&out), &again, &result) !=
            STATUS_UNCHANGED)
            abort();
    }
    token_edit_clear(&edit);
    strbuf_clear(&out);
    strbuf_clear(&again);
    return 0;
}
