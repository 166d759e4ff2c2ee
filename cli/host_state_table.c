#include "cli/host_state_table.h"
#include "cli/age_words.h"
#include "cli/colour.h"
#include "cli/event_printer.h"
#include "cli/json_document.h"
#include "cli/print.h"
#include "cli/say.h"
#include "cli/text_table.h"

#include "base/utc.h"

#include <stdlib.h>

enum {
    ROW_MAX_BYTES = 4096,
    BATCH_BYTES = 64 * 1024,
    TEXT_MAX_BYTES = 1 << 20
};

/* ---- for a person ---- */

enum column {
    NAME,
    ACCESSED,
    OUTCOME,
    REFUSED,
    IPV4,
    IPV6,
    UPDATED,
    CHECKED,
    CLIENT,
    AGENT,
    REASON,
    COLUMNS
};

static const char *const titles[COLUMNS] = {
    "HOST",    "ACCESSED", "OUTCOME", "REFUSED", "IPV4",  "IPV6",
    "UPDATED", "CHECKED",  "CLIENT",  "AGENT",   "REASON"};

static void append_address(struct strbuf *cell, const struct address *address)
{
    char text[ADDRESS_TEXT_MAX];

    if (address->family == ADDRESS_NONE)
        return;
    address_format(address, text);
    strbuf_append_string(cell, text);
}

static void append_age(struct strbuf *cell, int64_t now, uint32_t at)
{
    if (at > 0)
        age_words_append(cell, now - at);
}

/* A client that its record names is no news. */
static void append_client(struct strbuf *cell, const struct host_state *state)
{
    if (!address_equal(&state->client, &state->addresses[0]) &&
        !address_equal(&state->client, &state->addresses[1]))
        append_address(cell, &state->client);
}

static void set_cell(struct strbuf *cell, enum column column,
                     const struct host_state *state, int64_t now)
{
    if (column == NAME)
        strbuf_append(cell, state->name);
    else if (column == ACCESSED && state->accessed_at == 0)
        strbuf_append_string(cell, "never");
    else if (column == ACCESSED)
        append_age(cell, now, state->accessed_at);
    else if (column == OUTCOME)
        strbuf_append(cell, state->outcome);
    else if (column == REFUSED && state->refusals > 0)
        strbuf_printf(cell, "%u", (unsigned)state->refusals);
    else if (column == IPV4)
        append_address(cell, &state->addresses[0]);
    else if (column == IPV6)
        append_address(cell, &state->addresses[1]);
    else if (column == UPDATED)
        append_age(cell, now, host_state_changed_at(state));
    else if (column == CHECKED)
        append_age(cell, now, state->checked_at);
    else if (column == CLIENT)
        append_client(cell, state);
    else if (column == AGENT)
        strbuf_append(cell, state->agent);
    else if (column == REASON)
        strbuf_append(cell, state->reason);
}

static void set_cells(struct text_cells *cells,
                      const struct host_state_table *table, size_t index)
{
    struct host_state state;
    struct host host;

    host_state_list_get(table->list, table->db, table->states, index, &host,
                        &state);
    text_cells_rewind(cells);
    for (int i = 0; i < COLUMNS; i++) {
        set_cell(&cells->text, (enum column)i, &state, table->now);
        text_cells_next(cells);
    }
}

static bool print_batch(struct strbuf *out)
{
    bool done = strbuf_ok(out);

    if (!done)
        say("out of memory");
    done = done && print(strbuf_span(out));
    strbuf_rewind(out);
    return done;
}

static bool print_rows(const struct host_state_table *table,
                       const struct text_table *layout,
                       struct text_cells *cells, struct strbuf *out)
{
    for (size_t i = 0; i < table->list->count; i++) {
        set_cells(cells, table, i);
        text_table_append_row(layout, cells, out);
        if (out->len >= BATCH_BYTES && !print_batch(out))
            return false;
    }
    return print_batch(out);
}

bool host_state_table_print(const struct host_state_table *table,
                            size_t line_max)
{
    struct text_table layout;
    struct text_cells cells;
    struct strbuf out;
    bool done;

    text_table_init(&layout, titles, COLUMNS, line_max);
    text_cells_init(&cells, ROW_MAX_BYTES);
    strbuf_init(&out, TEXT_MAX_BYTES);
    for (size_t i = 0; i < table->list->count; i++) {
        set_cells(&cells, table, i);
        text_table_measure(&layout, &cells);
    }
    if (table->list->count > 0)
        text_table_append_titles(&layout, colour_begin(stdout, COLOUR_HEAD),
                                 colour_end(stdout), &out);
    done = print_rows(table, &layout, &cells, &out);
    strbuf_clear(&out);
    text_cells_clear(&cells);
    return done;
}

/* ---- for a program ---- */

static json_t *moment_json(uint32_t at)
{
    char text[UTC_TEXT_MAX];

    return at == 0 ? json_null() : json_string(utc_format((time_t)at, text));
}

static json_t *address_json(const struct address *address)
{
    char text[ADDRESS_TEXT_MAX];

    if (address->family == ADDRESS_NONE)
        return json_null();
    return json_stringn(text, address_format(address, text));
}

static json_t *state_json(const struct host_state *state)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
        "s:I}",
        "hostname", json_document_text(state->name), "ipv4",
        address_json(&state->addresses[0]), "ipv6",
        address_json(&state->addresses[1]), "last_accessed",
        moment_json(state->accessed_at), "last_checked",
        moment_json(state->checked_at), "last_updated",
        moment_json(host_state_changed_at(state)), "ipv4_updated",
        moment_json(state->updated_at[0]), "ipv6_updated",
        moment_json(state->updated_at[1]), "last_called",
        moment_json(state->called_at), "client", address_json(&state->client),
        "agent", json_document_text(state->agent), "outcome",
        json_document_text(state->outcome), "reason",
        json_document_text(state->reason), "refusals",
        (json_int_t)state->refusals);
}

static bool print_host_json(struct event_printer *printer,
                            const struct host_state *state)
{
    json_t *made = state_json(state);
    char *text = made == NULL ? NULL : json_dumps(made, JSON_COMPACT);
    bool done = false;

    if (text == NULL)
        say("out of memory");
    else
        done = event_printer_put(printer, 0, span_from_string(text));
    free(text);
    json_decref(made);
    return done;
}

bool host_state_table_print_json(const struct host_state_table *table)
{
    struct event_printer printer;
    bool done = true;

    event_printer_init(&printer, true);
    for (size_t i = 0; done && i < table->list->count; i++) {
        struct host_state state;
        struct host host;

        host_state_list_get(table->list, table->db, table->states, i, &host,
                            &state);
        done = print_host_json(&printer, &state);
    }
    done = done && event_printer_end(&printer);
    event_printer_clear(&printer);
    return done;
}
