/* alert_ledger -- the alerts that all copies of the server know of, and what was
 * told of each: the contents of one object in the store, which each copy reads,
 * changes, and writes back if nobody else has written meanwhile (alerts.h).
 *
 * Of the alerts of one copy alone (alert.h) the ledger holds the *witnesses*: the
 * copies that see the trouble, and when each said so last. Such an alert ends when
 * the last witness withdraws, or has not been heard of for `linger_s`. Of a host
 * what counts is *evidence*: the time of a call that one copy knows of, and
 * another may not yet. So who knows less cannot undo what another has found out.
 *
 * An alert that has ended stays for a while, so that a copy that knows less does
 * not begin it anew, and until its end is told.
 *
 * *Senders* are bits of a word; what each of them was told is kept for each by
 * itself. Times are seconds since 1970, by the clocks of the copies, which should
 * agree within a minute. Pure.
 */
#ifndef SERVER_ALERTS_ALERT_LEDGER_H
#define SERVER_ALERTS_ALERT_LEDGER_H

#include "base/hash_table.h"
#include "base/status.h"
#include "server/alerts/alert.h"

enum {
    /* Of each kind that hosts have. The others are one, "*". */
    ALERT_HOSTS_MAX = 20000,
    /* Of each other kind; what is more does not begin. */
    ALERT_OTHERS_MAX = 100,
    /* Of all together, with those that have ended. */
    ALERT_ENTRIES_MAX = 3 * ALERT_HOSTS_MAX,
    /* Of these hosts leave so many to the other kinds, of which there is news
     * however many hosts there are. */
    ALERT_SPARE_ENTRIES = 10 * ALERT_OTHERS_MAX,
    ALERT_SUBJECT_MAX = 255, /* bytes; longer ones are cut */
    ALERT_DETAIL_MAX = 300,
    ALERT_WITNESSES_MAX = 16,
    ALERT_COPY_LEN = 16, /* hex digits that name a copy */

    /* An alert that has ended is remembered for so long; the clocks of copies,
     * and what they know, must not differ by more. */
    ALERT_REMEMBERED_SECONDS = 3600,
    /* So long it is tried to tell of its end. */
    ALERT_OWED_SECONDS = 30 * 86400,
    /* Who has taken the word has so long to tell what is to be told; then
     * another takes it. */
    ALERT_WORD_SECONDS = 120,
};

struct alert_witness {
    char copy[ALERT_COPY_LEN + 1];
    int64_t at;
};

struct alert_entry {
    struct hash_link by_name;
    enum alert_kind kind;
    char *subject, *detail;
    int64_t since; /* when the trouble began; of a host that never called: 0 */
    int64_t ended; /* 0: it goes on */
    int64_t evidence;            /* of its end: older news about it is none */
    unsigned told[ALERT_PHASES]; /* senders that were told */
    struct alert_witness *witnesses;
    size_t witness_count;
    bool is_news;     /* it began or ended here, and that is not logged yet */
    unsigned seen_in; /* the scan that came upon its host (alert_hosts.h) */
};

struct alert_ledger {
    struct alert_entry **entries; /* in the order of their beginning */
    size_t count, capacity;
    size_t of_kind[ALERT_KINDS]; /* that go on */
    struct hash_table names;
    /* Who has the word: he alone tells. */
    char teller[ALERT_COPY_LEN + 1]; /* "": nobody */
    int64_t teller_since;
    /* When each sender was told last of a kind, and of which end of it. */
    int64_t told_at[ALERT_SENDERS][ALERT_KINDS][ALERT_PHASES];
    bool is_changed; /* since it was last written */
    unsigned scans;  /* so far (alert_hosts.h) */
};

NODISCARD enum status alert_ledger_init(struct alert_ledger *ledger);
void alert_ledger_clear(struct alert_ledger *ledger);

/* NULL: no such alert is known, not even one that has ended. */
struct alert_entry *alert_ledger_find(const struct alert_ledger *ledger,
                                      enum alert_kind kind,
                                      struct span subject);

static inline bool alert_goes_on(const struct alert_entry *entry)
{
    return entry->ended == 0;
}

/* What is seen of an alert, by one copy. */
struct alert_sight {
    enum alert_kind kind;
    struct span subject, detail;
    int64_t since;
    int64_t evidence; /* of a host; else 0 */
};

/* The alert goes on: it begins, if it did not yet. Nothing happens when the
 * evidence is older than that of its end. Returns the entry; NULL: nothing
 * happened, or memory is short, or there are as many as may be. */
struct alert_entry *alert_ledger_begin(struct alert_ledger *ledger,
                                       const struct alert_sight *sight);

/* It has ended. */
void alert_ledger_end(struct alert_ledger *ledger, struct alert_entry *entry,
                      int64_t now, int64_t evidence);

/* Adds an entry as it was written down; `ended` 0: it goes on. NULL: it is there
 * already, or memory is short. For alert_ledger_json.c. */
struct alert_entry *alert_ledger_restore(struct alert_ledger *ledger,
                                         const struct alert_sight *sight,
                                         int64_t ended);

/* --- witnesses, of the kinds that one copy alone may see --------------------- */

/* `copy` sees it still. It is written down again only when what is written is
 * older than `again_s`. */
void alert_ledger_witness(struct alert_ledger *ledger,
                          struct alert_entry *entry, const char *copy,
                          int64_t now, int64_t again_s);
bool alert_ledger_is_witness(const struct alert_entry *entry, const char *copy);

/* `copy` no longer sees it. */
void alert_ledger_withdraw(struct alert_ledger *ledger,
                           struct alert_entry *entry, const char *copy);

/* Ends the alerts that have no witness who was heard of within linger_s. */
void alert_ledger_end_unseen(struct alert_ledger *ledger, int64_t now,
                             int64_t linger_s);

/* --- telling ------------------------------------------------------------------- */

/* Which of the senders must be told of this entry, and of what: of its end alone,
 * if it ended before its beginning could be told. */
unsigned alert_entry_owes(const struct alert_entry *entry, unsigned senders,
                          enum alert_phase *phase);

/* The senders were told of it. If it has begun anew since its end was told, its
 * beginning is owed again; who was told of its beginning only, to him it is the same
 * trouble that goes on. */
void alert_ledger_told(struct alert_ledger *ledger, enum alert_kind kind,
                       struct span subject, enum alert_phase phase,
                       unsigned senders);

/* Takes the word, unless another copy has it. */
bool alert_ledger_take_word(struct alert_ledger *ledger, const char *copy,
                            int64_t now);
/* Gives it back; harmless without it. */
void alert_ledger_give_word_back(struct alert_ledger *ledger, const char *copy);

/* Forgets what has ended a while ago and is owed to none of the senders. */
void alert_ledger_forget(struct alert_ledger *ledger, int64_t now,
                         unsigned senders);

#endif
