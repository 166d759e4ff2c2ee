/* dyndb list-hosts -- lists the hosts of the database. */
#include "cli/colour.h"
#include "cli/commands.h"
#include "cli/database_text.h"
#include "cli/host_listing.h"
#include "cli/host_state_table.h"
#include "cli/json_document.h"
#include "cli/options.h"
#include "cli/print.h"
#include "cli/say.h"
#include "cli/state_reading.h"
#include "cli/terminal_width.h"
#include "cli/text_table.h"

#include "base/duration.h"

#include <stdlib.h>
#include <time.h>

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

/* ---- with their state ---- */

static const struct {
    const char *name;
    enum host_state_order order;
} orders[] = {
    {"silence", HOST_STATES_BY_SILENCE}, {"name", HOST_STATES_BY_NAME},
    {"change", HOST_STATES_BY_CHANGE},   {"refusals", HOST_STATES_BY_REFUSALS},
    {"row", HOST_STATES_BY_ROW},
};

static bool read_order(const char *text, enum host_state_order *order)
{
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
        if (strcmp(text, orders[i].name) == 0) {
            *order = orders[i].order;
            return true;
        }
    return false;
}

static bool read_span(const char *text, uint32_t *seconds)
{
    return duration_parse(span_from_string(text), 1, UINT32_MAX, seconds);
}

/* What the options say, which were checked, and what servers do with rows that do
 * not say when they expire. */
static struct host_state_query query_of(const struct options *options)
{
    struct host_state_query query = {
        .now = time(NULL),
        .order = HOST_STATES_BY_SILENCE,
        .overdue = options_given(options, "overdue"),
        .stale = options_given(options, "stale"),
    };
    const char *sort = options_value(options, "sort"),
               *silent = options_value(options, "silent"),
               *usual = getenv("DYNDNS_EXPIRE_AFTER");

    if (sort != NULL)
        (void)read_order(sort, &query.order);
    if (silent != NULL)
        (void)read_span(silent, &query.silent_s);
    if (usual != NULL)
        (void)read_span(usual, &query.expire_after_s);
    return query;
}

static bool print_states(const struct options *options, const struct hostdb *db,
                         const struct host_states *states)
{
    struct host_state_query query = query_of(options);
    struct host_state_list list;
    struct host_state_table table = {&list, db, states, query.now};
    bool done;

    if (host_state_list_init(&list, db, states, &query) != STATUS_OK) {
        say("out of memory");
        return false;
    }
    done = options_given(options, "json")
               ? host_state_table_print_json(&table)
               : host_state_table_print(&table, terminal_width(stdout));
    host_state_list_clear(&list);
    return done;
}

static int list_states(const struct context *context,
                       const struct options *options,
                       const struct host_listing *hosts)
{
    struct host_states *states;
    int result = state_reading_get(context->state, &states);

    if (states == NULL)
        return result;
    if (!print_states(options, hosts->db, states))
        result = EXIT_FAILED;
    host_states_free(states);
    return result;
}

/* ---- the command ---- */

static bool check(struct options *options, struct strbuf *fault)
{
    static const char *const about_state[] = {"silent", "overdue", "stale",
                                              "sort"};
    const char *sort = options_value(options, "sort"),
               *silent = options_value(options, "silent");
    bool has_state = options_given(options, "state");
    enum host_state_order order;
    uint32_t seconds;

    for (size_t i = 0; i < sizeof about_state / sizeof about_state[0]; i++)
        if (!has_state && options_given(options, about_state[i])) {
            strbuf_printf(fault, "--%s is about the --state of hosts",
                          about_state[i]);
            return false;
        }
    if (has_state && options_given(options, "show-tokens"))
        strbuf_append_string(fault, "--state shows no tokens");
    else if (sort != NULL && !read_order(sort, &order))
        strbuf_printf(fault,
                      "--sort is silence, name, change, refusals or row, not "
                      "'%s'",
                      sort);
    else if (silent != NULL && !read_span(silent, &seconds))
        strbuf_printf(fault,
                      "--silent is a span of time, such as 90m, 12h or 7d, not "
                      "'%s'",
                      silent);
    else
        return true;
    return false;
}

static int print_list(const struct context *context,
                      const struct options *options,
                      const struct host_listing *listing)
{
    if (options_given(options, "state"))
        return list_states(context, options, listing);
    return options_given(options, "json") ? list_json(listing, options)
                                          : list_text(listing, options);
}

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
        result = print_list(context, options, &listing);
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
    .purpose = "list the hosts, or how each of them is",
    .text = "Lists the hosts of the database, without their tokens, in the "
            "order of\n"
            "its rows. With --state, it tells how each host is: its addresses, "
            "when\n"
            "it was accessed, checked and updated last, and what came of its "
            "last\n"
            "call; the longest silent come first.\n",
    .options = {{0, "state", NULL,
                 "how each host is, as DYNDNS_STATE tells it"},
                {0, "silent", "TIME",
                 "of these, only those silent for longer than 90m, 12h, 7d"},
                {0, "overdue", NULL,
                 "only those silent for longer than their expect_within"},
                {0, "stale", NULL,
                 "only those silent for longer than their expire_after,\n"
                 "whose records a server would remove"},
                {0, "sort", "ORDER",
                 "silence (the default), name, change, refusals, or row"},
                {0, "show-tokens", NULL, "show the tokens too"},
                OPTION_JSON,
                OPTION_DATABASE_FILE},
    .needs = NEEDS_DATABASE,
    .shows_state = true,
    .check = check,
    .run = run,
};
