#include "server/alerts/alert_eyes.h"

/* --- this server ---------------------------------------------------------------
 */

void alert_eyes_facts(void *arg, struct alert_facts *facts)
{
    struct alert_eyes *eyes = arg;
    const struct health *health = eyes->health;
    bool is_loaded = atomic_load(&health->table_loaded);

    /* That the first one is still being read is no trouble: a reading that takes
     * too long fails by itself. */
    facts->table_missing = atomic_load(&health->table_stale);
    facts->table_reason = is_loaded ? "the last reading failed; the log has "
                                      "table_load_failed"
                                    : "none is in service; the log has "
                                      "table_load_failed";
    facts->rows_left_out = (size_t)metric_value(&eyes->table->rows_left_out[0]);
    facts->route53 = health_condition(health, HEALTH_ROUTE53);
    facts->route53_ill = health_route53_is_ill(health);
    facts->route53_reason = health_condition_name(facts->route53);
    facts->calls = metric_count(&eyes->dns->calls[0]);
    facts->throttled = metric_count(&eyes->dns->throttles[0]);
    facts->certificate_not_after = atomic_load(&health->certificate_not_after);
    facts->attack_count = login_attacks_read(eyes->attacks, eyes->attacked);
    facts->attacks = eyes->attacked;
}

/* --- hosts ---------------------------------------------------------------------
 */

int64_t alert_eyes_as_of(const struct alert_eyes *eyes,
                         const struct history_view *view, int64_t now_ms)
{
    int64_t gone_ms = ALERT_COPY_GONE_SPANS * eyes->after_s * 1000;
    int64_t read = view->as_of - ALERT_UNREAD_SEALS * eyes->seal_s * 1000;
    bool is_unsure =
        view->unsure_since != 0 && now_ms - view->unsure_since < gone_ms;

    return (is_unsure && view->unsure_since < read ? view->unsure_since
                                                   : read) /
           1000;
}

struct seeing {
    struct alert_hosts_scan *scan;
    size_t seen;
};

static bool see(void *arg, const struct host *host,
                const struct host_state *state)
{
    struct seeing *seeing = arg;
    struct alert_host seen = {
        .name = host->name,
        .called_at = state->called_at,
        .accessed_at = state->accessed_at,
        .refusals = state->refusals,
        .outcome = state->outcome,
    };

    if (!host_expect_within(host, &seen.expect_within_s))
        seen.expect_within_s = 0;
    alert_hosts_see(seeing->scan, &seen);
    seeing->seen++;
    return true;
}

/* Between the loading of the first table and its coming to the history no host is
 * known: that none is left would be another thing. */
static bool knows_hosts(const struct alert_eyes *eyes, size_t seen)
{
    return atomic_load(&eyes->health->table_loaded) &&
           (seen > 0 || atomic_load(&eyes->health->hosts) == 0);
}

bool alert_eyes_scan(void *arg, struct alert_hosts_scan *scan)
{
    struct alert_eyes *eyes = arg;
    struct history_view view = history_look(eyes->history);
    struct seeing seeing = {scan, 0};

    scan->as_of = alert_eyes_as_of(eyes, &view, scan->now * 1000);
    scan->in_touch_since = view.in_touch_since / 1000;
    if (view.as_of == 0)
        return false;
    view = history_scan(eyes->history, HOST_ATTRIBUTE_COUNT, see, &seeing);
    return view.is_whole && knows_hosts(eyes, seeing.seen);
}
