#include "server/alerts/alert_round.h"

/* Who sees something says so again in each third of this. Not less than a minute,
 * since a server that is started anew must come in time to say it still sees it. */
enum { LINGER_SPANS = 3, LINGER_LEAST_SECONDS = 60 };

static int64_t linger_s(const struct alert_round *round)
{
    int64_t linger = LINGER_SPANS * round->after_s;

    return linger < LINGER_LEAST_SECONDS ? LINGER_LEAST_SECONDS : linger;
}

static void look_at_hosts(const struct alert_round *round,
                          struct alert_ledger *ledger)
{
    struct alert_hosts_scan scan = {.ledger = ledger, .now = round->date_s};

    alert_hosts_begin(&scan);
    if (round->scan(round->scan_arg, &scan))
        alert_hosts_end(&scan);
}

bool alert_round_apply(const struct alert_round *round,
                       struct alert_ledger *ledger)
{
    int64_t linger = linger_s(round);

    alert_deeds_enter(round->deeds, ledger);
    alert_conditions_witness(ledger, round->copy, round->observed,
                             round->observed_count, round->date_s,
                             linger / LINGER_SPANS);
    alert_ledger_end_unseen(ledger, round->date_s, linger);
    look_at_hosts(round, ledger);
    alert_ledger_forget(ledger, round->date_s, round->senders);
    if (alert_owes_any(ledger, round->ready_senders, round->date_s,
                       round->after_s))
        return alert_ledger_take_word(ledger, round->copy, round->date_s);
    alert_ledger_give_word_back(ledger, round->copy);
    return false;
}

void alert_round_finish(const struct alert_round *round,
                        struct alert_ledger *ledger)
{
    alert_deeds_enter(round->deeds, ledger);
    alert_ledger_give_word_back(ledger, round->copy);
}
