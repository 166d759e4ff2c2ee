/* journal_listing -- what history and audit have in common: a time that is asked
 * for, and what of the journal is printed of it, in the order in which it
 * happened.
 */
#ifndef CLI_JOURNAL_LISTING_H
#define CLI_JOURNAL_LISTING_H

#include "cli/event_order.h"
#include "cli/event_printer.h"
#include "cli/journal_walk.h"
#include "cli/options.h"
#include "cli/since.h"

#define OPTION_SINCE(usually)                                                  \
    {                                                                          \
        0, "since", "TIME",                                                    \
            "from when on: " SINCE_FORMS "\n(UTC); usually " usually           \
    }

#define OPTION_UNTIL                                                           \
    {                                                                          \
        0, "until", "TIME", "until when, likewise; usually now"                \
    }

struct journal_listing {
    struct journal_walk walk;
    struct event_order *order;
    struct event_printer printer;

    /* journal_walk.h has it; may be NULL. */
    bool (*wants)(void *arg, struct span line);

    /* Adds what is to be printed of an event. False: it was said why not. */
    bool (*choose)(void *arg, struct journal_listing *listing,
                   const struct event *event, struct span line);

    /* All that was told before this time (ms) was chosen from; may be NULL. */
    bool (*pass)(void *arg, struct journal_listing *listing, int64_t at);
    void *arg;
};

/* For a command's check: --since and --until are times, in their order. */
bool journal_listing_options_are_good(struct options *options,
                                      struct strbuf *fault);

/* Sets the time to what the options say (they were checked), else from `usually`
 * ms ago on, and the form. wants, choose, pass and arg are the caller's. */
void journal_listing_init(struct journal_listing *listing,
                          struct state_store *store,
                          const struct options *options, int64_t usually);

/* Prints it. Returns an exit status; all but EXIT_OK after an explanation. */
int journal_listing_run(struct journal_listing *listing);

/* Adds a text of a time: words, or an object of JSON without a line feed. False
 * as above. */
bool journal_listing_add(struct journal_listing *listing, int64_t at,
                         struct span text);

#endif
