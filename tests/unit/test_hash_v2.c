#include "server/http/hash_v2.h"

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
    "{\"return_message\": \"" words "\", \"return_status\": \"fail\"}"
#define SUCCESS(words)                                                         \
    "{\"return_message\": \"" words "\", \"return_status\": \"success\"}"
#define BAD_HASH                                                               \
    FAIL("You must pass a valid sha256 hash in the hash= argument.")
#define BAD_MODE                                                               \
    FAIL("You must pass mode=get, mode=set or mode=list_hosts arguments.")
#define MISMATCH FAIL("Validation hashes do not match.")
#define BAD_ADDRESS                                                            \
    FAIL("You must pass an IPv4 or IPv6 address in the internalIp= argument, " \
         "or leave it out.")

#define CLIENT "192.0.2.1"
#define A_HASH                                                                 \
    "2d4584795ea50777bd43433f9b10f3a9feaf6e9ad49a535b79923f56b538451d"

static const char csv[] =
    "hostname,token,record_type,allow_internal,lock_record,mac_address,"
    "read_privilege\n"
    "home.example.org,t-home,,,,,\n"
    "v4.example.org,t-v4,A,,,,\n"
    "two.example.org,t-4,A,,,,\n"
    "two.example.org,t-6,AAAA,,,,\n"
    "inner.example.org,t-inner,,true,,,\n"
    "locked.example.org,t-locked,,,true,,\n"
    "nas.example.org,t-group,A,,,51:6B:00:A6:F5:77,true\n"
    "tv.example.org,t-group,,,,51:6B:00:A6:F5:78,true\n"
    "quiet.example.org,t-group,,,,51:6B:00:A6:F5:79,\n";

static const struct {
    const char *label, *query, *client;
    const char *text;
} answers[] = {
    {"get tells the caller's address", "mode=get", CLIENT, SUCCESS(CLIENT)},
    {"of IPv6 too", "mode=get", "2001:db8::1", SUCCESS("2001:db8::1")},
    {"and needs nothing else", "x=1&mode=get&hostname=&hash=", CLIENT,
     SUCCESS(CLIENT)},
    {"no mode", "", CLIENT, BAD_MODE},
    {"an empty one", "mode=", CLIENT, BAD_MODE},
    {"an unknown one, whatever the hash", "mode=put&hash=" A_HASH, CLIENT,
     BAD_MODE},
    {"a long one", "mode=list_hostsandmore", CLIENT, BAD_MODE},
    {"letter case counts", "mode=GET", CLIENT, BAD_MODE},
    {"no hash", "mode=set&hostname=home.example.org.", CLIENT, BAD_HASH},
    {"an empty one", "mode=set&hostname=home.example.org.&hash=", CLIENT,
     BAD_HASH},
    {"a short one", "mode=set&hostname=home.example.org.&hash=2d45", CLIENT,
     BAD_HASH},
    {"a long one", "mode=set&hostname=home.example.org.&hash=" A_HASH "0",
     CLIENT, BAD_HASH},
    {"to list needs one, too", "mode=list_hosts&hostname=nas.example.org.",
     CLIENT, BAD_HASH},
    {"an internalIp that is none",
     "mode=set&hostname=home.example.org.&internalIp=here&hash=" A_HASH, CLIENT,
     BAD_ADDRESS},
    {"one of many numbers",
     "mode=set&hostname=home.example.org.&internalIp=1.2.3.4x&hash=" A_HASH,
     CLIENT, BAD_ADDRESS},
    {"one that is too long",
     "mode=set&hostname=home.example.org.&hash=" A_HASH
     "&internalIp=0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
     CLIENT, BAD_ADDRESS},
    {"a proxy that does not tell whose address to get", "mode=get", NULL,
     FAIL("The proxy did not tell your address.")},
    {"and none to hash", "mode=set&hostname=home.example.org.&hash=" A_HASH,
     NULL, FAIL("The proxy did not tell your address.")},
};

static void assert_reply(const struct protocol_reply *reply, const char *label,
                         const char *text)
{
    struct span said = reply_span(reply);

    if (!span_is(said, text) || reply->status != 200 ||
        strcmp(reply->reason, "OK") != 0 ||
        strcmp(reply->type, "application/json") != 0 || reply->challenge ||
        reply->retry_after_seconds != 0)
        fail_msg("%s: %d %.*s", label, reply->status, (int)said.len, said.ptr);
}

