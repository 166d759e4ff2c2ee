#include "server/alerts/alert_telling.h"

#include <stdlib.h>

size_t alert_owed(const struct alert_ledger *ledger,
                  const struct alert_topic *topic,
                  const struct alert_entry **out)
{
    size_t count = 0;

    for (size_t i = 0; i < ledger->count; i++) {
        const struct alert_entry *entry = ledger->entries[i];
        enum alert_phase phase;

        if (entry->kind != topic->kind ||
            alert_entry_owes(entry, 1U << topic->sender, &phase) == 0 ||
            phase != topic->phase)
            continue;
        if (out != NULL)
            out[count] = entry;
        count++;
    }
    return count;
}

bool alert_may_tell(const struct alert_ledger *ledger,
                    const struct alert_topic *topic, int64_t now, int64_t gap_s)
{
    int64_t last = ledger->told_at[topic->sender][topic->kind][topic->phase];

    return now - last >= gap_s || last > now;
}

static bool owes(const struct alert_ledger *ledger,
                 const struct alert_entry *entry, unsigned senders, int64_t now,
                 int64_t gap_s)
{
    struct alert_topic topic = {.kind = entry->kind};
    unsigned owed = alert_entry_owes(entry, senders, &topic.phase);

    for (unsigned i = 0; i < ALERT_SENDERS; i++) {
        topic.sender = (enum alert_sender)i;
        if ((owed >> i & 1U) != 0 && alert_may_tell(ledger, &topic, now, gap_s))
            return true;
    }
    return false;
}

bool alert_owes_any(const struct alert_ledger *ledger, unsigned senders,
                    int64_t now, int64_t gap_s)
{
    for (size_t i = 0; i < ledger->count; i++)
        if (owes(ledger, ledger->entries[i], senders, now, gap_s))
            return true;
    return false;
}

/* --- deeds ---------------------------------------------------------------------
 */

struct alert_deed {
    struct alert_topic topic;
    int64_t at;
    char *subject;
};

void alert_deeds_clear(struct alert_deeds *deeds)
{
    for (size_t i = 0; i < deeds->count; i++)
        free(deeds->deeds[i].subject);
    free(deeds->deeds);
    *deeds = (struct alert_deeds){.count = 0};
}

static bool make_room(struct alert_deeds *deeds, size_t more)
{
    size_t capacity = deeds->count + more;
    struct alert_deed *larger;

    if (capacity <= deeds->capacity)
        return true;
    larger = realloc(deeds->deeds, capacity * sizeof *larger);
    if (larger == NULL)
        return false;
    deeds->deeds = larger;
    deeds->capacity = capacity;
    return true;
}

bool alert_deeds_add(struct alert_deeds *deeds, const struct alert_topic *topic,
                     const struct alert_entry *const *entries, size_t count,
                     int64_t now)
{
    if (!make_room(deeds, count))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct alert_deed deed = {*topic, now, strdup(entries[i]->subject)};

        if (deed.subject == NULL)
            return false;
        deeds->deeds[deeds->count++] = deed;
    }
    return true;
}

void alert_deeds_enter(const struct alert_deeds *deeds,
                       struct alert_ledger *ledger)
{
    for (size_t i = 0; i < deeds->count; i++) {
        const struct alert_deed *deed = &deeds->deeds[i];
        const struct alert_topic *topic = &deed->topic;

        ledger->told_at[topic->sender][topic->kind][topic->phase] = deed->at;
        alert_ledger_told(ledger, deed->topic.kind,
                          span_from_string(deed->subject), deed->topic.phase,
                          1U << deed->topic.sender);
    }
}
