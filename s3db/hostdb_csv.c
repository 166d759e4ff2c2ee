/* libcsv does the reading; what it leaves to its caller is done here.
 *
 * Lines. libcsv says nothing of positions, so the text is handed to it one
 * line at a time: whatever its callbacks report belongs to the row in hand.
 * In strict mode every quote that it accepts opens a field, closes one, or is
 * one of a pair, so an odd number of quotes means that a field is open and
 * that the row goes on in the next line.
 *
 * Sizes. libcsv's buffer for a field grows without end, a few bytes at a
 * time. It is given all it may have at once and refused any more.
 */
#include "s3db/hostdb_csv.h"
#include "s3db/hostdb_build.h"
#include "s3db/hostdb_columns.h"

#include "base/dns_name.h"

#include <csv.h>

#include <stdlib.h>

/* The beginning of a field, and how long it really was. */
struct field {
    char *ptr;
    size_t max_bytes;
    size_t len;
};

struct hostdb_csv {
    struct csv_parser parser;
    struct hostdb *db;
    hostdb_csv_fault_fn *fault;
    void *fault_arg;
    size_t faults;

    enum status status; /* the first failure is the last word */
    struct hostdb_csv_fault error;

    size_t bom_bytes; /* of a byte order mark seen so far */
    bool bom_decided;

    size_t line;     /* that the next byte belongs to */
    size_t row_line; /* in which the row in hand begins */
    bool in_quotes;
    bool after_cr;

    struct hostdb_columns header;
    bool first_row_seen;

    /* The row in hand, so far. */
    size_t columns;
    bool is_header;
    bool names_a_column; /* a first row, as a header line would */
    struct field name, token;
    struct host_attributes attributes;
    const char *attribute_fault;       /* NULL: none */
    size_t attribute_fault_column;     /* from 0 */
    char name_bytes[DNS_NAME_MAX + 1]; /* a trailing dot is allowed */
    char token_bytes[HOSTDB_TOKEN_MAX_BYTES];
};

/* libcsv's "realloc": the first block is the last. */
static void *allocate_once(void *old, size_t bytes)
{
    return old == NULL ? malloc(bytes) : NULL;
}

struct hostdb_csv *hostdb_csv_new(hostdb_csv_fault_fn *fault, void *arg)
{
    struct hostdb_csv *csv = calloc(1, sizeof *csv);

    if (csv == NULL)
        return NULL;
    csv->db = hostdb_new();
    if (csv->db == NULL) {
        free(csv);
        return NULL;
    }
    csv->fault = fault;
    csv->fault_arg = arg;
    csv->error.reason = "";
    csv->line = csv->row_line = 1;
    csv->name = (struct field){csv->name_bytes, sizeof csv->name_bytes, 0};
    csv->token = (struct field){csv->token_bytes, sizeof csv->token_bytes, 0};
    csv_init(&csv->parser, CSV_STRICT | CSV_STRICT_FINI);
    csv_set_realloc_func(&csv->parser, allocate_once);
    csv_set_blk_size(&csv->parser, HOSTDB_CSV_FIELD_MAX_BYTES);
    return csv;
}

void hostdb_csv_free(struct hostdb_csv *csv)
{
    if (csv == NULL)
        return;
    csv_free(&csv->parser);
    hostdb_release(csv->db);
    free(csv);
}

static enum status fail(struct hostdb_csv *csv, enum status status, size_t line,
                        const char *reason)
{
    if (csv->status == STATUS_OK) {
        csv->status = status;
        csv->error = (struct hostdb_csv_fault){
            .line = line,
            .reason = reason,
            .field = line == csv->row_line ? csv->columns + 1 : 0,
        };
    }
    return csv->status;
}

/* ---- a row ---- */

static void set_field(struct field *field, const char *text, size_t len)
{
    size_t kept = len < field->max_bytes ? len : field->max_bytes;

    if (kept > 0)
        memcpy(field->ptr, text, kept);
    field->len = len;
}

/* The field as far as it was kept. */
static struct span field_span(const struct field *field)
{
    return span_from(field->ptr, field->len < field->max_bytes
                                     ? field->len
                                     : field->max_bytes);
}

/* A field of the first row, which is a header line if it begins like one. */
static void look_for_header(struct hostdb_csv *csv, struct span field)
{
    if (csv->columns == 1 &&
        hostdb_columns_is_header(field_span(&csv->name), field)) {
        csv->is_header = true;
        csv->header.line = csv->row_line;
        hostdb_columns_add(&csv->header, field_span(&csv->name));
    }
    if (csv->is_header)
        hostdb_columns_add(&csv->header, field);
    else if (hostdb_columns_is_name(field))
        csv->names_a_column = true;
}

static void read_attribute(struct hostdb_csv *csv, struct span field)
{
    enum host_attribute which;

    if (csv->attribute_fault == NULL &&
        hostdb_columns_attribute(&csv->header, csv->columns, &which)) {
        csv->attribute_fault =
            host_attributes_add(&csv->attributes, which, field);
        csv->attribute_fault_column = csv->columns;
    }
}

