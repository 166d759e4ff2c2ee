#include "server/http/hash_v3.h"

#include "tests/unit/closed_gate.h"
#include "tests/unit/csv_table.h"
#include "tests/unit/failing_jansson.h"
#include "tests/unit/hash_caller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define FAIL(words)                                                            \
    "{\"return_status\": \"fail\", \"return_message\": \"" words "\"}"
#define SUCCESS(words)                                                         \
    "{\"return_status\": \"success\", \"return_message\": \"" words "\"}"
#define BAD_HASH                                                               \
    FAIL("You must pass a valid sha256 hash in the hash= argument.")
#define BAD_MODE FAIL("You must pass mode=get or mode=set arguments.")
#define BAD_BODY FAIL("You must pass an object of JSON.")
#define MISMATCH FAIL("Validation hashes do not match.")

#define CLIENT "192.0.2.1"
#define A_HASH                                                                 \
    "0eb3fc760ddbd7dca1702ae359b8f990b8a145d719b9d1014da4aa866022dd70"

static const char csv[] =
    "hostname,token,record_type,allow_internal,lock_record\n"
    "home.example.org,t-home,,,\n"
    "v4.example.org,t-v4,A,,\n"
    "locked.example.org,t-locked,,,true\n"
    "inner.example.org,t-inner,,true,\n";

static const struct {
    const char *label, *body, *client;
    int status;
    const char *text;
} answers[] = {
    {"get tells the caller's address", "{\"execution_mode\":\"get\"}", CLIENT,
     200, SUCCESS(CLIENT)},
    {"of IPv6 too", "{\"execution_mode\":\"get\"}", "2001:db8::1", 200,
     SUCCESS("2001:db8::1")},
    {"other members do not matter",
     "{\"a\": [1], \"execution_mode\": \"get\", \"validation_hash\": 7}",
     CLIENT, 200, SUCCESS(CLIENT)},
    {"no mode", "{}", CLIENT, 400, BAD_MODE},
    {"an unknown one",
     "{\"execution_mode\":\"put\",\"validation_hash\":\"" A_HASH "\"}", CLIENT,
     400, BAD_MODE},
    {"one that is no text", "{\"execution_mode\":1}", CLIENT, 400, BAD_MODE},
    {"letter case counts", "{\"execution_mode\":\"GET\"}", CLIENT, 400,
     BAD_MODE},
    {"no body", "", CLIENT, 400, BAD_BODY},
    {"a form", "execution_mode=get", CLIENT, 400, BAD_BODY},
    {"no object", "[\"get\"]", CLIENT, 400, BAD_BODY},
    {"two modes", "{\"execution_mode\":\"get\",\"execution_mode\":\"set\"}",
     CLIENT, 400, BAD_BODY},
    {"no hash",
     "{\"execution_mode\":\"set\",\"ddns_hostname\":\"home.example.org\"}",
     CLIENT, 400, BAD_HASH},
    {"a short one",
     "{\"execution_mode\":\"set\",\"ddns_hostname\":\"home.example.org\","
     "\"validation_hash\":\"0eb3\"}",
     CLIENT, 400, BAD_HASH},
    {"one that is no text",
     "{\"execution_mode\":\"set\",\"ddns_hostname\":\"home.example.org\","
     "\"validation_hash\":7}",
     CLIENT, 400, BAD_HASH},
    {"a proxy that does not tell whose address to get",
     "{\"execution_mode\":\"get\"}", NULL, 400,
     FAIL("The proxy did not tell your address.")},
    {"and none to hash", "{\"execution_mode\":\"set\"}", NULL, 400,
     FAIL("The proxy did not tell your address.")},
};

static void assert_reply(const struct protocol_reply *reply, const char *label,
                         int status, const char *text)
{
    struct span said = reply_span(reply);

    if (!span_is(said, text) || reply->status != status ||
        strcmp(reply->type, "application/json") != 0 || reply->challenge ||
        (reply->retry_after_seconds > 0) != (status == 503))
        fail_msg("%s: %d %.*s", label, reply->status, (int)said.len, said.ptr);
}

static struct protocol_request request_of(const struct hostdb *hosts,
                                          const char *body, const char *client)
{
    /* The key of version 2, which is not asked for. */
    static const struct http_settings settings = {.api_key = "s3cret"};

    return (struct protocol_request){
        .body = span_from_string(body),
        .client = address_of(client),
        .hosts = hosts,
        .settings = &settings,
    };
}

