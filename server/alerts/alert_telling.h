/* alert_telling -- what is still to be told of the alerts in a ledger; and what was
 * told already, until that is written into the ledger. Pure.
 *
 * Between the telling of a thing and the writing it down somebody else may write,
 * or the store may be out of reach. So who has told something keeps it as a *deed*,
 * and enters it into whichever ledger he reads next.
 */
#ifndef SERVER_ALERTS_ALERT_TELLING_H
#define SERVER_ALERTS_ALERT_TELLING_H

#include "server/alerts/alert_ledger.h"

/* What one message is to be about. */
struct alert_topic {
    enum alert_sender sender;
    enum alert_kind kind;
    enum alert_phase phase;
};

/* Writes the entries that this sender was not told of to `out`, which has room for
 * all of the ledger, or is NULL; returns how many. */
size_t alert_owed(const struct alert_ledger *ledger,
                  const struct alert_topic *topic,
                  const struct alert_entry **out);

/* Whether a message may be sent now: not when there was one like it within gap_s,
 * or else whoever can cause trouble could fill the operator's mailbox. */
bool alert_may_tell(const struct alert_ledger *ledger,
                    const struct alert_topic *topic, int64_t now,
                    int64_t gap_s);

/* Whether anything may be told now by any of these senders. */
bool alert_owes_any(const struct alert_ledger *ledger, unsigned senders,
                    int64_t now, int64_t gap_s);

struct alert_deed;

struct alert_deeds {
    struct alert_deed *deeds;
    size_t count, capacity;
};

/* All zero is none. */
void alert_deeds_clear(struct alert_deeds *deeds);

/* These entries were told, at this time. False: memory is short, so they may be told
 * again. */
bool alert_deeds_add(struct alert_deeds *deeds, const struct alert_topic *topic,
                     const struct alert_entry *const *entries, size_t count,
                     int64_t now);

/* Enters all of them into the ledger. They stay, since that is not written yet. */
void alert_deeds_enter(const struct alert_deeds *deeds,
                       struct alert_ledger *ledger);

#endif
