#include "server/alerts/alert_ledger.h"

#include <stdlib.h>

/* --- entries -------------------------------------------------------------------
 */

static uint64_t hash_of(enum alert_kind kind, struct span subject)
{
    return hash_text(subject, (uint64_t)kind);
}

static void entry_free(struct alert_entry *entry)
{
    if (entry == NULL)
        return;
    free(entry->subject);
    free(entry->detail);
    free(entry->witnesses);
    free(entry);
}

/* What is written by strangers is cut, and made printable. NULL: memory. */
static char *copy_text(struct span text, size_t most)
{
    size_t len = text.len < most ? text.len : most;
    char *copy = malloc(len + 1);

    if (copy == NULL)
        return NULL;
    for (size_t i = 0; i < len; i++)
        copy[i] = text.ptr[i] < ' ' || text.ptr[i] > '~' ? '?' : text.ptr[i];
    copy[len] = '\0';
    return copy;
}

static struct alert_entry *entry_new(const struct alert_sight *sight)
{
    struct alert_entry *entry = calloc(1, sizeof *entry);

    if (entry == NULL)
        return NULL;
    entry->kind = sight->kind;
    entry->subject = copy_text(sight->subject, ALERT_SUBJECT_MAX);
    entry->detail = copy_text(sight->detail, ALERT_DETAIL_MAX);
    if (entry->subject != NULL && entry->detail != NULL)
        return entry;
    entry_free(entry);
    return NULL;
}

enum status alert_ledger_init(struct alert_ledger *ledger)
{
    *ledger = (struct alert_ledger){.count = 0};
    return hash_table_init(&ledger->names);
}

void alert_ledger_clear(struct alert_ledger *ledger)
{
    for (size_t i = 0; i < ledger->count; i++)
        entry_free(ledger->entries[i]);
    free(ledger->entries);
    hash_table_clear(&ledger->names);
    *ledger = (struct alert_ledger){.count = 0};
}

struct alert_entry *alert_ledger_find(const struct alert_ledger *ledger,
                                      enum alert_kind kind, struct span subject)
{
    struct hash_link *link;

    if (subject.len > ALERT_SUBJECT_MAX)
        subject.len = ALERT_SUBJECT_MAX;
    for (link = hash_table_first(&ledger->names, hash_of(kind, subject));
         link != NULL; link = hash_table_next(link)) {
        struct alert_entry *entry =
            hash_entry(link, struct alert_entry, by_name);

        if (entry->kind == kind &&
            span_equal(span_from_string(entry->subject), subject))
            return entry;
    }
    return NULL;
}

static bool grow(struct alert_ledger *ledger)
{
    size_t capacity = ledger->capacity == 0 ? 16 : ledger->capacity * 2;
    struct alert_entry **entries;

    if (ledger->count < ledger->capacity)
        return true;
    entries = realloc(ledger->entries, capacity * sizeof(struct alert_entry *));
    if (entries == NULL)
        return false;
    ledger->entries = entries;
    ledger->capacity = capacity;
    return true;
}

static bool has_room(const struct alert_ledger *ledger, enum alert_kind kind,
                     struct span subject)
{
    bool is_of_host = alert_is_of_host(kind);
    size_t most = is_of_host ? ALERT_HOSTS_MAX : ALERT_OTHERS_MAX;
    size_t spare = is_of_host ? ALERT_SPARE_ENTRIES : 0;

    if (span_is(subject, ALERT_MANY))
        return true;
    return ledger->of_kind[kind] < most &&
           ledger->count < ALERT_ENTRIES_MAX - spare;
}

static struct alert_entry *add(struct alert_ledger *ledger,
                               const struct alert_sight *sight)
{
    struct alert_entry *entry;

    if (!grow(ledger))
        return NULL;
    entry = entry_new(sight);
    if (entry == NULL)
        return NULL;
    ledger->entries[ledger->count++] = entry;
    hash_table_add(&ledger->names, &entry->by_name,
                   hash_of(sight->kind, span_from_string(entry->subject)));
    return entry;
}