static void test_what_is_answered_at_once(void **state)
{
    struct hostdb *hosts = csv_table(csv);

    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct protocol_request request =
            request_of(hosts, answers[i].body, answers[i].client);
        struct hash_call call;

        hash_call_parse(&call, &hash_v3_protocol, &request);
        assert_reply(&call.reply, answers[i].label, answers[i].status,
                     answers[i].text);
        if (call.verdict != PROTOCOL_ANSWERED || call.changes.count != 0)
            fail_msg("%s: %d", answers[i].label, (int)call.verdict);
    }
    hostdb_release(hosts);
}

static const struct {
    const char *label, *name, *client, *hashed, *token;
    bool opens;
    enum refusal refusal;
    const char *host; /* whose row it is, or that was claimed */
} sets[] = {
    {"the caller's own address", "home.example.org", CLIENT, "home.example.org",
     "t-home", true, REFUSAL_NONE, "home.example.org"},
    {"of IPv6", "home.example.org", "2001:db8::1", "home.example.org", "t-home",
     true, REFUSAL_NONE, "home.example.org"},
    {"a name is hashed as it is sent", "Home.Example.ORG.", CLIENT,
     "Home.Example.ORG.", "t-home", true, REFUSAL_NONE, "home.example.org"},
    {"without a dot of ours", "home.example.org", CLIENT, "home.example.org.",
     "t-home", false, REFUSAL_NONE, "home.example.org"},
    {"another host's token", "home.example.org", CLIENT, "home.example.org",
     "t-v4", false, REFUSAL_NONE, "home.example.org"},
    {"a host that does not exist", "none.example.org", CLIENT,
     "none.example.org", "t-home", false, REFUSAL_NONE, ""},
    {"no name", "", CLIENT, "", "t-home", false, REFUSAL_NONE, ""},
    {"a locked host", "locked.example.org", CLIENT, "locked.example.org",
     "t-locked", true, REFUSAL_LOCKED, "locked.example.org"},
    {"is not told to be", "locked.example.org", CLIENT, "locked.example.org",
     "wrong", false, REFUSAL_NONE, "locked.example.org"},
    {"the other record", "v4.example.org", "2001:db8::1", "v4.example.org",
     "t-v4", true, REFUSAL_OTHER_TYPE, "v4.example.org"},
    {"an internal address", "home.example.org", "10.0.0.7", "home.example.org",
     "t-home", true, REFUSAL_INTERNAL, "home.example.org"},
    {"of a host that may have it", "inner.example.org", "10.0.0.7",
     "inner.example.org", "t-inner", true, REFUSAL_NONE, "inner.example.org"},
};

static void test_what_is_set(void **state)
{
    struct hostdb *hosts = csv_table(csv);

    (void)state;
    for (size_t i = 0; i < COUNT(sets); i++) {
        char body[300], digits[VALIDATION_HASH_DIGITS + 1];
        const struct protocol_change *change;
        struct protocol_request request;
        struct hash_call call;
        struct span host;

        hash_of(sets[i].client, sets[i].hashed, sets[i].token, digits);
        snprintf(body, sizeof body,
                 "{\"execution_mode\":\"set\", \"ddns_hostname\":\"%s\", "
                 "\"validation_hash\":\"%s\"}",
                 sets[i].name, digits);
        request = request_of(hosts, body, sets[i].client);
        hash_call_parse(&call, &hash_v3_protocol, &request);
        change = &call.changes.list[0];
        if (call.verdict !=
                (sets[i].opens ? PROTOCOL_CHANGES : PROTOCOL_DENIED) ||
            call.changes.count != sets[i].opens)
            fail_msg("%s: %d", sets[i].label, (int)call.verdict);
        if (!sets[i].opens)
            assert_reply(&call.reply, sets[i].label, 401, MISMATCH);
        else if (change->refusal != sets[i].refusal ||
                 !address_equal(&change->address, &request.client))
            fail_msg("%s: %d", sets[i].label, (int)change->refusal);
        host = sets[i].opens ? change->host.name : call.claimed;
        if (!span_is(host, sets[i].host))
            fail_msg("%s: %.*s", sets[i].label, (int)host.len, host.ptr);
    }
    hostdb_release(hosts);
}

/* From an address that was wrong too often. */
static void test_who_guessed_too_often_is_not_listened_to(void **state)
{
    static const struct {
        const char *label, *body;
        enum protocol_verdict verdict;
        int status;
        const char *text;
    } late[] = {
        {"any hash",
         "{\"execution_mode\":\"set\",\"ddns_hostname\":\"home.example.org\","
         "\"validation_hash\":\"" A_HASH "\"}",
         PROTOCOL_TURNED_AWAY, 429,
         FAIL("Too many wrong hashes came from your address, try again "
              "later.")},
        {"get guesses nothing", "{\"execution_mode\":\"get\"}",
         PROTOCOL_ANSWERED, 200, SUCCESS(CLIENT)},
    };
    struct hostdb *hosts = csv_table(csv);

    (void)state;
    for (size_t i = 0; i < COUNT(late); i++) {
        struct protocol_request request =
            request_of(hosts, late[i].body, CLIENT);
        struct login_gate gate = closed_gate(hosts, &request.client);
        struct hash_call call;

        request.gate = &gate;
        hash_call_parse(&call, &hash_v3_protocol, &request);
        assert_reply(&call.reply, late[i].label, late[i].status, late[i].text);
        assert_int_equal(call.verdict, late[i].verdict);
        assert_int_equal(call.changes.count, 0);
        guess_limit_free(gate.limit);
    }
    hostdb_release(hosts);
}

