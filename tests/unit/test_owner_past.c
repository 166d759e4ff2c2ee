#include "server/http/owner_past.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ADDED = 1800000000 };

/* The newest first; the letter says what it is: a change, an edit that (a)dded, or
 * another (e)dit. */
static size_t seen_of(const char *kinds, struct host_state *state)
{
    struct event events[8] = {0};
    struct history_host host = {.state = *state};
    struct history_query answer = {
        .hosts = &host, .host_count = 1, .events = events};
    struct owner_past past;

    for (; kinds[answer.event_count] != '\0'; answer.event_count++) {
        struct event *event = &events[answer.event_count];
        char kind = kinds[answer.event_count];

        event->kind = kind == 'c' ? EVENT_CHANGE : EVENT_EDIT;
        event->at = (ADDED - (int64_t)answer.event_count) * 1000 + 1;
        if (kind != 'c')
            event->edit.effect =
                span_from_string(kind == 'a' ? "added" : "changed");
    }
    past = owner_past_of(&answer);
    *state = past.host.state;
    return past.event_count;
}

static void test_events_end_where_the_host_was_added(void **state)
{
    static const struct {
        const char *label, *kinds;
        size_t seen;
    } cases[] = {
        {"nothing happened", "", 0},        {"it was always there", "cec", 3},
        {"it was added lately", "cacc", 1}, {"just now", "ac", 0},
        {"more than once", "cceacac", 3},   {"at the beginning", "cca", 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct host_state nothing = {0};

        if (seen_of(cases[i].kinds, &nothing) != cases[i].seen)
            fail_msg("%s", cases[i].label);
    }
}

static struct host_state state_of(uint32_t at)
{
    return (struct host_state){
        .addresses = {{ADDRESS_IPV4, {192, 0, 2, 1}}},
        .updated_at = {at, at},
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

static void test_the_state_is_of_the_present_owner(void **state)
{
    struct host_state former = state_of(ADDED - 1), present = state_of(ADDED);

    (void)state;
    seen_of("ac", &former);
    assert_int_equal(former.called_at, 0);
    assert_int_equal(former.accessed_at, 0);
    assert_int_equal(former.checked_at, 0);
    assert_int_equal(former.succeeded_at, 0);
    assert_int_equal(former.updated_at[0], 0);
    assert_int_equal(former.updated_at[1], 0);
    assert_int_equal(former.refusals, 0);
    assert_int_equal(former.client.family, ADDRESS_NONE);
    assert_int_equal(former.agent.len, 0);
    assert_int_equal(former.outcome.len, 0);
    assert_int_equal(former.reason.len, 0);
    assert_int_equal(former.addresses[0].family, ADDRESS_IPV4);
    seen_of("ac", &present);
    assert_int_equal(present.called_at, ADDED);
    assert_int_equal(present.accessed_at, ADDED);
    assert_int_equal(present.checked_at, ADDED);
    assert_int_equal(present.succeeded_at, ADDED);
    assert_int_equal(present.updated_at[1], ADDED);
    assert_int_equal(present.refusals, 3);
    assert_int_equal(present.client.family, ADDRESS_IPV4);
    assert_true(span_is(present.agent, "curl/8"));
}

static void test_who_was_never_added_keeps_all(void **state)
{
    struct host_state old = state_of(1);

    (void)state;
    assert_int_equal(seen_of("cec", &old), 3);
    assert_int_equal(old.accessed_at, 1);
    assert_int_equal(old.refusals, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_end_where_the_host_was_added),
        cmocka_unit_test(test_the_state_is_of_the_present_owner),
        cmocka_unit_test(test_who_was_never_added_keeps_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
