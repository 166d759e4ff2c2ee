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
                         span_from_string(accounts[i].password), NULL) !=
            (accounts[i].opens ? ACCOUNT_OPEN : ACCOUNT_CLOSED))
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

        assert_int_equal(
            account_open(&account, hosts, span_from_string(found[i].login),
                         span_from_string(found[i].password), NULL),
            ACCOUNT_OPEN);
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
    assert_int_equal(account_open(&account, hosts,
                                  span_from_string("Home.example.org"),
                                  span_from_string("wrong"), NULL),
                     ACCOUNT_CLOSED);
    assert_true(span_is(account_claimed(&account), "home.example.org"));
    assert_int_equal(account_open(&account, hosts, span_from_string("t-home"),
                                  span_from_string("home.example.org"), NULL),
                     ACCOUNT_CLOSED);
    assert_int_equal(account_claimed(&account).len, 0);
    hostdb_release(hosts);
}

/* --- hashed tokens ------------------------------------------------------------
 *
 * The texts stand for what they hash: nobody hashes here, a table says what is
 * right.
 */

#define HASH(digit)                                                            \
    digit "000000000000000000000000000000000000000000000000000000000000000"
#define SCRYPT_ANNE "scrypt:1024:8:1:salt-of-anne:" HASH("a")
#define SCRYPT_NAS "scrypt:1024:8:1:salt-of-nas:" HASH("b")
#define SCRYPT_SIX "scrypt:1024:8:1:salt-of-six:" HASH("c")
/* printf 00112233s3cret | sha256sum */
#define SHA256_CAM                                                             \
    "sha256:00112233:"                                                         \
    "0a2aa140e13a5e2c80817d56be416bd00ea8ace2c9f4cd9c6aefcbf77df2cda2"

static const char hashed_table[] =
    "hostname,token,record_type,user\n"
    "home.example.org,t-home,,\n"
    "cam.example.org," SHA256_CAM ",,\n"
    "nas.example.org," SCRYPT_NAS ",,\n"
    "one.example.org," SCRYPT_ANNE ",,anne\n"
    "two.example.org," SCRYPT_ANNE ",,anne\n"
    "pair.example.org,t-pair,A,\n"
    "pair.example.org," SCRYPT_SIX ",AAAA,\n"
    "both.example.org," SCRYPT_NAS ",A,\n"
    "both.example.org," SCRYPT_SIX ",AAAA,\n"
    "name.example.org," SCRYPT_NAS ",,\n"
    "file.example.org," SCRYPT_ANNE ",,name.example.org\n";

/* What is asked for, one after the other: the first digits of the hashes, with
 * ? before a decoy's. */
static const struct {
    const char *label, *login, *password, *right; /* digits of the hashes */
    const char *asked;
    bool opens;
} hashed[] = {
    {"a plain token needs no verdict", "home.example.org", "t-home", "", "",
     true},
    {"nor does one of sha256", "cam.example.org", "s3cret", "", "", true},
    {"one of scrypt needs one", "nas.example.org", "p", "b", "b", true},
    {"which may be bad", "nas.example.org", "p", "", "b", false},
    {"that of another host opens nothing", "nas.example.org", "p", "a", "b",
     false},
    {"all hosts of a user have one", "anne", "p", "a", "a", true},
    {"a host of a user, too", "one.example.org", "p", "a", "a", true},
    {"a row beside one with the token", "pair.example.org", "t-pair", "", "c",
     true},
    {"a name of two tokens", "both.example.org", "p", "c", "cb", true},
    {"neither of which need be right", "both.example.org", "p", "", "cb",
     false},
    {"a name that is a user, too", "name.example.org", "p", "a", "ab", true},
    {"a wrong plain token costs as much", "home.example.org", "wrong", "", "?b",
     false},
    {"a wrong one of sha256, too", "cam.example.org", "wrong", "", "?b", false},
    {"so does no such login", "nobody.example.org", "p", "", "?b", false},
    {"whose decoy opens nothing, be it right", "nobody.example.org", "p", "b",
     "?b", false},
    {"nor does that of a host", "home.example.org", "p", "b", "?b", false},
    {"what the table has is no token", "nas.example.org", SCRYPT_NAS, "", "b",
     false},
    {"of sha256 neither", "cam.example.org", SHA256_CAM, "", "?b", false},
    {"an empty password needs no verdict", "nas.example.org", "", "b", "",
     false},
    {"be there such a login or not", "nobody", "", "b", "", false},
};

