#include "server/http/owner_past.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { ADDED = 1800000000, EVENTS_MAX = 8 };

struct answer {
    struct event events[EVENTS_MAX];
    struct history_host host;
    struct history_query query;
};

static void begin(struct answer *answer, const struct host_state *state)
{
    *answer = (struct answer){.host = {.state = *state, .is_silent = true}};
    answer->query.hosts = &answer->host;
    answer->query.host_count = 1;
    answer->query.events = answer->events;
}

/* Each is older than the one before it. `ms`: after it was added. */
static void tell(struct answer *answer, enum event_kind kind, int64_t ms)
{
    answer->events[answer->query.event_count++] =
        (struct event){.kind = kind, .at = (int64_t)ADDED * 1000 + ms};
    answer->query.events_in_all = answer->query.event_count;
}

static void refuse(struct answer *answer, int64_t ms, int64_t first_ms,
                   uint32_t refused)
{
    struct event_calls *calls =
        &answer->events[answer->query.event_count].calls;

    tell(answer, EVENT_CALLS, ms);
    calls->first_at = (int64_t)ADDED * 1000 + first_ms;
    calls->calls = calls->refused = refused;
}

static void test_events_end_where_the_host_was_added(void **state)
{
    static const struct {
        const char *label;
        int64_t ms[4]; /* 0: no more */
        uint32_t added_at;
        size_t seen;
    } cases[] = {
        {"nothing happened", {0}, ADDED, 0},
        {"it was always there", {5, -5, -6}, 0, 3},
        {"it was added lately", {5, 4, -1, -2}, ADDED, 2},
        {"a second later", {2000, 999, 998}, ADDED + 1, 1},
        {"just now", {-1, -2}, ADDED, 0},
        {"long ago", {4, 3, 2, 1}, ADDED - 1, 4},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        for (enum event_kind kind = EVENT_CALLS; kind <= EVENT_EDIT; kind++) {
            struct host_state host = {.added_at = cases[i].added_at};
            struct answer answer;

            begin(&answer, &host);
            for (size_t j = 0; j < 4 && cases[i].ms[j] != 0; j++)
                tell(&answer, kind, cases[i].ms[j]);
            owner_past_forget(&answer.query);
            if (answer.query.event_count != cases[i].seen ||
                answer.query.events_in_all != cases[i].seen)
                fail_msg("%s", cases[i].label);
        }
}

static struct host_state state_of(uint32_t at)
{
    return (struct host_state){
        .added_at = ADDED,
        .addresses = {{ADDRESS_IPV4, {192, 0, 2, 1}}},
        .updated_at = {at, at},
        .seen_at = {at, at},
        .called_at = at,
        .accessed_at = at,
        .checked_at = at,
        .succeeded_at = at,
        .refusals = 3,
        .client = {ADDRESS_IPV4, {192, 0, 2, 9}},
        .agent = SPAN_LITERAL("curl/8"),
        .outcome = SPAN_LITERAL("badauth"),
        .reason = SPAN_LITERAL("wrong login or token"),
    };
}

static struct history_host seen_of(struct host_state state)
{
    struct answer answer;

    begin(&answer, &state);
    owner_past_forget(&answer.query);
    return answer.host;
}

static void assert_all_is_seen(const struct history_host *host, uint32_t at)
{
    const struct host_state *seen = &host->state;

    assert_int_equal(seen->called_at, at);
    assert_int_equal(seen->accessed_at, at);
    assert_int_equal(seen->checked_at, at);
    assert_int_equal(seen->succeeded_at, at);
    assert_int_equal(seen->updated_at[1], at);
    assert_int_equal(seen->seen_at[1], at);
    assert_int_equal(seen->refusals, 3);
    assert_int_equal(seen->client.family, ADDRESS_IPV4);
    assert_true(span_is(seen->agent, "curl/8"));
    assert_true(host->is_silent);
}

static void test_the_state_is_of_the_present_owner(void **state)
{
    struct history_host present = seen_of(state_of(ADDED));
    struct history_host former = seen_of(state_of(ADDED - 1));
    const struct host_state *seen = &former.state;

    (void)state;
    assert_all_is_seen(&present, ADDED);
    assert_int_equal(seen->called_at, 0);
    assert_int_equal(seen->accessed_at, 0);
    assert_int_equal(seen->checked_at, 0);
    assert_int_equal(seen->succeeded_at, 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(seen->updated_at[i], 0);
        assert_int_equal(seen->seen_at[i], 0);
    }
    assert_int_equal(seen->refusals, 0);
    assert_int_equal(seen->client.family, ADDRESS_NONE);
    assert_int_equal(seen->agent.len, 0);
    assert_int_equal(seen->outcome.len, 0);
    assert_int_equal(seen->reason.len, 0);
    assert_int_equal(seen->addresses[0].family, ADDRESS_IPV4);
    assert_false(former.is_silent);
}

static void test_who_was_never_added_keeps_all(void **state)
{
    struct host_state old = state_of(1);
    struct history_host seen;

    (void)state;
    old.added_at = 0;
    seen = seen_of(old);
    assert_all_is_seen(&seen, 1);
}

/* The former owner's last success is hidden, but his refusals since are in the
 * same row as the new one's. */
static void begin_refused(struct answer *answer)
{
    struct host_state state = state_of(ADDED - 1);

    state.called_at = ADDED + 9;
    state.refusals = 50;
    begin(answer, &state);
}

static void test_refusals_of_before_are_not_counted(void **state)
{
    struct answer answer;

    (void)state;
    begin_refused(&answer);
    refuse(&answer, 9000, 8000, 2);
    refuse(&answer, 7000, 7000, 1);
    refuse(&answer, -1, -9000, 47);
    owner_past_forget(&answer.query);
    assert_int_equal(answer.host.state.refusals, 3);
    assert_int_equal(answer.query.event_count, 2);
}

static void test_one_that_goes_on_since_before_is_told_by_its_last(void **state)
{
    struct answer answer;

    (void)state;
    begin_refused(&answer);
    refuse(&answer, 9000, -1, 50);
    owner_past_forget(&answer.query);
    assert_int_equal(answer.query.event_count, 1);
    assert_int_equal(answer.events[0].calls.refused, 1);
    assert_int_equal(answer.events[0].calls.calls, 1);
    assert_true(answer.events[0].calls.first_at == answer.events[0].at);
    assert_int_equal(answer.host.state.refusals, 1);
}

static void test_a_refusal_that_is_not_remembered_counts(void **state)
{
    struct answer answer;

    (void)state;
    begin_refused(&answer);
    owner_past_forget(&answer.query);
    assert_int_equal(answer.host.state.refusals, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_end_where_the_host_was_added),
        cmocka_unit_test(test_the_state_is_of_the_present_owner),
        cmocka_unit_test(test_who_was_never_added_keeps_all),
        cmocka_unit_test(test_refusals_of_before_are_not_counted),
        cmocka_unit_test(
            test_one_that_goes_on_since_before_is_told_by_its_last),
        cmocka_unit_test(test_a_refusal_that_is_not_remembered_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
