#include "server/http/sign_in.h"

#include "tests/unit/closed_gate.h"
#include "tests/unit/csv_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Logins are in base64. */
#define HOME "Basic aG9tZS5leGFtcGxlLm9yZzp0"
#define ALICE "Basic YWxpY2U6dA=="
#define WRONG "Basic aG9tZS5leGFtcGxlLm9yZzp4"
#define NOBODY "Basic bm9ib2R5OnQ="

static const char table[] = "hostname,token,user\n"
                            "home.example.org,t,\n"
                            "nas.example.org,t,alice\n";

static const struct {
    const char *label, *authorization;
    enum protocol_verdict verdict;
    const char *claimed;
} cases[] = {
    {"a host's name and token", HOME, PROTOCOL_ADMITTED, ""},
    {"a user's", ALICE, PROTOCOL_ADMITTED, ""},
    {"no credentials", "", PROTOCOL_UNAUTHENTICATED, ""},
    {"none that can be read", "Bearer x", PROTOCOL_DENIED, ""},
    {"a wrong token", WRONG, PROTOCOL_DENIED, "home.example.org"},
    {"a login that there is not", NOBODY, PROTOCOL_DENIED, ""},
};

static struct protocol_request request_of(const struct hostdb *hosts,
                                          const struct http_settings *settings,
                                          const char *authorization)
{
    return (struct protocol_request){
        .authorization = span_from_string(authorization),
        .settings = settings,
        .hosts = hosts,
    };
}

static void test_who_signs_in(void **state)
{
    struct http_settings settings = {.threads = 1};
    struct hostdb *hosts = csv_table(table);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct protocol_request request =
            request_of(hosts, &settings, cases[i].authorization);
        struct credentials credentials;
        struct account account;
        struct span claimed = {NULL, 0};
        enum protocol_verdict verdict =
            sign_in(&request, &credentials, &account, &claimed);

        if (verdict != cases[i].verdict || !span_is(claimed, cases[i].claimed))
            fail_msg("%s: %d, %.*s", cases[i].label, (int)verdict,
                     (int)claimed.len, claimed.ptr);
    }
    hostdb_release(hosts);
}

static void test_a_closed_gate_comes_first(void **state)
{
    static const char *const all[] = {HOME, WRONG, "Bearer x"};
    struct http_settings settings = {.threads = 1};
    struct hostdb *hosts = csv_table(table);
    const struct address client = {.family = ADDRESS_IPV4,
                                   .bytes = {192, 0, 2, 9}};
    struct login_gate gate = closed_gate(hosts, &client);

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct protocol_request request = request_of(hosts, &settings, all[i]);
        struct credentials credentials;
        struct account account;
        struct span claimed = {NULL, 0};

        request.gate = &gate;
        assert_int_equal(sign_in(&request, &credentials, &account, &claimed),
                         PROTOCOL_TURNED_AWAY);
    }
    guess_limit_free(gate.limit);
    hostdb_release(hosts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_signs_in),
        cmocka_unit_test(test_a_closed_gate_comes_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