static struct protocol_request request_of(const struct hostdb *hosts,
                                          const char *query, const char *client)
{
    static const struct http_settings settings;

    return (struct protocol_request){
        .query = span_from_string(query),
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
            request_of(hosts, answers[i].query, answers[i].client);
        struct hash_call call;

        hash_call_parse(&call, &hash_v2_protocol, &request);
        assert_reply(&call.reply, answers[i].label, answers[i].text);
        if (call.verdict != PROTOCOL_ANSWERED || call.changes.count != 0)
            fail_msg("%s: %d", answers[i].label, (int)call.verdict);
        hash_call_clear(&call);
    }
    hostdb_release(hosts);
}

static const struct {
    const char *label, *name, *client, *hashed, *token, *more;
    const char *address; /* to be set; NULL: denied */
    enum refusal refusal;
    const char *host; /* whose row it is, or that was claimed */
} sets[] = {
    {"the caller's own address", "home.example.org.", CLIENT,
     "home.example.org.", "t-home", "", CLIENT, REFUSAL_NONE,
     "home.example.org"},
    {"of IPv6", "home.example.org.", "2001:db8::1", "home.example.org.",
     "t-home", "", "2001:db8::1", REFUSAL_NONE, "home.example.org"},
    {"a name without its dot is hashed with it", "home.example.org", CLIENT,
     "home.example.org.", "t-home", "", CLIENT, REFUSAL_NONE,
     "home.example.org"},
    {"a name is hashed as it is sent", "Home.Example.ORG", CLIENT,
     "Home.Example.ORG.", "t-home", "", CLIENT, REFUSAL_NONE,
     "home.example.org"},
    {"and not as it is kept", "Home.Example.ORG", CLIENT, "home.example.org.",
     "t-home", "", NULL, REFUSAL_NONE, "home.example.org"},
    {"nor without its dot", "home.example.org", CLIENT, "home.example.org",
     "t-home", "", NULL, REFUSAL_NONE, "home.example.org"},
    {"two dots are no name", "home.example.org..", CLIENT, "home.example.org..",
     "t-home", "", NULL, REFUSAL_NONE, ""},
    {"another host's token", "home.example.org.", CLIENT, "home.example.org.",
     "t-v4", "", NULL, REFUSAL_NONE, "home.example.org"},
    {"another host's name", "home.example.org.", CLIENT, "v4.example.org.",
     "t-home", "", NULL, REFUSAL_NONE, "home.example.org"},
    {"a host that does not exist", "none.example.org.", CLIENT,
     "none.example.org.", "t-home", "", NULL, REFUSAL_NONE, ""},
    {"no name", "", CLIENT, "", "t-home", "", NULL, REFUSAL_NONE, ""},
    {"an internalIp that is the caller's", "home.example.org.", CLIENT,
     "home.example.org.", "t-home", "&internalIp=" CLIENT, CLIENT, REFUSAL_NONE,
     "home.example.org"},
    {"an empty one is none", "home.example.org.", CLIENT, "home.example.org.",
     "t-home", "&internalIp=", CLIENT, REFUSAL_NONE, "home.example.org"},
    {"another one, of a host that may", "inner.example.org.", CLIENT,
     "inner.example.org.", "t-inner", "&internalIp=10.0.0.7", "10.0.0.7",
     REFUSAL_NONE, "inner.example.org"},
    {"of the other family", "inner.example.org.", CLIENT, "inner.example.org.",
     "t-inner", "&internalIp=fd00%3A%3A7", "fd00::7", REFUSAL_NONE,
     "inner.example.org"},
    {"of a host that may not", "home.example.org.", CLIENT, "home.example.org.",
     "t-home", "&internalIp=10.0.0.7", "10.0.0.7", REFUSAL_INTERNAL,
     "home.example.org"},
    {"not even if the world knows it", "home.example.org.", CLIENT,
     "home.example.org.", "t-home", "&internalIp=192.0.2.2", "192.0.2.2",
     REFUSAL_NOT_OWN, "home.example.org"},
    {"who has not proven himself is not told", "home.example.org.", CLIENT,
     "home.example.org.", "wrong", "&internalIp=10.0.0.7", NULL, REFUSAL_NONE,
     "home.example.org"},
    {"the hash is of the caller's address", "inner.example.org.", "10.0.0.7",
     "inner.example.org.", "t-inner", "", "10.0.0.7", REFUSAL_NONE,
     "inner.example.org"},
    {"a locked host", "locked.example.org.", CLIENT, "locked.example.org.",
     "t-locked", "", CLIENT, REFUSAL_LOCKED, "locked.example.org"},
    {"is not told to be", "locked.example.org.", CLIENT, "locked.example.org.",
     "wrong", "", NULL, REFUSAL_NONE, "locked.example.org"},
    {"the other record", "v4.example.org.", "2001:db8::1", "v4.example.org.",
     "t-v4", "", "2001:db8::1", REFUSAL_OTHER_TYPE, "v4.example.org"},
    {"is not told to be missing", "v4.example.org.", "2001:db8::1",
     "v4.example.org.", "wrong", "", NULL, REFUSAL_NONE, "v4.example.org"},
    {"each record has its token", "two.example.org.", CLIENT,
     "two.example.org.", "t-4", "", CLIENT, REFUSAL_NONE, "two.example.org"},
    {"which opens no other", "two.example.org.", CLIENT, "two.example.org.",
     "t-6", "", CLIENT, REFUSAL_OTHER_TYPE, "two.example.org"},
};

