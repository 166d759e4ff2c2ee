/* dyndb list-hosts -- lists the hosts of the database. */
#include "cli/colour.h"
#include "cli/commands.h"
#include "cli/database_text.h"
#include "cli/host_listing.h"
#include "cli/json_document.h"
#include "cli/options.h"
#include "cli/print.h"
#include "cli/say.h"
#include "cli/text_table.h"

#include "base/duration.h"

/* ---- for a person ---- */

enum column {
    NAME,
    RECORD,
    TTL,
    USER,
    LOCKED,
    EXPECTED,
    EXPIRES,
    TOKEN,
    COMMENT,
    COLUMNS
};

static const char *const titles[COLUMNS] = {"HOST",    "RECORD", "TTL",
                                            "USER",    "LOCKED", "EXPECTED",
                                            "EXPIRES", "TOKEN",  "COMMENT"};

struct listing {
    struct text_table table;
    struct text_cells cells;
    bool shows_tokens;
    struct strbuf out;
};

static void append_duration(struct strbuf *cell, uint32_t seconds)
{
    char text[DURATION_TEXT_MAX];

    duration_format(seconds, text);
    strbuf_append_string(cell, seconds == 0 ? "never" : text);
}

static void set_cell(struct listing *listing, enum column column,
                     const struct listed_host *listed)
{
    const struct host *host = &listed->host;
    struct strbuf *cell = &listing->cells.text;
    uint32_t ttl, seconds;

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
    else if (column == EXPECTED && host_expect_within(host, &seconds))
        append_duration(cell, seconds);
    else if (column == EXPIRES && host_expire_after(host, &seconds))
        append_duration(cell, seconds);
    else if (column == TOKEN && listing->shows_tokens)
        strbuf_append(cell, host->token);
    else if (column == COMMENT)
        strbuf_append(cell, listed->comment);
}

static void set_cells(struct listing *listing, const struct listed_host *listed)
{
    text_cells_rewind(&listing->cells);
    for (int i = 0; i < COLUMNS; i++) {
        set_cell(listing, (enum column)i, listed);
        text_cells_next(&listing->cells);
    }
}

static bool measure(void *arg, const struct listed_host *listed)
{
    struct listing *listing = arg;

    set_cells(listing, listed);
    text_table_measure(&listing->table, &listing->cells);
    return strbuf_ok(&listing->cells.text);
}

static bool append_row(void *arg, const struct listed_host *listed)
{
    struct listing *listing = arg;

    set_cells(listing, listed);
    text_table_append_row(&listing->table, &listing->cells, &listing->out);
    return strbuf_ok(&listing->cells.text);
}

static bool append_table(struct listing *listing,
                         const struct host_listing *hosts)
{
    if (!host_listing_each(hosts, measure, listing))
        return false;
    text_table_append_titles(&listing->table, colour_begin(stdout, COLOUR_HEAD),
                             colour_end(stdout), &listing->out);
    return host_listing_each(hosts, append_row, listing) &&
           strbuf_ok(&listing->out);
}

static int list_text(const struct host_listing *hosts,
                     const struct options *options)
{
    struct listing listing = {.shows_tokens =
                                  options_given(options, "show-tokens")};
    bool done;

    text_table_init(&listing.table, titles, COLUMNS, 0);
    text_cells_init(&listing.cells, DATABASE_MAX_BYTES);
    strbuf_init(&listing.out, 2 * (size_t)DATABASE_MAX_BYTES);
    done = append_table(&listing, hosts);
    if (!done)
        say("out of memory");
    done = done && print(strbuf_span(&listing.out));
    strbuf_clear(&listing.out);
    text_cells_clear(&listing.cells);
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

/* Of one of the functions of host.h that read a number. Null: the row does not
 * say. */
static json_t *number_json(bool read(const struct host *, uint32_t *),
                           const struct host *host)
{
    uint32_t number;

    return read(host, &number) ? json_integer(number) : json_null();
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
        "{s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:o, s:o, s:o, s:o}",
        "hostname", json_document_text(host->name), "record_type",
        type_json(host), "ttl", number_json(host_attribute_ttl, host), "user",
        json_document_text(host_user(host)), "allow_internal",
        allow_internal_json(host), "lock_record", host_is_locked(host),
        "read_privilege", host_is_readable(host), "mac_address",
        json_document_text(host_mac_address(host)), "ipv6_suffix",
        suffix_json(host), "expect_within",
        number_json(host_expect_within, host), "expire_after",
        number_json(host_expire_after, host), "comment",
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
