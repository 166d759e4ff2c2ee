/* name_lookup -- asks name servers, on a thread of its own, which addresses a
 * name has at present.
 *
 * One name after the other: for the eyes of who waits at a page. Each is over
 * within a few seconds, whatever the servers do, and when more wait than those
 * who came first can be told in that time, the next is refused at once.
 */
#ifndef SERVER_HTTP_NAME_LOOKUP_H
#define SERVER_HTTP_NAME_LOOKUP_H

#include "base/dns_name.h"
#include "base/list.h"
#include "base/status.h"
#include "server/http/http_settings.h"
#include "server/http/name_query.h"

enum {
    NAME_LOOKUPS_MAX = 32, /* that wait */
    NAME_LOOKUP_MS = 3000, /* from name_lookups_post() to done() at most, and a
                              moment more */
};

enum { NAME_LOOKUP_A, NAME_LOOKUP_AAAA, NAME_LOOKUP_TYPES };

/* The caller's, until done() is called. */
struct name_lookup {
    char name[DNS_NAME_MAX]; /* normalised */
    size_t name_len;
    void (*done)(struct name_lookup *lookup); /* on the thread, once */

    /* The answers. NAME_UNANSWERED: nobody did in time. */
    struct name_answer answers[NAME_LOOKUP_TYPES];

    struct list in_queue; /* private */
    int64_t until;
};

struct name_lookups;

/* `server` is copied. NULL when memory is short. */
struct name_lookups *name_lookups_new(const struct name_server *server);

NODISCARD enum status name_lookups_start(struct name_lookups *lookups);

/* Takes one on. Any thread; does not block. False: too many wait. */
bool name_lookups_post(struct name_lookups *lookups,
                       struct name_lookup *lookup);

/* Ends the thread, and waits for that; what waits is done, unanswered. */
void name_lookups_stop(struct name_lookups *lookups);

/* After name_lookups_stop(), or of one that was never started. NULL is allowed. */
void name_lookups_free(struct name_lookups *lookups);

#endif
