#include "cli/journal_listing.h"
#include "cli/say.h"

#include "base/utc.h"

#include <time.h>

enum { MS = 1000 };

static int64_t now_ms(void)
{
    return (int64_t)time(NULL) * MS;
}

/* ---- the time ---- */

/* Sets *ms, which is untouched without the option. */
static bool read_time(const struct options *options, const char *name,
                      int64_t now, int64_t *ms, struct strbuf *fault)
{
    const char *value = options_value(options, name);

    if (value == NULL || since_parse(span_from_string(value), now, ms))
        return true;
    strbuf_printf(
        fault, "--%s is a time that is over, such as " SINCE_FORMS ", not '%s'",
        name, value);
    return false;
}

bool journal_listing_options_are_good(struct options *options,
                                      struct strbuf *fault)
{
    int64_t now = now_ms(), since = 0, until = now;

    if (!read_time(options, "since", now, &since, fault) ||
        !read_time(options, "until", now, &until, fault))
        return false;
    if (since <= until)
        return true;
    strbuf_append_string(fault, "--until is before --since");
    return false;
}

static void set_times(struct journal_walk *walk, const struct options *options,
                      int64_t usually)
{
    struct strbuf fault;

    strbuf_init(&fault, 1024);
    walk->now = now_ms();
    walk->since = walk->now < usually ? 0 : walk->now - usually;
    walk->until = INT64_MAX; /* clocks of servers may be ahead of ours */
    (void)read_time(options, "since", walk->now, &walk->since, &fault);
    (void)read_time(options, "until", walk->now, &walk->until, &fault);
    strbuf_clear(&fault);
}

/* ---- what is read ---- */

static bool wants(void *arg, struct span line)
{
    struct journal_listing *listing = arg;

    return listing->wants == NULL || listing->wants(listing->arg, line);
}

static bool take(void *arg, const struct event *event, struct span line)
{
    struct journal_listing *listing = arg;

    return listing->choose(listing->arg, listing, event, line);
}

/* Says why nothing goes on; a printer that fails has said so itself. */
static bool goes_on(enum status status)
{
    if (status == STATUS_NOMEM)
        say("out of memory");
    return status == STATUS_OK;
}

static bool pass(void *arg, int64_t at)
{
    struct journal_listing *listing = arg;

    if (listing->pass != NULL && !listing->pass(listing->arg, listing, at))
        return false;
    return goes_on(
        event_order_pass(listing->order, at - EVENT_ORDER_WINDOW_MS));
}

bool journal_listing_add(struct journal_listing *listing, int64_t at,
                         struct span text)
{
    return goes_on(event_order_add(listing->order, at, text));
}

/* ---- all of it ---- */

/* A server puts an object each minute, even if nobody calls. */
static int complain_of_nothing(const struct journal_walk *walk)
{
    char since[UTC_TEXT_MAX];

    say("%s has no objects of servers or dyndb from %s on\n"
        "check DYNDNS_STATE, which must be set for the servers too; or ask for "
        "an earlier time with --since",
        state_store_where(walk->store),
        utc_format((time_t)(walk->since / MS), since));
    return EXIT_FAILED;
}

static int finish(struct journal_listing *listing)
{
    struct journal_walk *walk = &listing->walk;
    int64_t end = walk->until < walk->now ? walk->until : walk->now;

    if (walk->objects == 0 && walk->damaged == 0)
        return complain_of_nothing(walk);
    if (listing->pass != NULL && !listing->pass(listing->arg, listing, end))
        return EXIT_FAILED;
    return goes_on(event_order_pass(listing->order, INT64_MAX)) &&
                   event_printer_end(&listing->printer)
               ? EXIT_OK
               : EXIT_FAILED;
}

void journal_listing_init(struct journal_listing *listing,
                          struct state_store *store,
                          const struct options *options, int64_t usually)
{
    *listing = (struct journal_listing){
        .walk = {.store = store,
                 .wants = wants,
                 .take = take,
                 .pass = pass,
                 .arg = listing},
    };
    event_printer_init(&listing->printer, options_given(options, "json"));
    set_times(&listing->walk, options, usually);
}

int journal_listing_run(struct journal_listing *listing)
{
    int result = EXIT_FAILED, finished = EXIT_FAILED;

    listing->order = event_order_new(EVENT_ORDER_MAX_BYTES, event_printer_put,
                                     &listing->printer);
    if (listing->order == NULL)
        say("out of memory");
    else
        result = journal_walk_run(&listing->walk);
    if (result == EXIT_OK || result == EXIT_INCOMPLETE)
        finished = finish(listing);
    event_order_free(listing->order);
    event_printer_clear(&listing->printer);
    return finished == EXIT_OK ? result : finished;
}