static void test_what_is_set(void **state)
{
    struct hostdb *hosts = csv_table(csv);

    (void)state;
    for (size_t i = 0; i < COUNT(sets); i++) {
        char query[300], digits[VALIDATION_HASH_DIGITS + 1];
        bool opens = sets[i].address != NULL;
        const struct protocol_change *change;
        struct protocol_request request;
        struct hash_call call;
        struct address wanted;
        struct span host;

        hash_of(sets[i].client, sets[i].hashed, sets[i].token, digits);
        snprintf(query, sizeof query, "mode=set&hostname=%s&hash=%s%s",
                 sets[i].name, digits, sets[i].more);
        request = request_of(hosts, query, sets[i].client);
        hash_call_parse(&call, &hash_v2_protocol, &request);
        change = &call.changes.list[0];
        wanted = address_of(sets[i].address);
        if (call.verdict != (opens ? PROTOCOL_CHANGES : PROTOCOL_DENIED) ||
            call.changes.count != opens)
            fail_msg("%s: %d", sets[i].label, (int)call.verdict);
        if (!opens)
            assert_reply(&call.reply, sets[i].label, MISMATCH);
        else if (change->refusal != sets[i].refusal ||
                 !address_equal(&change->address, &wanted))
            fail_msg("%s: %d", sets[i].label, (int)change->refusal);
        host = opens ? change->host.name : call.claimed;
        if (!span_is(host, sets[i].host))
            fail_msg("%s: %.*s", sets[i].label, (int)host.len, host.ptr);
        hash_call_clear(&call);
    }
    hostdb_release(hosts);
}

static void test_a_name_too_long_for_any_host_is_none(void **state)
{
    char name[400], query[600];
    struct hostdb *hosts = csv_table(csv);

    (void)state;
    for (int len = 252; len <= 260; len++) {
        struct protocol_request request;
        struct hash_call call;

        memset(name, 'n', sizeof name);
        snprintf(query, sizeof query, "mode=set&hash=" A_HASH "&hostname=%.*s",
                 len, name);
        request = request_of(hosts, query, CLIENT);
        hash_call_parse(&call, &hash_v2_protocol, &request);
        assert_int_equal(call.verdict, PROTOCOL_DENIED);
        assert_reply(&call.reply, query, MISMATCH);
    }
    hostdb_release(hosts);
}

#define GROUP                                                                  \
    "{\"return_message\": "                                                    \
    "[{\"record_type\": \"A\", \"hostname\": \"nas.example.org.\", "           \
    "\"mac_address\": \"51:6B:00:A6:F5:77\"}, "                                \
    "{\"record_type\": \"A\", \"hostname\": \"tv.example.org.\", "             \
    "\"mac_address\": \"51:6B:00:A6:F5:78\"}, "                                \
    "{\"record_type\": \"AAAA\", \"hostname\": \"tv.example.org.\", "          \
    "\"mac_address\": \"51:6B:00:A6:F5:78\"}], "                               \
    "\"return_status\": \"success\"}"

static const struct {
    const char *label, *name, *client, *token, *text;
    enum protocol_verdict verdict;
} lists[] = {
    {"a group", "nas.example.org.", CLIENT, "t-group", GROUP,
     PROTOCOL_ANSWERED},
    {"by any of its hosts, from any network", "tv.example.org.", "2001:db8::1",
     "t-group", GROUP, PROTOCOL_ANSWERED},
    {"the record does not matter", "nas.example.org.", "2001:db8::1", "t-group",
     GROUP, PROTOCOL_ANSWERED},
    {"by none that may not", "quiet.example.org.", CLIENT, "t-group",
     FAIL("record lacks read permissions"), PROTOCOL_ANSWERED},
    {"who has not proven himself is not told", "quiet.example.org.", CLIENT,
     "wrong", MISMATCH, PROTOCOL_DENIED},
    {"of none that is not there", "none.example.org.", CLIENT, "t-group",
     MISMATCH, PROTOCOL_DENIED},
};

