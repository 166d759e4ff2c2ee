#include "server/history/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct tally *tally;

static struct happening call(const char *host, int64_t at,
                             enum call_ending ending)
{
    return (struct happening){
        .kind = HAPPENED_CALL,
        .at = at,
        .host = span_from_string(host),
        .client = {ADDRESS_IPV4, {192, 0, 2, 7}},
        .ending = ending,
        .is_authentic = ending != CALL_REFUSED,
        .agent = span_from_string("curl/8"),
        .outcome = ending == CALL_SERVED    ? "nochg"
                   : ending == CALL_REFUSED ? "badauth"
                                            : "911",
        .reason = ending == CALL_REFUSED ? "wrong" : "",
    };
}

static void add(struct happening happening, int64_t succeeded_at)
{
    assert_int_equal(tally_add(tally, &happening, succeeded_at), STATUS_OK);
}

static bool append(void *arg, const struct event *event)
{
    const struct event_calls *calls = &event->calls;
    char *text = arg, after[ADDRESS_TEXT_MAX];

    text += strlen(text);
    if (event->kind == EVENT_CHANGE) {
        address_format(&event->change.after, after);
        sprintf(text, "%.*s is %s;", (int)event->change.host.len,
                event->change.host.ptr, after);
    } else {
        sprintf(text, "%.*s %u times, %u refused, %.*s at %d;",
                (int)calls->host.len, calls->host.ptr, calls->calls,
                calls->refused, (int)calls->outcome.len, calls->outcome.ptr,
                (int)event->at);
    }
    return true;
}

static const char *told(void)
{
    static char text[1024];

    text[0] = '\0';
    tally_each(tally, append, text);
    return text;
}

static bool keep_last(void *arg, const struct event *event)
{
    *(struct event *)arg = *event;
    return true;
}

static struct event_calls the_only_one(void)
{
    static struct event event;

    tally_each(tally, keep_last, &event);
    assert_int_equal(event.kind, EVENT_CALLS);
    return event.calls;
}

static void test_the_calls_of_a_host_are_added_up(void **state)
{
    (void)state;
    add(call("a.example.org", 10, CALL_SERVED), 0);
    add(call("b.example.org", 11, CALL_REFUSED), 0);
    add(call("a.example.org", 12, CALL_SERVED), 0);
    assert_string_equal(told(), "a.example.org 2 times, 0 refused, nochg at 12;"
                                "b.example.org 1 times, 1 refused, badauth at "
                                "11;");
}

static const struct {
    const char *label;
    size_t count;
    enum call_ending endings[4];
    uint32_t refused;
} in_a_row[] = {
    {"all", 4, {CALL_REFUSED, CALL_REFUSED, CALL_REFUSED, CALL_REFUSED}, 4},
    {"a success ends them", 3, {CALL_REFUSED, CALL_SERVED, CALL_REFUSED}, 1},
    {"none", 4, {CALL_REFUSED, CALL_REFUSED, CALL_REFUSED, CALL_SERVED}, 0},
    {"what fails is neither",
     4,
     {CALL_REFUSED, CALL_FAILED, CALL_REFUSED, CALL_FAILED},
     2},
};

static void test_refusals_are_counted_from_the_last_success_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof in_a_row / sizeof in_a_row[0]; i++) {
        print_message("%s\n", in_a_row[i].label);
        for (size_t n = 0; n < in_a_row[i].count; n++)
            add(call("a.example.org", 100 + (int64_t)n, in_a_row[i].endings[n]),
                50);
        assert_int_equal(the_only_one().refused, in_a_row[i].refused);
        tally_clear(tally);
    }
}

static void test_a_success_elsewhere_counts_once_it_is_known(void **state)
{
    (void)state;
    add(call("a.example.org", 100, CALL_REFUSED), 50);
    assert_int_equal(the_only_one().succeeded_at, 50);
    add(call("a.example.org", 101, CALL_REFUSED), 90);
    assert_int_equal(the_only_one().succeeded_at, 90);
    assert_int_equal(the_only_one().refused, 1);
}

static void test_moments_are_those_of_the_last(void **state)
{
    struct happening stranger = call("a.example.org", 30, CALL_REFUSED);
    struct event_calls calls;

    (void)state;
    add(call("a.example.org", 10, CALL_SERVED), 0);
    add(call("a.example.org", 20, CALL_FAILED), 0);
    add(stranger, 0);
    calls = the_only_one();
    assert_int_equal(calls.checked_at, 10);
    assert_int_equal(calls.succeeded_at, 10);
    assert_int_equal(calls.accessed_at, 20);
    assert_true(span_is(calls.outcome, "badauth"));
    assert_true(span_is(calls.reason, "wrong"));
}

