/* expiry -- whether a host has been silent for so long that its record is to
 * go. Pure.
 *
 * Silence is a claim about all copies of the server, so it is believed only as
 * far as this one has heard of all: until the moment up to which it has read what
 * the others wrote, and from the moment since which it is in touch. And nobody
 * says `nochg` of a record that goes: a silence that counts is longer than what
 * any copy knows of the record is relied on.
 */
#ifndef SERVER_EXPIRY_H
#define SERVER_EXPIRY_H

#include "journal/host_states.h"
#include "s3db/host.h"
#include "server/history/history.h"

struct expiry_rules {
    uint32_t after_s;  /* for hosts whose row does not say; 0: never */
    uint32_t nochg_s;  /* how long what is known of a record is relied on */
    uint32_t news_s;   /* within which every copy hears of a call */
    uint32_t margin_s; /* after which a copy that tells nothing is noticed */
};

/* After how many seconds of silence the host's record is to go; 0: never. */
uint32_t expiry_silence_s(const struct host *row,
                          const struct expiry_rules *rules);

/* Why no silence can be believed at this moment (ms since 1970), in words; NULL:
 * it can. A literal. */
const char *expiry_doubt(const struct history_view *view, int64_t now,
                         const struct expiry_rules *rules);

/* The last sign of life of a record's host, in seconds since 1970; 0: it never
 * called, as far as is known. */
uint32_t expiry_last_sign(const struct host_state *state, enum rrset_type type);

/* Whether a silence of `silence_s` since then is over, all along which this
 * server was in touch. */
bool expiry_is_due(const struct history_view *view, uint32_t last_sign_s,
                   uint32_t silence_s);

/* Whether the record is known to have been removed already. */
bool expiry_is_over(const struct host_state *state, enum rrset_type type);

#endif