static void test_which_hosts_are_listed(void **state)
{
    struct hostdb *hosts = csv_table(csv);

    (void)state;
    for (size_t i = 0; i < COUNT(lists); i++) {
        char query[300], digits[VALIDATION_HASH_DIGITS + 1];
        struct protocol_request request;
        struct hash_call call;

        hash_of(lists[i].client, lists[i].name, lists[i].token, digits);
        snprintf(query, sizeof query, "mode=list_hosts&hostname=%s&hash=%s",
                 lists[i].name, digits);
        request = request_of(hosts, query, lists[i].client);
        hash_call_parse(&call, &hash_v2_protocol, &request);
        assert_reply(&call.reply, lists[i].label, lists[i].text);
        assert_int_equal(call.verdict, lists[i].verdict);
        hash_call_clear(&call);
    }
    hostdb_release(hosts);
}

static void test_too_many_hosts_are_not_listed(void **state)
{
    static char text[100000], query[200];
    char digits[VALIDATION_HASH_DIGITS + 1];
    struct protocol_request request;
    struct hash_call call;
    struct hostdb *hosts;
    int len = snprintf(text, sizeof text, "hostname,token,read_privilege\n");

    (void)state;
    for (int i = 0; i < 1001; i++)
        len += snprintf(text + len, sizeof text - (size_t)len,
                        "h%d.example.org,t,true\n", i);
    hosts = csv_table(text);
    hash_of(CLIENT, "h0.example.org.", "t", digits);
    snprintf(query, sizeof query,
             "mode=list_hosts&hostname=h0.example.org&hash=%s", digits);
    request = request_of(hosts, query, CLIENT);
    hash_call_parse(&call, &hash_v2_protocol, &request);
    assert_reply(&call.reply, "1,001 rows",
                 FAIL("There are too many hosts to be listed."));
    hash_call_clear(&call);
    hostdb_release(hosts);
}

static void test_a_key_may_be_asked_for(void **state)
{
    static const struct {
        const char *key;
        enum protocol_verdict verdict;
    } keys[] = {
        {"s3cret", PROTOCOL_ANSWERED},
        {"wrong!", PROTOCOL_DENIED},
        {"", PROTOCOL_UNAUTHENTICATED},
    };
    static const struct http_settings settings = {.api_key = "s3cret"};
    struct hostdb *hosts = csv_table(csv);

    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++) {
        struct protocol_request request = request_of(hosts, "mode=get", CLIENT);
        struct hash_call call;

        request.settings = &settings;
        request.api_key = span_from_string(keys[i].key);
        hash_call_parse(&call, &hash_v2_protocol, &request);
        assert_int_equal(call.verdict, keys[i].verdict);
        assert_int_equal(call.reply.status, i == 0 ? 200 : 403);
        assert_string_equal(call.reply.type, "application/json");
        if (i > 0)
            assert_true(span_is(reply_span(&call.reply),
                                "{\"message\":\"Forbidden\"}"));
    }
    hostdb_release(hosts);
}

/* From an address that was wrong too often. */
static void test_who_guessed_too_often_is_not_listened_to(void **state)
{
    static const struct http_settings keyless, keyed = {.api_key = "s3cret"};
    static const struct {
        const char *label, *query, *key;
        const struct http_settings *settings;
        enum protocol_verdict verdict;
    } late[] = {
        {"a hash", "mode=set&hostname=home.example.org&hash=" A_HASH, "",
         &keyless, PROTOCOL_TURNED_AWAY},
        {"for a list too",
         "mode=list_hosts&hostname=nas.example.org&hash=" A_HASH, "", &keyless,
         PROTOCOL_TURNED_AWAY},
        {"get guesses nothing", "mode=get", "", &keyless, PROTOCOL_ANSWERED},
        {"nor does a key that nobody asks for", "mode=get", "s3cret", &keyless,
         PROTOCOL_ANSWERED},
        {"but one that is asked for does", "mode=get", "s3cret", &keyed,
         PROTOCOL_TURNED_AWAY},
        {"unless it is not there", "mode=get", "", &keyed,
         PROTOCOL_UNAUTHENTICATED},
    };
    struct hostdb *hosts = csv_table(csv);

    (void)state;
    for (size_t i = 0; i < COUNT(late); i++) {
        struct protocol_request request =
            request_of(hosts, late[i].query, CLIENT);
        struct login_gate gate = closed_gate(hosts, &request.client);
        struct hash_call call;

        request.settings = late[i].settings;
        request.api_key = span_from_string(late[i].key);
        request.gate = &gate;
        hash_call_parse(&call, &hash_v2_protocol, &request);
        if (call.verdict != late[i].verdict ||
            (call.reply.status == 429) !=
                (late[i].verdict == PROTOCOL_TURNED_AWAY))
            fail_msg("%s: %d %d", late[i].label, (int)call.verdict,
                     call.reply.status);
        if (call.verdict == PROTOCOL_TURNED_AWAY)
            assert_true(span_is(
                reply_span(&call.reply),
                FAIL("Too many wrong hashes came from your address, try again "
                     "later.")));
        guess_limit_free(gate.limit);
    }
    hostdb_release(hosts);
}

