#include "server/http/login_gate.h"

#include "tests/unit/csv_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { NOW = 1000 * 1000, MOST = 10, SENT_AT_S = 1 };

static const char table[] = "hostname,token,user,record_type\n"
                            "home.example.org,t,,\n"
                            "away.example.org,t,,\n"
                            "nas.example.org,t,alice,\n"
                            "pair.example.org,t,,A\n"
                            "pair.example.org,t,,AAAA\n"
                            "new.example.org,t,,\n";

/* What their records say. */
static const struct {
    const char *name, *address;
} records[] = {
    {"home.example.org", "192.0.2.1"}, {"home.example.org", "2001:db8::1"},
    {"away.example.org", "192.0.2.2"}, {"nas.example.org", "192.0.2.1"},
    {"pair.example.org", "192.0.2.3"}, {"pair.example.org", "2001:db8::5"},
};

static struct hostdb *hosts;
static struct rrset_cache *known;
static struct guess_limit *limit;

static struct address address(const char *text)
{
    struct address parsed = {.family = ADDRESS_NONE};

    if (*text != '\0')
        assert_true(address_parse(span_from_string(text), &parsed));
    return parsed;
}

static int set_up(void **state)
{
    (void)state;
    hosts = csv_table(table);
    known = rrset_cache_new(hostdb_count(hosts));
    limit = guess_limit_new(MOST);
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        struct address one = address(records[i].address);
        struct host row;

        if (!hostdb_lookup_type(hosts, span_from_string(records[i].name),
                                one.family, &row))
            return -1;
        rrset_cache_set(known, row.index, &one, SENT_AT_S);
    }
    return known == NULL || limit == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    guess_limit_free(limit);
    rrset_cache_free(known);
    hostdb_release(hosts);
    return 0;
}

static struct login_gate gate_for(const char *client)
{
    return (struct login_gate){
        .limit = limit,
        .hosts = hosts,
        .known = known,
        .client = address(client),
        .now_ms = NOW,
    };
}

static bool admits(const char *client, const char *login)
{
    struct login_gate gate = gate_for(client);
    bool is_open = login_gate_admits(&gate, span_from_string(login));

    assert_int_equal(is_open, gate.wait_s == 0);
    return is_open;
}

/* So many guesses with this login, as far as they are let in. */
static unsigned guess(const char *client, const char *login, unsigned count)
{
    static unsigned number;
    unsigned tried = 0;

    while (count-- > 0) {
        struct login_gate gate = gate_for(client);
        struct span text = span_from((const char *)&number, sizeof number);

        number++;
        if (!login_gate_admits(&gate, span_from_string(login)))
            continue;
        (void)login_gate_count(&gate, &text, 1, NOW);
        tried++;
    }
    return tried;
}

static void test_without_a_gate_all_are_let_in(void **state)
{
    (void)state;
    assert_true(login_gate_admits(NULL, span_from_string("home.example.org")));
}

/* From `guesser` too many guesses came, with whatever login. */
static const struct {
    const char *label, *guesser, *client, *login;
    bool is_admitted;
} calls[] = {
    {"a host that lives there", "192.0.2.1", "192.0.2.1", "home.example.org",
     true},
    {"however its name is written", "192.0.2.1", "192.0.2.1",
     "Home.Example.ORG.", true},
    {"a user whose host lives there", "192.0.2.1", "192.0.2.1", "alice", true},
    {"a host that lives elsewhere", "192.0.2.1", "192.0.2.1",
     "away.example.org", false},
    {"one of which nothing is known", "192.0.2.1", "192.0.2.1",
     "new.example.org", false},
    {"one that is not in the table", "192.0.2.1", "192.0.2.1",
     "none.example.org", false},
    {"nobody", "192.0.2.1", "192.0.2.1", "", false},
    {"from another address everybody", "192.0.2.1", "192.0.2.9",
     "away.example.org", true},
    {"from the host's own, who guesses elsewhere", "192.0.2.1", "192.0.2.2",
     "away.example.org", true},
    {"of IPv6 the whole network is home", "2001:db8::bad", "2001:db8::2",
     "home.example.org", true},
    {"the next network is not", "2001:db8:0:1::bad", "2001:db8:0:1::1",
     "home.example.org", false},
    {"by the row for the record of that family", "2001:db8::bad", "2001:db8::7",
     "pair.example.org", true},
    {"and by no other", "192.0.2.1", "192.0.2.1", "pair.example.org", false},
};