static void test_what_comes_late_is_not_the_last(void **state)
{
    (void)state;
    add(call("a.example.org", 20, CALL_SERVED), 0);
    add(call("a.example.org", 10, CALL_FAILED), 0);
    assert_string_equal(told(),
                        "a.example.org 2 times, 0 refused, nochg at 20;");
}

static void test_each_record_is_what_a_call_last_found(void **state)
{
    static const struct address four = {ADDRESS_IPV4, {192, 0, 2, 1}},
                                six = {ADDRESS_IPV6, {0x20, 1}};
    struct happening first = call("a.example.org", 10, CALL_SERVED),
                     second = call("a.example.org", 11, CALL_SERVED);
    struct event_calls calls;

    (void)state;
    first.records[0] = four;
    second.records[1] = six;
    add(first, 0);
    add(second, 0);
    calls = the_only_one();
    assert_true(address_equal(&calls.ipv4, &four));
    assert_true(address_equal(&calls.ipv6, &six));
}

static void test_changes_are_told_one_by_one_and_first(void **state)
{
    struct happening change = {.kind = HAPPENED_CHANGE,
                               .at = 5,
                               .host = span_from_string("a.example.org"),
                               .after = {ADDRESS_IPV4, {192, 0, 2, 1}},
                               .family = ADDRESS_IPV4,
                               .why = "call"};

    (void)state;
    add(call("a.example.org", 10, CALL_SERVED), 0);
    add(change, 0);
    change.after.bytes[3] = 2;
    add(change, 0);
    assert_string_equal(told(),
                        "a.example.org is 192.0.2.1;"
                        "a.example.org is 192.0.2.2;"
                        "a.example.org 1 times, 0 refused, nochg at 10;");
}

static void test_sums_are_of_all(void **state)
{
    struct happening change = {.kind = HAPPENED_CHANGE,
                               .host = span_from_string("a.example.org"),
                               .why = "call"};
    struct tally_sums sums;

    (void)state;
    add(call("a.example.org", 10, CALL_SERVED), 0);
    add(call("b.example.org", 11, CALL_REFUSED), 0);
    add(call("b.example.org", 12, CALL_FAILED), 0);
    add(change, 0);
    sums = tally_sums(tally);
    assert_int_equal(sums.calls, 3);
    assert_int_equal(sums.refused, 1);
    assert_int_equal(sums.changes, 1);
}

static void test_it_begins_anew(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 1000; i++) {
            char host[32];

            snprintf(host, sizeof host, "h%d.example.org", i);
            add(call(host, i, CALL_SERVED), 0);
        }
        assert_int_equal(tally_sums(tally).calls, 1000);
        tally_clear(tally);
        assert_int_equal(tally_sums(tally).calls, 0);
        assert_string_equal(told(), "");
    }
}

static void test_so_many_agents_are_kept(void **state)
{
    (void)state;
    for (int i = 0; i <= TALLY_AGENTS_MAX; i++) {
        struct happening one = call("a.example.org", i, CALL_SERVED);
        char agent[32];

        snprintf(agent, sizeof agent, "agent/%d", i);
        one.agent = span_from_string(agent);
        add(one, 0);
        assert_int_equal(the_only_one().agent.len > 0, i < TALLY_AGENTS_MAX);
    }
}

static int set_up(void **state)
{
    (void)state;
    tally = tally_new();
    return tally == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    tally_free(tally);
    return 0;
}

#define TALLY_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TALLY_TEST(test_the_calls_of_a_host_are_added_up),
        TALLY_TEST(test_refusals_are_counted_from_the_last_success_on),
        TALLY_TEST(test_a_success_elsewhere_counts_once_it_is_known),
        TALLY_TEST(test_moments_are_those_of_the_last),
        TALLY_TEST(test_what_comes_late_is_not_the_last),
        TALLY_TEST(test_each_record_is_what_a_call_last_found),
        TALLY_TEST(test_changes_are_told_one_by_one_and_first),
        TALLY_TEST(test_sums_are_of_all),
        TALLY_TEST(test_it_begins_anew),
        TALLY_TEST(test_so_many_agents_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
