/* event -- one thing that happened, as a line of JSON in the journal.
 *
 * The journal is made for queries by others (Athena, DuckDB, zcat and jq), so
 * the names of its members are an interface: docs/STATE.md has them all. A name
 * means the same, and is of the same kind, in each event that has it.
 *
 *   calls   a host was called, as often as `calls` says, within about a minute
 *   change  a record was changed, or removed
 *   edit    dyndb changed the database of hosts
 *   copy    a server was there, and did so much; one in each object of its
 *
 * Never a token, a hash of one, or a query.
 */
#ifndef JOURNAL_EVENT_H
#define JOURNAL_EVENT_H

#include "base/address.h"
#include "base/status.h"
#include "base/strbuf.h"

#include <stdint.h>

enum event_kind { EVENT_CALLS, EVENT_CHANGE, EVENT_EDIT, EVENT_COPY };

/* What is longer is cut, between two characters. */
enum {
    EVENT_AGENT_MAX_BYTES = 80, /* of a User-Agent */
    EVENT_WORD_MAX_BYTES = 32,  /* outcome, why, action */
    EVENT_REASON_MAX_BYTES = 120,
    EVENT_BY_MAX_BYTES = 200,
    EVENT_MACHINE_MAX_BYTES = 64,  /* HOST_NAME_MAX of Linux */
    EVENT_VERSION_MAX_BYTES = 130, /* S3_ETAG_MAX */
    EVENT_EDIT_HOSTS_MAX = 100,    /* named in one event; others in the next */
    EVENT_LINE_MAX_BYTES = 64 * 1024,
};

/* The calls of one host in one minute, to one server. Times: ms since 1970; 0:
 * it did not happen. */
struct event_calls {
    struct span host; /* normalised */

    /* Of the last call: */
    struct address client; /* ADDRESS_NONE: unknown */
    struct span agent;     /* may be empty */
    struct span outcome;   /* a word of dyndns2 */
    struct span reason;    /* why it was refused, in words; may be empty */

    /* The last one with the right credentials, and the last one after which the
     * record says what was asked for (good, nochg). */
    int64_t accessed_at, checked_at;

    /* What the records say since then, as far as the call was about them, so that
     * a host whose address does not change has one. ADDRESS_NONE: unknown. */
    struct address ipv4, ipv6;

    /* The last one that was not refused, be it long before this minute and to
     * another server, as far as this one knows: host_states.h. */
    int64_t succeeded_at;

    int64_t first_at; /* of these calls; 0: within the minute before */
    uint32_t calls;
    uint32_t refused; /* of them, those after succeeded_at */
};

struct event_change {
    struct span host;
    enum address_family family; /* A or AAAA */
    struct address before;      /* of this family; ADDRESS_NONE: unknown */
    struct address after;       /* likewise; ADDRESS_NONE: it was removed */
    struct address client;      /* ADDRESS_NONE: nobody called */
    struct span why;            /* "call", "expired", "missing", "found" */
};

struct event_edit {
    struct span by;     /* user@machine, as far as known */
    struct span action; /* the command of dyndb: "add-host" */
    struct span effect; /* on these hosts: "added", "changed", "removed"; may be
                           empty. An edit with several is an event for each */
    struct span hosts[EVENT_EDIT_HOSTS_MAX];
    size_t named; /* of them; what finds no room in a line is not written */
    uint64_t hosts_before; /* named by events before this, of the same edit and
                              effect; of the first one 0. Who counts edits
                              passes over the others */
    uint64_t hosts_in_all; /* be they named or not */
    struct span
        table_version; /* ETag of the database afterwards; may be empty */
};

/* What one server did since its last object, and how it is. */
struct event_copy {
    struct span copy; /* object_name.h */
    struct span machine, version;
    int64_t up_since;
    struct span table_version; /* ETag of the database that it serves */
    uint64_t table_hosts, rows_left_out, pending;
    /* In this span; lost: events that found no room. */
    uint64_t calls, refused, changes, route53_calls, throttled, lost;
    bool is_stopping;
};

struct event {
    enum event_kind kind;
    int64_t at; /* ms since 1970; of calls: the last one */
    union {
        struct event_calls calls;
        struct event_change change;
        struct event_edit edit;
        struct event_copy copy;
    };
};

/* Appends the line with its line feed. STATUS_NOMEM: `out` has failed. Texts are
 * cut and made harmless as json_writer.h says. */
NODISCARD enum status event_write(const struct event *event,
                                  struct strbuf *out);

/* Reads a line, with its line feed or without. The spans point into `keep`, which
 * is emptied first, may hold EVENT_LINE_MAX_BYTES, and must outlive the event.
 * STATUS_INVALID: it is no event that this version knows (a newer version's: pass
 * it over), or lacks what every event of its kind has, or is too long;
 * STATUS_NOMEM. */
NODISCARD enum status event_read(struct span line, struct strbuf *keep,
                                 struct event *event);

#endif