static void on_field(void *text, size_t len, void *arg)
{
    struct hostdb_csv *csv = arg;

    if (csv->columns == 0)
        set_field(&csv->name, text, len);
    else if (csv->columns == 1)
        set_field(&csv->token, text, len);
    else
        read_attribute(csv, span_from(text, len));
    if (!csv->first_row_seen)
        look_for_header(csv, span_from(text, len));
    csv->columns++;
}

static size_t columns_max_of(const struct hostdb_csv *csv)
{
    return csv->header.line == 0 ? 2 : csv->header.count;
}

static const char *columns_fault(const struct hostdb_csv *csv)
{
    size_t columns_max = columns_max_of(csv);

    if (csv->columns < 2)
        return "the row has no token: it wants hostname,token";
    if (csv->columns <= columns_max)
        return NULL;
    return columns_max == 2
               ? "the row has more fields than hostname,token; more are "
                 "allowed only when a header line names them"
               : "the row has more fields than the header line names";
}

static const char *name_fault(const struct hostdb_csv *csv, struct span name)
{
    if (csv->name.len > csv->name.max_bytes)
        return "the name is longer than 253 characters";
    /* Normalising refuses what is empty or too long; say which. */
    return dns_name_fault(name.len > 0 ? name : field_span(&csv->name));
}

/* RFC 7617 2: a password has no control characters, all else may be sent. But
 * what begins like a hashed token must be one. */
static const char *token_fault(const struct hostdb_csv *csv)
{
    struct span token = field_span(&csv->token);
    struct token_form form;

    _Static_assert(HOSTDB_TOKEN_MAX_BYTES == 1024, "or change the words");
    if (csv->token.len == 0)
        return "the token is empty";
    if (csv->token.len > csv->token.max_bytes)
        return "the token is longer than 1024 bytes";
    for (size_t i = 0; i < token.len; i++)
        if ((unsigned char)token.ptr[i] < ' ' || token.ptr[i] == 0x7f)
            return "the token holds a control character, which no client "
                   "can send";
    return token_form_parse(token, &form);
}

/* NULL, or the rule that the row breaks. */
static const char *row_fault(const struct hostdb_csv *csv, struct span name)
{
    const char *name_reason = name_fault(csv, name);
    const char *reason = columns_fault(csv);

    if (name_reason != NULL && csv->names_a_column)
        return "the row names no host, and a header line begins with "
               "hostname,token";
    if (reason == NULL)
        reason = name_reason;
    if (reason == NULL)
        reason = token_fault(csv);
    return reason == NULL ? csv->attribute_fault : reason;
}

/* Which field of a row that breaks a rule is to blame for it, from 1. The
 * questions are those of row_fault(), in the same order. */
static size_t field_at_fault(const struct hostdb_csv *csv, struct span name)
{
    if (name_fault(csv, name) != NULL && csv->names_a_column)
        return 1;
    if (csv->columns > columns_max_of(csv))
        return columns_max_of(csv) + 1;
    if (csv->columns < 2 || name_fault(csv, name) != NULL)
        return 1;
    if (token_fault(csv) != NULL)
        return 2;
    return csv->attribute_fault == NULL ? 1 : csv->attribute_fault_column + 1;
}

/* What the first field holds may be a token, of a row whose fields stand the
 * wrong way round. Only what is beyond doubt a host's name is passed on. */
static void report(struct hostdb_csv *csv, struct span name, const char *reason)
{
    struct hostdb_csv_fault fault = {
        .line = csv->row_line,
        .reason = reason,
        .field = field_at_fault(csv, name),
    };

    csv->faults++;
    if (csv->fault == NULL)
        return;
    if (name_fault(csv, name) == NULL)
        fault.name = name;
    csv->fault(csv->fault_arg, &fault);
}

/* Why a well-formed row is not one of the table's. */
static const char *conflict_fault(const struct hostdb_csv *csv,
                                  const struct host *row)
{
    struct host earlier;

    if (host_has_type(row))
        return "an earlier row of the same name is for this record already";
    if (hostdb_lookup(csv->db, row->name, &earlier) && host_has_type(&earlier))
        return "an earlier row of the same name is for one record already, and "
               "this one names no record_type, so it is for both";
    return "an earlier row has the same name already";
}

/* NULL, or why the row is left out. What ends it all is told to fail(). */
static const char *keep_row(struct hostdb_csv *csv, const struct host *row)
{
    switch (hostdb_add_row(csv->db, row->name, row->token, row->attributes)) {
    case STATUS_OK:
        break;
    case STATUS_CONFLICT:
        return conflict_fault(csv, row);
    case STATUS_DENIED:
        return "an earlier row has the same user and another token";
    case STATUS_FULL:
        fail(csv, STATUS_FULL, csv->row_line, "there are too many hosts");
        break;
    default:
        fail(csv, STATUS_NOMEM, csv->row_line, "out of memory");
    }
    return NULL;
}