/* Who was told of its end is told of its beginning again; to the others it never
 * ended. */
static bool open_again(struct alert_entry *entry,
                       const struct alert_sight *sight)
{
    char *detail = copy_text(sight->detail, ALERT_DETAIL_MAX);

    if (detail == NULL)
        return false;
    free(entry->detail);
    entry->detail = detail;
    entry->told[ALERT_BEGUN] &= ~entry->told[ALERT_ENDED];
    entry->told[ALERT_ENDED] = 0;
    entry->ended = 0;
    return true;
}

struct alert_entry *alert_ledger_begin(struct alert_ledger *ledger,
                                       const struct alert_sight *sight)
{
    struct alert_entry *entry =
        alert_ledger_find(ledger, sight->kind, sight->subject);

    if (entry != NULL && alert_goes_on(entry))
        return entry;
    if (!has_room(ledger, sight->kind, sight->subject))
        return NULL;
    if (entry == NULL)
        entry = add(ledger, sight);
    else if (sight->evidence < entry->evidence || !open_again(entry, sight))
        return NULL;
    if (entry == NULL)
        return NULL;
    entry->since = sight->since;
    entry->is_news = true;
    ledger->of_kind[sight->kind]++;
    ledger->is_changed = true;
    return entry;
}

struct alert_entry *alert_ledger_restore(struct alert_ledger *ledger,
                                         const struct alert_sight *sight,
                                         int64_t ended)
{
    struct alert_entry *entry =
        alert_ledger_find(ledger, sight->kind, sight->subject) == NULL
            ? add(ledger, sight)
            : NULL;

    if (entry == NULL)
        return NULL;
    entry->since = sight->since;
    entry->ended = ended;
    entry->evidence = sight->evidence;
    ledger->of_kind[sight->kind] += ended == 0;
    return entry;
}

void alert_ledger_end(struct alert_ledger *ledger, struct alert_entry *entry,
                      int64_t now, int64_t evidence)
{
    if (!alert_goes_on(entry))
        return;
    entry->ended = now > 0 ? now : 1;
    entry->evidence = evidence;
    entry->witness_count = 0;
    entry->is_news = true;
    ledger->of_kind[entry->kind]--;
    ledger->is_changed = true;
}

/* --- witnesses -----------------------------------------------------------------
 */

static struct alert_witness *find_witness(const struct alert_entry *entry,
                                          const char *copy)
{
    for (size_t i = 0; i < entry->witness_count; i++)
        if (strcmp(entry->witnesses[i].copy, copy) == 0)
            return &entry->witnesses[i];
    return NULL;
}

bool alert_ledger_is_witness(const struct alert_entry *entry, const char *copy)
{
    return find_witness(entry, copy) != NULL;
}

/* NULL: there are enough, or memory is short. */
static struct alert_witness *add_witness(struct alert_entry *entry,
                                         const char *copy)
{
    struct alert_witness *witness;

    if (entry->witness_count == ALERT_WITNESSES_MAX)
        return NULL;
    if (entry->witnesses == NULL)
        entry->witnesses = calloc(ALERT_WITNESSES_MAX, sizeof *witness);
    if (entry->witnesses == NULL)
        return NULL;
    witness = &entry->witnesses[entry->witness_count++];
    memcpy(witness->copy, copy, sizeof witness->copy);
    return witness;
}

void alert_ledger_witness(struct alert_ledger *ledger,
                          struct alert_entry *entry, const char *copy,
                          int64_t now, int64_t again_s)
{
    struct alert_witness *witness = find_witness(entry, copy);

    if (witness != NULL && witness->at <= now && now - witness->at < again_s)
        return;
    if (witness == NULL)
        witness = add_witness(entry, copy);
    if (witness == NULL)
        return;
    witness->at = now;
    ledger->is_changed = true;
}

