#include "server/http/owner_register.h"

#include "tests/unit/csv_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define HOME "Basic aG9tZS5leGFtcGxlLm9yZzp0"
#define WRONG "Basic aG9tZS5leGFtcGxlLm9yZzp4"

static const struct protocol *const protocol = &owner_register_protocol;

static enum protocol_verdict parse(const char *authorization, const char *query,
                                   const char *form,
                                   struct protocol_changes *changes,
                                   struct protocol_reply *reply)
{
    struct http_settings settings = {.threads = 1};
    struct hostdb *hosts = csv_table("home.example.org,t\n");
    struct protocol_request request = {
        .authorization = span_from_string(authorization),
        .query = span_from_string(query),
        .form = span_from_string(form),
        .client = {.family = ADDRESS_IPV4, .bytes = {192, 0, 2, 9}},
        .settings = &settings,
        .hosts = hosts,
    };
    struct span claimed = {NULL, 0};
    enum protocol_verdict verdict;

    changes->count = 0;
    protocol_reply_init(reply);
    verdict = protocol->parse(&request, changes, &claimed, reply);
    hostdb_release(hosts);
    return verdict;
}

static void test_the_form_names_the_host(void **state)
{
    struct protocol_changes changes;
    struct protocol_reply reply;

    (void)state;
    assert_int_equal(
        parse(HOME, "", "hostname=home.example.org", &changes, &reply),
        PROTOCOL_CHANGES);
    assert_int_equal(changes.count, 1);
    assert_int_equal(changes.list[0].refusal, REFUSAL_NONE);
    assert_int_equal(changes.list[0].address.bytes[3], 9);
}

/* A link cannot have a form's address exchanged. */
static void test_a_query_says_nothing(void **state)
{
    struct protocol_changes changes;
    struct protocol_reply reply;

    (void)state;
    assert_int_equal(parse(HOME, "myip=203.0.113.1&hostname=x.example.org",
                           "hostname=home.example.org", &changes, &reply),
                     PROTOCOL_CHANGES);
    assert_int_equal(changes.list[0].address.bytes[0], 192);
}

static void test_who_may_not_is_told_by_a_page(void **state)
{
    static const struct {
        const char *authorization;
        enum protocol_verdict verdict;
    } all[] = {{"", PROTOCOL_UNAUTHENTICATED}, {WRONG, PROTOCOL_DENIED}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct protocol_changes changes;
        struct protocol_reply reply;

        assert_int_equal(parse(all[i].authorization, "",
                               "hostname=home.example.org", &changes, &reply),
                         all[i].verdict);
        assert_int_equal(reply.status, 401);
        assert_true(reply.is_page && reply.challenge);
        free(reply.long_text);
    }
}

static void test_too_many_hosts_are_none(void **state)
{
    struct protocol_changes changes;
    struct protocol_reply reply;

    (void)state;
    assert_int_equal(parse(HOME, "",
                           "hostname=a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,"
                           "q,r,s,t,u",
                           &changes, &reply),
                     PROTOCOL_ANSWERED);
    assert_int_equal(reply.status, 400);
    free(reply.long_text);
}

static const struct {
    const char *label;
    struct protocol_result results[2];
    size_t count;
    const char *location, *sentence;
    bool is_good;
} outcomes[] = {
    {"registered",
     {{.name = SPAN_LITERAL("home.example.org"), .outcome = OUTCOME_ACCEPTED}},
     1,
     "/?host=home.example.org&told=good",
     "Your address is registered.",
     true},
    {"known already",
     {{.name = SPAN_LITERAL("*.example.org"), .outcome = OUTCOME_UNCHANGED}},
     1,
     "/?host=%2A.example.org&told=nochg",
     "Your address was registered already; nothing had to be changed.",
     true},
    {"not now",
     {{.name = SPAN_LITERAL("home.example.org"),
       .outcome = OUTCOME_UNAVAILABLE}},
     1,
     "/?host=home.example.org&told=911",
     "It is not known to be registered: the service could not do it now; try "
     "again in a minute.",
     false},
    {"locked",
     {{.name = SPAN_LITERAL("home.example.org"),
       .outcome = OUTCOME_REFUSED,
       .refusal = REFUSAL_LOCKED}},
     1,
     "/?host=home.example.org&told=locked",
     "Nothing was registered: the host is locked, so that its record stays as "
     "it is.",
     false},
    {"what went wrong is told first",
     {{.name = SPAN_LITERAL("home.example.org"), .outcome = OUTCOME_ACCEPTED},
      {.name = SPAN_LITERAL("home.example.org"),
       .outcome = OUTCOME_REFUSED,
       .refusal = REFUSAL_INTERNAL}},
     2,
     "/?host=home.example.org&told=internal",
     "Nothing was registered: the address means nothing outside your own "
     "network.",
     false},
    {"a host that is not the caller's is not named",
     {{.outcome = OUTCOME_REFUSED, .refusal = REFUSAL_NOT_LISTED}},
     1,
     "/?told=nohost",
     "Nothing was registered: there is no such host.",
     false},
};

static void test_the_browser_goes_back_with_what_came_of_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
        struct protocol_reply reply;
        bool is_good = false;
        const char *sentence;

        protocol_reply_init(&reply);
        protocol->format(outcomes[i].results, outcomes[i].count, &reply);
        if (reply.status != 303 || reply.location == NULL ||
            strcmp(reply.location, outcomes[i].location) != 0)
            fail_msg("%s: %d to %s", outcomes[i].label, reply.status,
                     reply.location == NULL ? "nowhere" : reply.location);
        sentence = owner_register_told(
            span_from_string(strstr(reply.location, "told=") + 5), &is_good);
        assert_string_equal(sentence, outcomes[i].sentence);
        assert_int_equal(is_good, outcomes[i].is_good);
        free(reply.location);
        free(reply.long_text);
    }
}

static void test_every_refusal_has_a_sentence(void **state)
{
    (void)state;
    for (int refusal = REFUSAL_NOT_A_NAME; refusal <= REFUSAL_TOO_OFTEN;
         refusal++) {
        struct protocol_result result = {.outcome = OUTCOME_REFUSED,
                                         .refusal = (enum refusal)refusal};
        struct protocol_reply reply;
        bool is_good = true;

        protocol_reply_init(&reply);
        protocol->format(&result, 1, &reply);
        assert_non_null(owner_register_told(
            span_from_string(strstr(reply.location, "told=") + 5), &is_good));
        assert_false(is_good);
        free(reply.location);
        free(reply.long_text);
    }
}

static void test_a_link_puts_no_words_into_the_mouth(void **state)
{
    bool is_good = true;

    (void)state;
    assert_null(owner_register_told(span_from_string("<b>"), &is_good));
    assert_null(owner_register_told(span_from_string(""), &is_good));
    assert_null(owner_register_told(span_from_string("GOOD"), &is_good));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_form_names_the_host),
        cmocka_unit_test(test_a_query_says_nothing),
        cmocka_unit_test(test_who_may_not_is_told_by_a_page),
        cmocka_unit_test(test_too_many_hosts_are_none),
        cmocka_unit_test(test_the_browser_goes_back_with_what_came_of_it),
        cmocka_unit_test(test_every_refusal_has_a_sentence),
        cmocka_unit_test(test_a_link_puts_no_words_into_the_mouth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