static void add_row(struct hostdb_csv *csv)
{
    char normal[DNS_NAME_MAX];
    size_t len = dns_name_normalize(field_span(&csv->name), normal);
    struct span name = span_from(normal, len);
    const char *reason = row_fault(csv, name);
    struct host row = {
        .name = name,
        .token = field_span(&csv->token),
        .attributes =
            span_from((char *)csv->attributes.bytes, csv->attributes.len),
    };

    if (reason == NULL)
        reason = keep_row(csv, &row);
    if (reason != NULL)
        report(csv, name, reason);
}

static void on_row(int terminator, void *arg)
{
    struct hostdb_csv *csv = arg;

    (void)terminator;
    if (csv->status == STATUS_OK && !csv->is_header)
        add_row(csv);
    csv->first_row_seen = true;
    csv->columns = 0;
    csv->is_header = csv->names_a_column = false;
    csv->attributes.len = 0;
    csv->attribute_fault = NULL;
}

/* ---- lines ---- */

static void parse(struct hostdb_csv *csv, struct span text)
{
    if (csv_parse(&csv->parser, text.ptr, text.len, on_field, on_row, csv) ==
        text.len)
        return;
    if (csv_error(&csv->parser) == CSV_EPARSE)
        fail(csv, STATUS_INVALID, csv->row_line,
             "a double quote is out of place in the row that begins here");
    else if (csv_get_buffer_size(&csv->parser) > 0)
        fail(csv, STATUS_INVALID, csv->row_line,
             "a field is longer than 64 KiB; is a double quote left open?");
    else
        fail(csv, STATUS_NOMEM, csv->row_line, "out of memory");
}

/* How much of the text belongs to the line in hand, its end included. Stops
 * before a NUL byte. */
static size_t scan_line(struct hostdb_csv *csv, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (c == '"')
            csv->in_quotes = !csv->in_quotes;
        else if (c == '\n' || c == '\r')
            return i + 1;
        else if (c == '\0')
            return i;
    }
    return text.len;
}

/* Counts the line if this, a part of it that is not empty, has its end: LF,
 * CR, or both as one. */
static void count_line(struct hostdb_csv *csv, struct span part)
{
    char last = part.ptr[part.len - 1];
    bool ends_crlf = last == '\n' && part.len == 1 && csv->after_cr;

    if ((last == '\r' || last == '\n') && !ends_crlf)
        csv->line++;
    csv->after_cr = last == '\r';
    if (!csv->in_quotes && (last == '\r' || last == '\n'))
        csv->row_line = csv->line;
}

static void feed_lines(struct hostdb_csv *csv, struct span text)
{
    while (text.len > 0 && csv->status == STATUS_OK) {
        struct span part = span_from(text.ptr, scan_line(csv, text));

        if (part.len > 0) {
            parse(csv, part);
            count_line(csv, part);
        } else {
            fail(csv, STATUS_INVALID, csv->line,
                 "a NUL byte: the text is not in UTF-8");
        }
        text.ptr += part.len;
        text.len -= part.len;
    }
}

/* ---- the text ---- */

static const char bom[] = "\xef\xbb\xbf";

/* Drops a byte order mark, which may arrive in pieces. What only began like
 * one is given to the parser after all. */
static struct span skip_bom(struct hostdb_csv *csv, struct span chunk)
{
    while (!csv->bom_decided && chunk.len > 0) {
        if (chunk.ptr[0] != bom[csv->bom_bytes]) {
            csv->bom_decided = true;
            feed_lines(csv, span_from(bom, csv->bom_bytes));
            break;
        }
        chunk.ptr++;
        chunk.len--;
        csv->bom_decided = ++csv->bom_bytes == sizeof bom - 1;
    }
    return chunk;
}

enum status hostdb_csv_feed(struct hostdb_csv *csv, struct span chunk)
{
    feed_lines(csv, skip_bom(csv, chunk));
    return csv->status;
}

enum status hostdb_csv_finish(struct hostdb_csv *csv, struct hostdb **out)
{
    if (!csv->bom_decided)
        feed_lines(csv, span_from(bom, csv->bom_bytes));
    if (csv->status == STATUS_OK &&
        csv_fini(&csv->parser, on_field, on_row, csv) != 0)
        fail(csv, STATUS_INVALID, csv->row_line,
             "a double quote is left open in the row that begins here");
    if (csv->status != STATUS_OK)
        return csv->status;
    if (hostdb_count(csv->db) == 0)
        return fail(csv, STATUS_INVALID, 0,
                    csv->faults == 0 ? "there is no host in it"
                                     : "not one of its rows is a valid host");
    hostdb_seal(csv->db);
    *out = csv->db;
    csv->db = NULL;
    return STATUS_OK;
}

struct hostdb_csv_fault hostdb_csv_error(const struct hostdb_csv *csv)
{
    return csv->error;
}

const struct hostdb_columns *hostdb_csv_columns(const struct hostdb_csv *csv)
{
    return &csv->header;
}

size_t hostdb_csv_faults(const struct hostdb_csv *csv)
{
    return csv->faults;
}
