#include "server/http/page_sign_in.h"

#include "tests/unit/closed_gate.h"
#include "tests/unit/csv_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Logins are in base64: "NAME:PASSWORD". */
#define HOME "Basic aG9tZS5leGFtcGxlLm9yZzp0"
#define WRONG "Basic aG9tZS5leGFtcGxlLm9yZzp4"
#define ADMIN "Basic YWRtaW46MDEyMzQ1Njc4OWFiY2RlZg=="
#define ANYBODY "Basic eDowMTIzNDU2Nzg5YWJjZGVm"
#define SHORT "Basic YWRtaW46MDEyMzQ1Njc4OWFiY2Rl"
#define LONG "Basic YWRtaW46MDEyMzQ1Njc4OWFiY2RlZmc="
#define NOTHING "Basic YWRtaW46"

static char token[] = "0123456789abcdef";

typedef enum protocol_verdict parse_fn(const struct protocol_request *request,
                                       struct protocol_changes *changes,
                                       struct span *claimed,
                                       struct protocol_reply *reply);

static const struct {
    const char *label;
    parse_fn *parse;
    const char *authorization, *query;
    enum protocol_verdict verdict;
    int status;
    const char *words;
} cases[] = {
    {"an owner", page_sign_in_owner, HOME, "", PROTOCOL_ADMITTED, 0, NULL},
    {"who says nothing", page_sign_in_owner, "", "", PROTOCOL_UNAUTHENTICATED,
     401, "asks for a user name"},
    {"who is wrong", page_sign_in_owner, WRONG, "", PROTOCOL_DENIED, 401,
     "is wrong"},
    {"an operator is no owner", page_sign_in_owner, ADMIN, "", PROTOCOL_DENIED,
     401, "is wrong"},

    {"the operator", page_sign_in_operator, ADMIN, "", PROTOCOL_ADMITTED, 0,
     NULL},
    {"under any name", page_sign_in_operator, ANYBODY, "", PROTOCOL_ADMITTED, 0,
     NULL},
    {"who says nothing", page_sign_in_operator, "", "",
     PROTOCOL_UNAUTHENTICATED, 401, "asks for a user name"},
    {"an owner is no operator", page_sign_in_operator, HOME, "",
     PROTOCOL_DENIED, 401, "is wrong"},
    {"a token that begins like it", page_sign_in_operator, SHORT, "",
     PROTOCOL_DENIED, 401, "is wrong"},
    {"one that it begins", page_sign_in_operator, LONG, "", PROTOCOL_DENIED,
     401, "is wrong"},
    {"an empty one", page_sign_in_operator, NOTHING, "", PROTOCOL_DENIED, 401,
     "is wrong"},
    {"what cannot be read", page_sign_in_operator, "Bearer x", "",
     PROTOCOL_DENIED, 401, "is wrong"},
    {"the token does not belong into a URL", page_sign_in_operator, "",
     "username=admin&password=0123456789abcdef", PROTOCOL_UNAUTHENTICATED, 401,
     "asks for a user name"},
};

static void test_who_may_see_a_page(void **state)
{
    struct http_settings settings = {
        .threads = 1, .admin_token = token, .query_auth = true};
    struct hostdb *hosts = csv_table("home.example.org,t\n");

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct protocol_request request = {
            .authorization = span_from_string(cases[i].authorization),
            .query = span_from_string(cases[i].query),
            .settings = &settings,
            .hosts = hosts,
        };
        struct span claimed = {NULL, 0};
        struct protocol_reply reply;
        enum protocol_verdict verdict;

        protocol_reply_init(&reply);
        verdict = cases[i].parse(&request, NULL, &claimed, &reply);
        if (verdict != cases[i].verdict || reply.status != cases[i].status ||
            reply.challenge != (reply.status == 401) ||
            reply.is_page != (reply.status != 0) ||
            (reply.challenge &&
             reply.realm != (cases[i].parse == page_sign_in_operator
                                 ? HTTP_REALM_STATUS
                                 : HTTP_REALM_HOSTS)) ||
            (cases[i].words != NULL &&
             strstr(reply.long_text, cases[i].words) == NULL))
            fail_msg("%s: verdict %d, status %d, %s", cases[i].label,
                     (int)verdict, reply.status,
                     reply.long_text == NULL ? "no page" : reply.long_text);
        free(reply.long_text);
    }
    hostdb_release(hosts);
}

static void test_who_guessed_too_often_is_not_listened_to(void **state)
{
    static const struct {
        parse_fn *parse;
        const char *authorization;
    } all[] = {{page_sign_in_owner, HOME}, {page_sign_in_operator, ADMIN}};
    const struct address client = {.family = ADDRESS_IPV4,
                                   .bytes = {192, 0, 2, 9}};
    struct http_settings settings = {.threads = 1, .admin_token = token};
    struct hostdb *hosts = csv_table("home.example.org,t\n");

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct login_gate gate = closed_gate(hosts, &client);
        struct protocol_request request = {
            .authorization = span_from_string(all[i].authorization),
            .settings = &settings,
            .hosts = hosts,
            .gate = &gate,
        };
        struct span claimed = {NULL, 0};
        struct protocol_reply reply;

        protocol_reply_init(&reply);
        assert_int_equal(all[i].parse(&request, NULL, &claimed, &reply),
                         PROTOCOL_TURNED_AWAY);
        assert_int_equal(reply.status, 429);
        assert_false(reply.challenge);
        free(reply.long_text);
        guess_limit_free(gate.limit);
    }
    hostdb_release(hosts);
}

static void test_there_are_words_for_not_now(void **state)
{
    struct protocol_reply reply;

    (void)state;
    protocol_reply_init(&reply);
    page_sign_in_unavailable(&reply);
    assert_int_equal(reply.status, 503);
    assert_non_null(strstr(reply.long_text, "<h1>Not possible now</h1>"));
    free(reply.long_text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_may_see_a_page),
        cmocka_unit_test(test_who_guessed_too_often_is_not_listened_to),
        cmocka_unit_test(test_there_are_words_for_not_now),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