static const struct {
    const char *label;
    enum outcome outcome;
    enum refusal refusal;
    int status;
    const char *reason, *text;
} results[] = {
    {"accepted", OUTCOME_ACCEPTED, REFUSAL_NONE, 201, "Created",
     SUCCESS("home.example.org has been updated to " CLIENT)},
    {"unchanged", OUTCOME_UNCHANGED, REFUSAL_NONE, 200, "OK",
     SUCCESS("Your IP address matches the current Route53 DNS record.")},
    {"locked", OUTCOME_REFUSED, REFUSAL_LOCKED, 403, "Forbidden",
     FAIL("The record for home.example.org is locked, update denied.")},
    {"internal", OUTCOME_REFUSED, REFUSAL_INTERNAL, 403, "Forbidden",
     FAIL("DDB Permissions for home.example.org disallow internal IPs, update "
          "denied.")},
    {"the other record", OUTCOME_REFUSED, REFUSAL_OTHER_TYPE, 403, "Forbidden",
     FAIL("There was an issue finding or reading the DyanmoDB config item for "
          "home.example.org: A")},
    {"too often", OUTCOME_REFUSED, REFUSAL_TOO_OFTEN, 429, "Too Many Requests",
     FAIL("The record for home.example.org changes too often, update "
          "denied.")},
    {"refused by Route 53", OUTCOME_REFUSED, REFUSAL_NONE, 500,
     "Internal Server Error",
     FAIL("Route 53 does not take the record of home.example.org.")},
    {"without a zone", OUTCOME_NO_ZONE, REFUSAL_NONE, 500,
     "Internal Server Error", FAIL("No hosted zone holds home.example.org.")},
    {"out of reach", OUTCOME_UNAVAILABLE, REFUSAL_NONE, 503,
     "Service Unavailable",
     FAIL("The record of home.example.org cannot be set now, try again "
          "later.")},
    {"not in time", OUTCOME_EXPIRED, REFUSAL_NONE, 503, "Service Unavailable",
     FAIL("The record of home.example.org cannot be set now, try again "
          "later.")},
};

static struct protocol_result result_of(size_t i)
{
    return (struct protocol_result){
        .name = SPAN_LITERAL("home.example.org"),
        .refusal = results[i].refusal,
        .outcome = results[i].outcome,
        .address = address_of(CLIENT),
    };
}

static void test_what_is_said_of_an_outcome(void **state)
{
    struct protocol_reply reply;

    (void)state;
    for (size_t i = 0; i < COUNT(results); i++) {
        struct protocol_result result = result_of(i);

        protocol_reply_init(&reply);
        hash_v3_protocol.format(&result, 1, &reply);
        assert_reply(&reply, results[i].label, results[i].status,
                     results[i].text);
        assert_string_equal(reply.reason, results[i].reason);
    }
    protocol_reply_init(&reply);
    hash_v3_protocol.unavailable(&reply);
    assert_reply(&reply, "without a table", 503,
                 FAIL("Not possible now, try again later."));
}

static void test_without_memory_nothing_succeeds(void **state)
{
    static const char body[] = "{\"execution_mode\":\"get\"}";
    struct protocol_request request = request_of(NULL, body, CLIENT);
    struct protocol_result result = result_of(0);
    struct protocol_reply reply;
    struct hash_call call;

    (void)state;
    for (int count = 0; count < 3; count++) {
        failing_jansson_after(count);
        protocol_reply_init(&reply);
        hash_v3_protocol.format(&result, 1, &reply);
        assert_reply(&reply, "out of memory", 503,
                     FAIL("Not possible now, try again later."));
        failing_jansson_after(count);
        hash_call_parse(&call, &hash_v3_protocol, &request);
        assert_reply(&call.reply, "out of memory", 503,
                     FAIL("Not possible now, try again later."));
        failing_jansson_after(-1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_answered_at_once),
        cmocka_unit_test(test_what_is_set),
        cmocka_unit_test(test_who_guessed_too_often_is_not_listened_to),
        cmocka_unit_test(test_what_is_said_of_an_outcome),
        cmocka_unit_test(test_without_memory_nothing_succeeds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
