/* dyndb list-hosts -- lists the hosts of the database. */
#include "cli/colour.h"
#include "cli/commands.h"
#include "cli/database_text.h"
#include "cli/host_listing.h"
#include "cli/json_document.h"
#include "cli/options.h"
#include "cli/print.h"
#include "cli/say.h"

/* ---- for a person ---- */

enum column { NAME, RECORD, TTL, USER, LOCKED, TOKEN, COMMENT, COLUMNS };

static const char *const titles[COLUMNS] = {
    "HOST", "RECORD", "TTL", "USER", "LOCKED", "TOKEN", "COMMENT"};

struct table {
    bool shows_tokens;
    size_t width[COLUMNS]; /* in characters; 0: no host has anything there */
    struct strbuf out, cell;
};

static void set_cell(struct table *table, enum column column,
                     const struct listed_host *listed)
{
    const struct host *host = &listed->host;
    struct strbuf *cell = &table->cell;
    uint32_t ttl;

    strbuf_rewind(cell);
    if (column == NAME)
        strbuf_append(cell, host->name);
    else if (column == RECORD && host_has_type(host))
        strbuf_append_string(cell,
                             host_holds(host, ADDRESS_IPV4) ? "A" : "AAAA");
    else if (column == TTL && host_attribute_ttl(host, &ttl))
        strbuf_printf(cell, "%u", (unsigned)ttl);
    else if (column == USER)
        strbuf_append(cell, host_user(host));
    else if (column == LOCKED && host_is_locked(host))
        strbuf_append_string(cell, "locked");
    else if (column == TOKEN && table->shows_tokens)
        strbuf_append(cell, host->token);
    else if (column == COMMENT)
        strbuf_append(cell, listed->comment);
    for (size_t i = 0; i < cell->len; i++)
        if ((unsigned char)cell->ptr[i] < ' ' || cell->ptr[i] == 0x7f)
            cell->ptr[i] = '?'; /* it could steer the terminal */
}

/* In characters of UTF-8. */
static size_t width_of(struct span text)
{
    size_t width = 0;

    for (size_t i = 0; i < text.len; i++)
        width += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    return width;
}

static bool measure(void *arg, const struct listed_host *listed)
{
    struct table *table = arg;

    for (int i = 0; i < COLUMNS; i++) {
        size_t width;

        set_cell(table, (enum column)i, listed);
        width = width_of(strbuf_span(&table->cell));
        if (width > 0 && width < strlen(titles[i]))
            width = strlen(titles[i]);
        if (width > table->width[i])
            table->width[i] = width;
    }
    return strbuf_ok(&table->cell);
}

/* Ends a line, without the blanks that fill up its last cells. */
static void end_line(struct strbuf *out, const char *colour)
{
    while (out->len > 0 && out->ptr[out->len - 1] == ' ')
        out->ptr[--out->len] = '\0';
    strbuf_append_string(out, colour);
    strbuf_append_char(out, '\n');
}

static void append_cell(struct table *table, enum column column,
                        struct span text)
{
    if (table->width[column] == 0)
        return;
    strbuf_append(&table->out, text);
    strbuf_printf(&table->out, "%*s  ",
                  (int)(table->width[column] - width_of(text)), "");
}

static bool append_row(void *arg, const struct listed_host *listed)
{
    struct table *table = arg;

    for (int i = 0; i < COLUMNS; i++) {
        set_cell(table, (enum column)i, listed);
        append_cell(table, (enum column)i, strbuf_span(&table->cell));
    }
    end_line(&table->out, "");
    return strbuf_ok(&table->out);
}

static bool append_table(struct table *table,
                         const struct host_listing *listing)
{
    if (!host_listing_each(listing, measure, table))
        return false;
    strbuf_append_string(&table->out, colour_begin(stdout, COLOUR_HEAD));
    for (int i = 0; i < COLUMNS; i++)
        append_cell(table, (enum column)i, span_from_string(titles[i]));
    end_line(&table->out, colour_end(stdout));
    return host_listing_each(listing, append_row, table);
}

