#include "server/http/call_note.h"

#include "base/clock.h"
#include "server/http/dyndns2.h"

static struct happening begin(const struct call_note *note, struct span host)
{
    return (struct happening){
        .kind = HAPPENED_CALL,
        .at = clock_date_ms(),
        .host = host,
        .client = note->client,
        .agent = note->agent,
        .reason = "",
    };
}

static enum call_ending ending_of(enum dyndns2_word word)
{
    if (word == DYNDNS2_911)
        return CALL_FAILED;
    return word <= DYNDNS2_GOOD ? CALL_SERVED : CALL_REFUSED;
}

static const char *reason_of(const struct protocol_result *result)
{
    if (result->refusal != REFUSAL_NONE)
        return refusal_reason(result->refusal);
    switch (result->outcome) {
    case OUTCOME_REFUSED:
        return "Route 53 does not take the record";
    case OUTCOME_NO_ZONE:
        return "no hosted zone of the account holds the name";
    case OUTCOME_OPEN:
    case OUTCOME_UNAVAILABLE:
        return "the service could not do it then";
    case OUTCOME_EXPIRED:
        return "Route 53 did not answer in time";
    case OUTCOME_ACCEPTED:
    case OUTCOME_UNCHANGED:
        break;
    }
    return "";
}

/* How many results, from the first on, are about the same host. */
static size_t count_of_host(const struct protocol_result *results, size_t count)
{
    size_t same = 1;

    while (same < count && results[same].line == results[0].line)
        same++;
    return same;
}

/* What the records say now. */
static void fill_records(struct happening *call,
                         const struct protocol_result *results, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct address *address = &results[i].address;

        if (address->family != ADDRESS_NONE)
            call->records[address->family == ADDRESS_IPV6] = *address;
    }
}

/* As the caller hears it: what became of a host is what became of the worst of
 * its changes. */
static void note_host(const struct call_note *note,
                      const struct protocol_result *results, size_t count)
{
    const struct protocol_result *worst = &results[0];
    struct happening call;
    enum dyndns2_word word;

    for (size_t i = 1; i < count; i++)
        if (dyndns2_word_of(&results[i]) > dyndns2_word_of(worst))
            worst = &results[i];
    if (worst->name.len == 0)
        return; /* no host of the caller's */
    word = dyndns2_word_of(worst);
    call = begin(note, worst->name);
    call.is_authentic = true;
    call.ending = ending_of(word);
    call.outcome = answer_name(dyndns2_answer_of(word));
    call.reason = reason_of(worst);
    if (call.ending == CALL_SERVED)
        fill_records(&call, results, count);
    event_queue_put(note->queue, &call);
}

void call_note_results(const struct call_note *note,
                       const struct protocol_result *results, size_t count)
{
    if (note->queue == NULL)
        return;
    for (size_t i = 0, same; i < count; i += same) {
        same = count_of_host(results + i, count - i);
        note_host(note, results + i, same);
    }
}

void call_note_refused(const struct call_note *note, struct span host,
                       enum answer answer, const char *reason)
{
    struct happening call;

    if (note->queue == NULL || host.len == 0)
        return;
    call = begin(note, host);
    call.ending = CALL_REFUSED;
    call.outcome = answer_name(answer);
    call.reason = reason;
    event_queue_put(note->queue, &call);
}
