#include "server/http/account.h"

#include "tests/unit/csv_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const char table[] = "hostname,token,record_type,user\n"
                            "home.example.org,t-home,,\n"
                            "nas.example.org,t-alice,,alice\n"
                            "cam.example.org,t-alice,,alice\n"
                            "solo.example.org,t-bob,,bob\n"
                            "two.example.org,t-four,A,\n"
                            "two.example.org,t-six,AAAA,\n"
                            "pair.example.org,t-carol,A,carol\n"
                            "pair.example.org,t-carol,AAAA,carol\n"
                            "guest.example.org,t-guest,,home.example.org\n";

static const struct {
    const char *label, *login, *password;
    bool opens;
    const char *own_host; /* "": none */
} accounts[] = {
    {"a host's name and its token", "home.example.org", "t-home", true,
     "home.example.org"},
    {"letter case and a dot do not matter", "HOME.example.org.", "t-home", true,
     "home.example.org"},
    {"another token", "home.example.org", "t-bob", false, NULL},
    {"no token", "home.example.org", "", false, NULL},
    {"no such login", "nobody", "t-home", false, NULL},
    {"no login", "", "t-home", false, NULL},
    {"neither", "", "", false, NULL},
    {"a user of several hosts", "alice", "t-alice", true, ""},
    {"a user has letter case", "Alice", "t-alice", false, NULL},
    {"a user's dot is one", "alice.", "t-alice", false, NULL},
    {"a user of one host", "bob", "t-bob", true, "solo.example.org"},
    {"a user's host is a login as well", "nas.example.org", "t-alice", true,
     "nas.example.org"},
    {"of a host with two rows either token opens", "two.example.org", "t-four",
     true, "two.example.org"},
    {"the other one", "two.example.org", "t-six", true, "two.example.org"},
    {"two rows of one host are one host", "carol", "t-carol", true,
     "pair.example.org"},
    {"a host's name may be a user of others", "home.example.org", "t-guest",
     true, "home.example.org"},
};

static void test_what_opens(void **state)
{
    struct hostdb *hosts = csv_table(table);

    (void)state;
    for (size_t i = 0; i < COUNT(accounts); i++) {
        struct account account;

        if (account_open(&account, hosts, span_from_string(accounts[i].login),
                         span_from_string(accounts[i].password)) !=
            accounts[i].opens)
            fail_msg("%s: wrong", accounts[i].label);
        if (accounts[i].opens &&
            !span_is(account_own_host(&account), accounts[i].own_host))
            fail_msg("%s: another host", accounts[i].label);
    }
    hostdb_release(hosts);
}

static const struct {
    const char *label, *login, *password, *host;
    size_t rows;
    bool ipv4, ipv6; /* what the rows hold */
} found[] = {
    {"its own", "home.example.org", "t-home", "home.example.org", 1, true,
     true},
    {"no other host", "home.example.org", "t-home", "nas.example.org", 0, false,
     false},
    {"none that does not exist", "home.example.org", "t-home",
     "new.example.org", 0, false, false},
    {"each of a user's", "alice", "t-alice", "nas.example.org", 1, true, true},
    {"the next of a user's", "alice", "t-alice", "cam.example.org", 1, true,
     true},
    {"none of another user's", "alice", "t-alice", "solo.example.org", 0, false,
     false},
    {"a user's host as login opens itself", "nas.example.org", "t-alice",
     "nas.example.org", 1, true, true},
    {"and not the others of the user, whose token is the same",
     "nas.example.org", "t-alice", "cam.example.org", 0, false, false},
    {"of two rows that with the token", "two.example.org", "t-six",
     "two.example.org", 1, false, true},
    {"the first of them", "two.example.org", "t-four", "two.example.org", 1,
     true, false},
    {"both, if it is the token of both", "carol", "t-carol", "pair.example.org",
     2, true, true},
    {"the token decides where a name is a user, too", "home.example.org",
     "t-guest", "guest.example.org", 1, true, true},
    {"so that it does not open the name's own row", "home.example.org",
     "t-guest", "home.example.org", 0, false, false},
};

static void test_which_rows_are_found(void **state)
{
    struct hostdb *hosts = csv_table(table);

    (void)state;
    for (size_t i = 0; i < COUNT(found); i++) {
        struct account account;
        struct host rows[ACCOUNT_ROWS_OF_HOST_MAX];
        bool ipv4 = false, ipv6 = false;
        size_t count;

        assert_true(account_open(&account, hosts,
                                 span_from_string(found[i].login),
                                 span_from_string(found[i].password)));
        count = account_find(&account, span_from_string(found[i].host), rows);
        if (count != found[i].rows)
            fail_msg("%s: %zu rows", found[i].label, count);
        for (size_t row = 0; row < count; row++) {
            assert_true(span_is(rows[row].name, found[i].host));
            ipv4 |= host_holds(&rows[row], ADDRESS_IPV4);
            ipv6 |= host_holds(&rows[row], ADDRESS_IPV6);
        }
        if (ipv4 != found[i].ipv4 || ipv6 != found[i].ipv6)
            fail_msg("%s: other types", found[i].label);
    }
    hostdb_release(hosts);
}

static void test_only_names_of_the_table_are_claimed(void **state)
{
    struct hostdb *hosts = csv_table(table);
    struct account account;

    (void)state;
    assert_false(account_open(&account, hosts,
                              span_from_string("Home.example.org"),
                              span_from_string("wrong")));
    assert_true(span_is(account_claimed(&account), "home.example.org"));
    assert_false(account_open(&account, hosts, span_from_string("t-home"),
                              span_from_string("home.example.org")));
    assert_int_equal(account_claimed(&account).len, 0);
    hostdb_release(hosts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_opens),
        cmocka_unit_test(test_which_rows_are_found),
        cmocka_unit_test(test_only_names_of_the_table_are_claimed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