static int list_text(const struct host_listing *listing,
                     const struct options *options)
{
    struct table table = {.shows_tokens =
                              options_given(options, "show-tokens")};
    bool done;

    strbuf_init(&table.out, 2 * (size_t)DATABASE_MAX_BYTES);
    strbuf_init(&table.cell, DATABASE_MAX_BYTES);
    done = append_table(&table, listing);
    if (!done)
        say("out of memory");
    done = done && print(strbuf_span(&table.out));
    strbuf_clear(&table.out);
    strbuf_clear(&table.cell);
    return done ? EXIT_OK : EXIT_FAILED;
}

/* ---- for a program ---- */

struct document {
    json_t *hosts;
    bool shows_tokens;
};

static json_t *type_json(const struct host *host)
{
    if (!host_has_type(host))
        return json_null();
    return json_string(host_holds(host, ADDRESS_IPV4) ? "A" : "AAAA");
}

static json_t *ttl_json(const struct host *host)
{
    uint32_t ttl;

    return host_attribute_ttl(host, &ttl) ? json_integer(ttl) : json_null();
}

/* Null: the server's own setting. */
static json_t *allow_internal_json(const struct host *host)
{
    bool allows = host_allows_internal(host, false);

    return host_allows_internal(host, true) == allows ? json_boolean(allows)
                                                      : json_null();
}

static json_t *suffix_json(const struct host *host)
{
    char text[ADDRESS_TEXT_MAX];
    struct address suffix;

    if (!host_ipv6_suffix(host, &suffix))
        return json_null();
    return json_stringn(text, address_format(&suffix, text));
}

static bool append_host(void *arg, const struct listed_host *listed)
{
    struct document *document = arg;
    const struct host *host = &listed->host;
    json_t *made = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:o, s:o}", "hostname",
        json_document_text(host->name), "record_type", type_json(host), "ttl",
        ttl_json(host), "user", json_document_text(host_user(host)),
        "allow_internal", allow_internal_json(host), "lock_record",
        host_is_locked(host), "read_privilege", host_is_readable(host),
        "mac_address", json_document_text(host_mac_address(host)),
        "ipv6_suffix", suffix_json(host), "comment",
        json_document_text(listed->comment));

    if (made != NULL && document->shows_tokens &&
        json_object_set_new(made, "token", json_document_text(host->token)) !=
            0) {
        json_decref(made);
        return false;
    }
    return json_array_append_new(document->hosts, made) == 0;
}

static int list_json(const struct host_listing *listing,
                     const struct options *options)
{
    struct document document = {json_array(),
                                options_given(options, "show-tokens")};

    if (document.hosts != NULL &&
        !host_listing_each(listing, append_host, &document)) {
        json_decref(document.hosts);
        document.hosts = NULL;
    }
    return json_document_print(document.hosts) ? EXIT_OK : EXIT_FAILED;
}

/* ---- the command ---- */

static int list(const struct context *context, const struct options *options,
                struct span text)
{
    const char *where = database_text_where(context);
    struct host_listing listing;
    int result = EXIT_FAILED;
    size_t hosts;

    switch (host_listing_init(&listing, text)) {
    case STATUS_OK:
        if (listing.report.faults > 0)
            say("%s: %zu row%s left out for breaking the rules, as the server "
                "does it",
                where, listing.report.faults,
                listing.report.faults == 1 ? " is" : "s are");
        result = options_given(options, "json") ? list_json(&listing, options)
                                                : list_text(&listing, options);
        break;
    case STATUS_INVALID:
        result = EXIT_INVALID;
        if (database_check(where, text, true, &hosts) == STATUS_INVALID)
            break;
        /* fall through */
    default:
        say("out of memory");
    }
    host_listing_clear(&listing);
    return result;
}

static int run(const struct context *context, const struct options *options)
{
    struct strbuf text;
    int result = EXIT_FAILED;

    strbuf_init(&text, DATABASE_MAX_BYTES);
    if (database_text_read(context, &text))
        result = list(context, options, strbuf_span(&text));
    strbuf_clear(&text);
    return result;
}

const struct command command_list_hosts = {
    .name = "list-hosts",
    .operands = "",
    .purpose = "list the hosts",
    .text = "Lists the hosts of the database, without their tokens, in the "
            "order of\n"
            "its rows.\n",
    .options = {{0, "show-tokens", NULL, "show the tokens too"},
                OPTION_JSON,
                OPTION_DATABASE_FILE},
    .needs = NEEDS_DATABASE,
    .run = run,
};
