#include "cli/host_listing.h"

#include "s3db/csv_rows.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 16, COMMENT_MAX_BYTES = 128 * 1024 };

static void keep_fault(void *arg, const struct database_fault *fault)
{
    struct host_listing *listing = arg;
    size_t capacity = listing->faulty_capacity;

    if (listing->faulty_count == capacity) {
        size_t *grown;

        capacity = capacity == 0 ? FIRST_CAPACITY : 2 * capacity;
        grown = realloc(listing->faulty, capacity * sizeof *grown);
        if (grown == NULL) {
            listing->failed = true;
            return;
        }
        listing->faulty = grown;
        listing->faulty_capacity = capacity;
    }
    listing->faulty[listing->faulty_count++] = fault->row_line;
}

enum status host_listing_init(struct host_listing *listing, struct span text)
{
    enum status status;

    *listing = (struct host_listing){.text = text};
    status = database_read(text, keep_fault, listing, &listing->report,
                           &listing->db);
    if (status == STATUS_NOMEM || listing->failed)
        return STATUS_NOMEM;
    return listing->db == NULL ? STATUS_INVALID : STATUS_OK;
}

void host_listing_clear(struct host_listing *listing)
{
    hostdb_release(listing->db);
    free(listing->faulty);
    *listing = (struct host_listing){.db = NULL};
}

/* Sets `out` to the comment of a row; false when memory fails. */
static bool read_comment(const struct host_listing *listing,
                         const struct csv_row *row, struct strbuf *out)
{
    size_t column = listing->report.columns.column_of[HOST_ATTRIBUTE_COMMENT];
    size_t cursor = 0;
    struct span raw;

    strbuf_rewind(out);
    for (size_t i = 0; column > 0 && csv_row_next_field(row, &cursor, &raw);
         i++)
        if (i == column)
            return csv_field_read(raw, out) == STATUS_OK;
    return true;
}

static bool call_each(const struct host_listing *listing, host_listing_fn *each,
                      void *arg, struct strbuf *comment)
{
    size_t fault = 0, count = hostdb_count(listing->db);
    struct csv_rows rows;
    struct csv_row row;
    uint32_t index = 0;

    csv_rows_init(&rows, listing->text);
    while (index < count && csv_rows_next(&rows, &row)) {
        bool is_faulty =
            fault < listing->faulty_count && row.line == listing->faulty[fault];

        fault += is_faulty;
        if (is_faulty || row.line == listing->report.columns.line)
            continue;
        if (!read_comment(listing, &row, comment) ||
            !each(arg, &(struct listed_host){hostdb_row(listing->db, index++),
                                             strbuf_span(comment)}))
            return false;
    }
    return true;
}

bool host_listing_each(const struct host_listing *listing,
                       host_listing_fn *each, void *arg)
{
    struct strbuf comment;
    bool done;

    strbuf_init(&comment, COMMENT_MAX_BYTES);
    done = call_each(listing, each, arg, &comment);
    strbuf_clear(&comment);
    return done;
}