static void remove_witness(struct alert_ledger *ledger,
                           struct alert_entry *entry,
                           struct alert_witness *witness)
{
    *witness = entry->witnesses[--entry->witness_count];
    ledger->is_changed = true;
}

void alert_ledger_withdraw(struct alert_ledger *ledger,
                           struct alert_entry *entry, const char *copy)
{
    struct alert_witness *witness = find_witness(entry, copy);

    if (witness != NULL)
        remove_witness(ledger, entry, witness);
}

static void forget_the_silent(struct alert_ledger *ledger,
                              struct alert_entry *entry, int64_t now,
                              int64_t linger_s)
{
    for (size_t i = entry->witness_count; i-- > 0;)
        if (now - entry->witnesses[i].at > linger_s)
            remove_witness(ledger, entry, &entry->witnesses[i]);
}

void alert_ledger_end_unseen(struct alert_ledger *ledger, int64_t now,
                             int64_t linger_s)
{
    for (size_t i = 0; i < ledger->count; i++) {
        struct alert_entry *entry = ledger->entries[i];

        if (alert_is_of_host(entry->kind) || !alert_goes_on(entry))
            continue;
        forget_the_silent(ledger, entry, now, linger_s);
        if (entry->witness_count == 0)
            alert_ledger_end(ledger, entry, now, 0);
    }
}

/* --- telling -------------------------------------------------------------------
 */

unsigned alert_entry_owes(const struct alert_entry *entry, unsigned senders,
                          enum alert_phase *phase)
{
    *phase = alert_goes_on(entry) ? ALERT_BEGUN : ALERT_ENDED;
    return senders & ~entry->told[*phase];
}

void alert_ledger_told(struct alert_ledger *ledger, enum alert_kind kind,
                       struct span subject, enum alert_phase phase,
                       unsigned senders)
{
    struct alert_entry *entry = alert_ledger_find(ledger, kind, subject);

    if (entry == NULL)
        return;
    if (phase == ALERT_ENDED && alert_goes_on(entry))
        entry->told[ALERT_BEGUN] &= ~senders;
    else
        entry->told[phase] |= senders;
    ledger->is_changed = true;
}

/* Time that lies ahead is that of a clock which is wrong. */
static bool word_is_free(const struct alert_ledger *ledger, int64_t now)
{
    return ledger->teller[0] == '\0' ||
           now - ledger->teller_since >= ALERT_WORD_SECONDS ||
           ledger->teller_since - now >= ALERT_WORD_SECONDS;
}

bool alert_ledger_take_word(struct alert_ledger *ledger, const char *copy,
                            int64_t now)
{
    if (strcmp(ledger->teller, copy) != 0 && !word_is_free(ledger, now))
        return false;
    memcpy(ledger->teller, copy, sizeof ledger->teller);
    ledger->teller_since = now;
    ledger->is_changed = true;
    return true;
}

void alert_ledger_give_word_back(struct alert_ledger *ledger, const char *copy)
{
    if (strcmp(ledger->teller, copy) != 0)
        return;
    ledger->teller[0] = '\0';
    ledger->is_changed = true;
}

static bool may_be_forgotten(const struct alert_entry *entry, int64_t now,
                             unsigned senders)
{
    enum alert_phase phase;

    if (alert_goes_on(entry) || now - entry->ended < ALERT_REMEMBERED_SECONDS)
        return false;
    return alert_entry_owes(entry, senders, &phase) == 0 ||
           now - entry->ended >= ALERT_OWED_SECONDS;
}

void alert_ledger_forget(struct alert_ledger *ledger, int64_t now,
                         unsigned senders)
{
    size_t kept = 0;

    for (size_t i = 0; i < ledger->count; i++) {
        struct alert_entry *entry = ledger->entries[i];

        if (!may_be_forgotten(entry, now, senders)) {
            ledger->entries[kept++] = entry;
            continue;
        }
        hash_table_remove(&ledger->names, &entry->by_name);
        entry_free(entry);
    }
    if (kept < ledger->count)
        ledger->is_changed = true;
    ledger->count = kept;
}