/* As is done elsewhere: answers, and tries again. */
static enum account_state open_with_verdicts(struct account *account,
                                             const struct hostdb *hosts,
                                             size_t i, char *asked,
                                             struct token_verdicts *verdicts)
{
    for (;;) {
        const struct token_question *question = &verdicts->question;
        enum account_state state =
            account_open(account, hosts, span_from_string(hashed[i].login),
                         span_from_string(hashed[i].password), verdicts);
        char digit;

        if (state != ACCOUNT_UNDECIDED)
            return state;
        assert_true(
            span_is(span_from(question->password, question->password_len),
                    hashed[i].password));
        digit = question->token[question->token_len - TOKEN_HASH_BYTES * 2];
        if (question->is_decoy)
            strcat(asked, "?");
        strncat(asked, &digit, 1);
        assert_true(strlen(asked) < 8);
        token_verdicts_answer(verdicts, strchr(hashed[i].right, digit) != NULL);
    }
}

static void test_what_verdicts_are_asked_for(void **state)
{
    struct hostdb *hosts = csv_table(hashed_table);

    (void)state;
    for (size_t i = 0; i < COUNT(hashed); i++) {
        struct token_verdicts verdicts;
        struct account account;
        char asked[16] = "";

        token_verdicts_init(&verdicts);
        if (open_with_verdicts(&account, hosts, i, asked, &verdicts) !=
                (hashed[i].opens ? ACCOUNT_OPEN : ACCOUNT_CLOSED) ||
            strcmp(asked, hashed[i].asked) != 0)
            fail_msg("%s: asked for \"%s\"", hashed[i].label, asked);
    }
    hostdb_release(hosts);
}

static void test_an_account_finds_the_rows_of_right_verdicts_alone(void **state)
{
    static const struct {
        const char *login, *right, *host;
        bool ipv4, ipv6;
    } rows[] = {
        {"both.example.org", "c", "both.example.org", false, true},
        {"both.example.org", "bc", "both.example.org", true, true},
        {"anne", "a", "two.example.org", true, true},
        {"one.example.org", "a", "two.example.org", false, false},
        {"name.example.org", "a", "file.example.org", true, true},
        {"name.example.org", "a", "name.example.org", false, false},
    };
    struct hostdb *hosts = csv_table(hashed_table);

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct host opened[ACCOUNT_ROWS_OF_HOST_MAX];
        struct token_verdicts verdicts;
        struct account account;
        bool ipv4 = false, ipv6 = false;
        size_t count;

        token_verdicts_init(&verdicts);
        while (account_open(&account, hosts, span_from_string(rows[i].login),
                            span_from_string("p"),
                            &verdicts) == ACCOUNT_UNDECIDED) {
            const struct token_question *question = &verdicts.question;

            token_verdicts_answer(
                &verdicts,
                strchr(rows[i].right, question->token[question->token_len -
                                                      TOKEN_HASH_BYTES * 2]) !=
                    NULL);
        }
        count = account_find(&account, span_from_string(rows[i].host), opened);
        for (size_t row = 0; row < count; row++) {
            ipv4 |= host_holds(&opened[row], ADDRESS_IPV4);
            ipv6 |= host_holds(&opened[row], ADDRESS_IPV6);
        }
        if (ipv4 != rows[i].ipv4 || ipv6 != rows[i].ipv6)
            fail_msg("%s, %s: %zu rows", rows[i].login, rows[i].host, count);
    }
    hostdb_release(hosts);
}

static void test_without_verdicts_scrypt_opens_nothing(void **state)
{
    struct hostdb *hosts = csv_table(hashed_table);
    struct account account;

    (void)state;
    assert_int_equal(account_open(&account, hosts,
                                  span_from_string("nas.example.org"),
                                  span_from_string("p"), NULL),
                     ACCOUNT_CLOSED);
    hostdb_release(hosts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_opens),
        cmocka_unit_test(test_which_rows_are_found),
        cmocka_unit_test(test_only_names_of_the_table_are_claimed),
        cmocka_unit_test(test_what_verdicts_are_asked_for),
        cmocka_unit_test(
            test_an_account_finds_the_rows_of_right_verdicts_alone),
        cmocka_unit_test(test_without_verdicts_scrypt_opens_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