static const struct {
    const char *label;
    enum outcome outcome;
    enum refusal refusal;
    const char *address, *text;
} results[] = {
    {"accepted", OUTCOME_ACCEPTED, REFUSAL_NONE, CLIENT,
     SUCCESS("Your hostname record home.example.org. has been set to " CLIENT)},
    {"of IPv6", OUTCOME_ACCEPTED, REFUSAL_NONE, "2001:db8::1",
     SUCCESS("Your hostname record home.example.org. has been set to "
             "2001:db8::1")},
    {"unchanged", OUTCOME_UNCHANGED, REFUSAL_NONE, CLIENT,
     SUCCESS("Your IP address matches the current Route53 DNS record.")},
    {"locked", OUTCOME_REFUSED, REFUSAL_LOCKED, CLIENT,
     FAIL("The record for home.example.org. is locked, update denied.")},
    {"refused by Route 53", OUTCOME_REFUSED, REFUSAL_NONE, CLIENT,
     FAIL("Route 53 does not take the record of home.example.org..")},
    {"without a zone", OUTCOME_NO_ZONE, REFUSAL_NONE, CLIENT,
     FAIL("No hosted zone holds home.example.org..")},
    {"out of reach", OUTCOME_UNAVAILABLE, REFUSAL_NONE, CLIENT,
     FAIL("The record of home.example.org. cannot be set now, try again "
          "later.")},
    {"not in time", OUTCOME_EXPIRED, REFUSAL_NONE, CLIENT,
     FAIL("The record of home.example.org. cannot be set now, try again "
          "later.")},
};

static struct protocol_result result_of(size_t i)
{
    return (struct protocol_result){
        .name = SPAN_LITERAL("home.example.org"),
        .refusal = results[i].refusal,
        .outcome = results[i].outcome,
        .address = address_of(results[i].address),
    };
}

static void test_what_is_said_of_an_outcome(void **state)
{
    struct protocol_reply reply;

    (void)state;
    for (size_t i = 0; i < COUNT(results); i++) {
        struct protocol_result result = result_of(i);

        protocol_reply_init(&reply);
        hash_v2_protocol.format(&result, 1, &reply);
        assert_reply(&reply, results[i].label, results[i].text);
    }
    protocol_reply_init(&reply);
    hash_v2_protocol.unavailable(&reply);
    assert_reply(&reply, "without a table",
                 FAIL("Not possible now, try again later."));
}

static void test_without_memory_nothing_succeeds(void **state)
{
    struct protocol_result result = result_of(0);
    struct protocol_reply reply;

    (void)state;
    for (int count = 0; count < 3; count++) {
        failing_jansson_after(count);
        protocol_reply_init(&reply);
        hash_v2_protocol.format(&result, 1, &reply);
        failing_jansson_after(-1);
        assert_reply(&reply, "out of memory",
                     FAIL("Not possible now, try again later."));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_answered_at_once),
        cmocka_unit_test(test_what_is_set),
        cmocka_unit_test(test_a_name_too_long_for_any_host_is_none),
        cmocka_unit_test(test_which_hosts_are_listed),
        cmocka_unit_test(test_too_many_hosts_are_not_listed),
        cmocka_unit_test(test_a_key_may_be_asked_for),
        cmocka_unit_test(test_who_guessed_too_often_is_not_listened_to),
        cmocka_unit_test(test_what_is_said_of_an_outcome),
        cmocka_unit_test(test_without_memory_nothing_succeeds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
