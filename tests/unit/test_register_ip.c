#include "server/http/register_ip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const char long_value[] = "myip=192.0.2.1"
                                 "%20%20%20%20%20%20%20%20%20%20%20%20%20%20"
                                 "%20%20%20%20%20%20%20%20%20%20%20%20%20%20"
                                 "%20%20%20%20%20%20%20%20%20%20%20%20%20%20";

static const struct {
    const char *label, *query, *form, *client;
    bool allow_internal;
    const char *address; /* NULL: none */
    const char *fault;   /* how it begins; NULL: none */
} requests[] = {
    {"the client's address", "", "", "192.0.2.9", false, "192.0.2.9", NULL},
    {"of either family", "", "", "2001:db8::9", false, "2001:db8::9", NULL},
    {"myip counts more", "myip=192.0.2.1", "", "192.0.2.9", false, "192.0.2.1",
     NULL},
    {"it may be of the other family", "myip=2001:db8::1", "", "192.0.2.9",
     false, "2001:db8::1", NULL},
    {"it may be encoded", "myip=2001%3adb8%3A%3a1", "", "192.0.2.9", false,
     "2001:db8::1", NULL},
    {"it may stand in a form", "", "myip=192.0.2.1", "192.0.2.9", false,
     "192.0.2.1", NULL},
    {"the query counts more than the form", "myip=192.0.2.1", "myip=192.0.2.2",
     "192.0.2.9", false, "192.0.2.1", NULL},
    {"an empty one is as none", "myip=", "", "192.0.2.9", false, "192.0.2.9",
     NULL},
    {"so is a blank one", "myip=%20", "", "192.0.2.9", false, "192.0.2.9",
     NULL},
    {"blanks around it do not matter", "myip=+192.0.2.1+", "", "192.0.2.9",
     false, "192.0.2.1", NULL},
    {"other parameters do not matter", "hostname=x&myip=192.0.2.1&z=1", "",
     "192.0.2.9", false, "192.0.2.1", NULL},
    {"a name is no address", "myip=home.example.org", "", "192.0.2.9", false,
     NULL, "myip is no IPv4 or IPv6 address"},
    {"neither is one that is too long", long_value, "", "192.0.2.9", false,
     NULL, "myip is no IPv4 or IPv6 address"},
    {"a proxy that is silent", "", "", NULL, false, NULL,
     "a trusted proxy did not tell"},
    {"is no obstacle to myip", "myip=192.0.2.1", "", NULL, false, "192.0.2.1",
     NULL},
    {"an internal address", "", "", "10.0.0.1", false, "10.0.0.1",
     "the address is internal"},
    {"an internal one in myip", "myip=fd00::1", "", "192.0.2.9", false,
     "fd00::1", "the address is internal"},
    {"where they are allowed", "", "", "10.0.0.1", true, "10.0.0.1", NULL},
};

static struct address address(const char *text)
{
    struct address parsed = {.family = ADDRESS_NONE};

    if (text != NULL && !address_parse(span_from_string(text), &parsed))
        fail_msg("the test's own address is none: %s", text);
    return parsed;
}

static void test_what_a_request_asks_for(void **state)
{
    struct host host = {.name = SPAN_LITERAL("home.example.org"), .index = 7};

    (void)state;
    for (size_t i = 0; i < COUNT(requests); i++) {
        const char *fault = requests[i].fault;
        struct protocol_request request = {
            .query = span_from_string(requests[i].query),
            .form = span_from_string(requests[i].form),
            .client = address(requests[i].client),
            .host = &host,
            .allow_internal = requests[i].allow_internal,
        };
        struct address wanted = address(requests[i].address);
        struct protocol_changes changes = {.count = 0};
        struct protocol_change *change = &changes.list[0];

        register_ip_protocol.parse(&request, &changes);
        assert_int_equal(changes.count, 1);
        assert_int_equal(change->host.index, 7);
        if (!address_equal(&change->address, &wanted))
            fail_msg("%s: another address", requests[i].label);
        if (change->outcome != (fault ? OUTCOME_REFUSED : OUTCOME_OPEN))
            fail_msg("%s: %d", requests[i].label, (int)change->outcome);
        if ((change->fault == NULL) != (fault == NULL) ||
            (fault != NULL &&
             strncmp(change->fault, fault, strlen(fault)) != 0))
            fail_msg("%s: %s", requests[i].label, change->fault);
        assert_int_equal(change->advice == NULL, fault == NULL);
    }
}

static void test_one_result_is_one_line(void **state)
{
    struct protocol_result good = {OUTCOME_ACCEPTED, address("192.0.2.1")};
    struct protocol_result expired = {.outcome = OUTCOME_EXPIRED};
    struct protocol_reply reply;

    (void)state;
    register_ip_protocol.format(&good, 1, &reply);
    assert_int_equal(reply.status, 200);
    assert_true(
        span_is(span_from(reply.body, reply.body_len), "good 192.0.2.1\n"));
    register_ip_protocol.format(&expired, 1, &reply);
    assert_int_equal(reply.status, 503);
    assert_true(span_is(span_from(reply.body, reply.body_len), "911\n"));
    assert_true(reply.retry_after_seconds > 0);
}

static void test_refusals(void **state)
{
    struct protocol_reply reply;

    (void)state;
    register_ip_protocol.refuse(PROTOCOL_UNAUTHENTICATED, &reply);
    assert_int_equal(reply.status, 401);
    assert_true(reply.challenge);
    assert_true(span_is(span_from(reply.body, reply.body_len), "badauth\n"));
    register_ip_protocol.refuse(PROTOCOL_UNAVAILABLE, &reply);
    assert_int_equal(reply.status, 503);
    assert_false(reply.challenge);
    assert_true(span_is(span_from(reply.body, reply.body_len), "911\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_request_asks_for),
        cmocka_unit_test(test_one_result_is_one_line),
        cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