static void test_who_is_let_in_from_where_somebody_guesses(void **state)
{
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        (void)tear_down(state);
        assert_int_equal(set_up(state), 0);
        assert_true(admits(calls[i].client, calls[i].login));
        assert_int_equal(guess(calls[i].guesser, "x", 2 * MOST), MOST);
        if (admits(calls[i].client, calls[i].login) != calls[i].is_admitted)
            fail_msg("%s", calls[i].label);
    }
}

static void test_it_does_not_matter_whose_tokens_he_guessed(void **state)
{
    (void)state;
    assert_int_equal(guess("192.0.2.9", "away.example.org", 2 * MOST), MOST);
    assert_false(admits("192.0.2.9", "home.example.org"));
    assert_true(admits("192.0.2.2", "away.example.org"));
}

/* Else a guesser could go on with his neighbours for ever. */
static void test_a_neighbour_has_so_many_guesses_of_his_own(void **state)
{
    (void)state;
    assert_int_equal(guess("192.0.2.1", "x", 2 * MOST), MOST);
    assert_int_equal(guess("192.0.2.1", "home.example.org", 3 * MOST), MOST);
    assert_false(admits("192.0.2.1", "home.example.org"));
    assert_true(admits("192.0.2.1", "alice"));
    assert_true(admits("192.0.2.7", "home.example.org"));
}

static void test_who_was_let_in_is_not_thrown_out(void **state)
{
    struct login_gate gate = gate_for("192.0.2.9");

    (void)state;
    (void)guess("192.0.2.9", "x", 2 * MOST);
    gate.is_in = true;
    assert_true(login_gate_admits(&gate, span_from_string("away.example.org")));
    assert_int_equal(gate.wait_s, 0);
}

/* --- whom a proxy does not name --------------------------------------------------- */

static void test_who_has_no_address_is_counted_by_the_host(void **state)
{
    (void)state;
    assert_int_equal(guess("", "home.example.org", 2 * MOST), MOST);
    assert_false(admits("", "home.example.org"));
    assert_true(admits("", "away.example.org"));
    assert_true(admits("", "alice"));
    assert_true(admits("192.0.2.1", "home.example.org"));
    assert_int_equal(guess("", "none.example.org", 2 * MOST), MOST);
    assert_false(admits("", "neither.example.org"));
}

/* The limit was quiet when the call came, so nobody looked at a clock; another
 * loop may have turned somebody away since. */
static void test_who_came_while_all_was_quiet_is_let_in(void **state)
{
    struct login_gate gate = gate_for("192.0.2.9");

    (void)state;
    (void)guess("192.0.2.9", "x", 2 * MOST);
    assert_false(guess_limit_is_quiet(limit));
    gate.now_ms = 0;
    assert_true(login_gate_admits(&gate, span_from_string("away.example.org")));
    assert_int_equal(gate.wait_s, 0);
}

static const struct {
    const char *label, *login, *claimed;
} claims[] = {
    {"the name of a host", "away.example.org", "away.example.org"},
    {"as the table has it", "Away.Example.ORG.", "away.example.org"},
    {"a user is not one of its hosts more than another", "alice", ""},
    {"nobody that we know", "other.example.org", ""},
    {"nothing that can be read", "", ""},
};

static void test_it_tells_whom_it_turned_away(void **state)
{
    (void)state;
    guess("192.0.2.9", "home.example.org", MOST);
    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
        struct login_gate gate = gate_for("192.0.2.9");

        print_message("%s\n", claims[i].label);
        assert_false(
            login_gate_admits(&gate, span_from_string(claims[i].login)));
        assert_true(span_is(gate.claimed, claims[i].claimed));
    }
}

static void test_of_whom_it_admits_it_tells_nothing(void **state)
{
    struct login_gate gate = gate_for("192.0.2.9");

    (void)state;
    assert_true(login_gate_admits(&gate, span_from_string("home.example.org")));
    assert_int_equal(gate.claimed.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_a_gate_all_are_let_in),
        cmocka_unit_test_setup_teardown(
            test_who_is_let_in_from_where_somebody_guesses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_it_does_not_matter_whose_tokens_he_guessed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_a_neighbour_has_so_many_guesses_of_his_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_who_was_let_in_is_not_thrown_out,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_who_came_while_all_was_quiet_is_let_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_who_has_no_address_is_counted_by_the_host, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_it_tells_whom_it_turned_away,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_of_whom_it_admits_it_tells_nothing,
                                        set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
