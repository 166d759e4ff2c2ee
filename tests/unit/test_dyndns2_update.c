#include "server/http/dyndns2_update.h"

#include "base/dns_name.h"
#include "tests/unit/closed_gate.h"
#include "tests/unit/csv_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* Logins are "NAME:t", in base64. */
#define HOME "Basic aG9tZS5leGFtcGxlLm9yZzp0"
#define ALICE "Basic YWxpY2U6dA=="
#define BOB "Basic Ym9iOnQ="

static const char table[] =
    "hostname,token,user,record_type,lock_record,allow_internal,ipv6_suffix\n"
    "home.example.org,t,,,,,\n"
    "nas.example.org,t,alice,,,,::5\n"
    "four.example.org,t,alice,A,,,\n"
    "pair.example.org,t,alice,A,,,\n"
    "pair.example.org,t,alice,AAAA,true,,\n"
    "locked.example.org,t,alice,,true,,\n"
    "lan.example.org,t,alice,,,true,\n"
    "wan.example.org,t,alice,,,false,\n"
    "*.w.example.org,t,alice,,,,\n"
    "only.example.org,t,bob,,,,\n";

/* --- what is asked for ---------------------------------------------------------
 *
 * A change is written as LINE:HOST=ADDRESS, with !REFUSAL behind it if there is
 * one, or as LINE:HOST=kept.
 */

static void write_changes(const struct protocol_changes *changes, char *out,
                          size_t size)
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < changes->count; i++) {
        const struct protocol_change *change = &changes->list[i];
        char text[ADDRESS_TEXT_MAX];

        address_format(&change->address, text);
        if (change->outcome == OUTCOME_UNCHANGED)
            strcpy(text, "kept");
        len += (size_t)snprintf(out + len, size - len, "%s%u:%.*s=%s",
                                i == 0 ? "" : " ", change->line,
                                (int)change->host.name.len,
                                change->host.name.ptr, text);
        if (change->refusal != REFUSAL_NONE)
            len += (size_t)snprintf(out + len, size - len, "!%d",
                                    (int)change->refusal);
        assert_true(len < size);
    }
}

_Static_assert(REFUSAL_NOT_A_NAME == 1 && REFUSAL_NOT_LISTED == 2 &&
                   REFUSAL_LOCKED == 3 && REFUSAL_OTHER_TYPE == 4 &&
                   REFUSAL_NOT_AN_ADDRESS == 5 && REFUSAL_INTERNAL == 8 &&
                   REFUSAL_SUFFIX == 9,
               "the numbers in the rows below");

static const struct {
    const char *label, *authorization, *query, *form;
    bool allow_internal;
    const char *changes;
} requests[] = {
    {"without a hostname the login is the host", HOME, "", "", false,
     "0:home.example.org=192.0.2.9"},
    {"an empty hostname is none", HOME, "hostname=", "", false,
     "0:home.example.org=192.0.2.9"},
    {"a blank one is none", HOME, "hostname=+", "", false,
     "0:home.example.org=192.0.2.9"},
    {"of a user, the only host is", BOB, "", "", false,
     "0:only.example.org=192.0.2.9"},
    {"a user of several has to say which", ALICE, "", "", false, "0:=-!1"},
    {"a hostname", HOME, "hostname=home.example.org", "", false,
     "0:home.example.org=192.0.2.9"},
    {"letter case, a dot and blanks do not matter", HOME,
     "hostname=+Home.Example.ORG.+", "", false, "0:home.example.org=192.0.2.9"},
    {"it may stand in a form", HOME, "", "hostname=home.example.org", false,
     "0:home.example.org=192.0.2.9"},
    {"several, in the order asked", ALICE,
     "hostname=nas.example.org,four.example.org&myip=192.0.2.1", "", false,
     "0:nas.example.org=192.0.2.1 1:four.example.org=192.0.2.1"},
    {"the same twice has two lines", HOME,
     "hostname=home.example.org,home.example.org", "", false,
     "0:home.example.org=192.0.2.9 1:home.example.org=192.0.2.9"},
    {"both families of each", ALICE,
     "hostname=nas.example.org,lan.example.org&myip=192.0.2.1,2001:db8::1", "",
     false,
     "0:nas.example.org=192.0.2.1 0:nas.example.org=2001:db8::1 "
     "1:lan.example.org=192.0.2.1 1:lan.example.org=2001:db8::1"},
    {"a wildcard is a host", ALICE, "hostname=*.w.example.org", "", false,
     "0:*.w.example.org=192.0.2.9"},
    {"but does not stand for others", ALICE, "hostname=x.w.example.org", "",
     false, "0:=-!2"},
    {"a host that is not the login's", HOME, "hostname=nas.example.org", "",
     false, "0:=-!2"},
    {"one that opens another does not exist", HOME,
     "hostname=home.example.org,nas.example.org,x.example.org", "", false,
     "0:home.example.org=192.0.2.9 1:=-!2 2:=-!2"},
    {"what cannot be a name", HOME, "hostname=home,-a.b,a..b,,x%00.example.org",
     "", false, "0:=-!1 1:=-!1 2:=-!1 3:=-!1 4:=-!1"},
    {"a comma at the end is no host", HOME, "hostname=home.example.org,", "",
     false, "0:home.example.org=192.0.2.9"},
    {"what is no address is refused for each host", ALICE,
     "hostname=nas.example.org,x.example.org&myip=rubbish", "", false,
     "0:nas.example.org=-!5 1:=-!2"},
    {"the other type", ALICE, "hostname=four.example.org&myip=2001:db8::1", "",
     false, "0:four.example.org=2001:db8::1!4"},
    {"of both families the other type alone", ALICE,
     "hostname=four.example.org&myip=2001:db8::1,192.0.2.1", "", false,
     "0:four.example.org=192.0.2.1 0:four.example.org=2001:db8::1!4"},
    {"a locked host", ALICE, "hostname=locked.example.org", "", false,
     "0:locked.example.org=192.0.2.9!3"},
    {"each type has its row", ALICE,
     "hostname=pair.example.org&myip=2001:db8::1,192.0.2.1", "", false,
     "0:pair.example.org=192.0.2.1 0:pair.example.org=2001:db8::1!3"},
    {"an internal address", HOME, "myip=10.0.0.1", "", false,
     "0:home.example.org=10.0.0.1!8"},
    {"where they are allowed", HOME, "myip=10.0.0.1", "", true,
     "0:home.example.org=10.0.0.1"},
    {"by the host's own row", ALICE, "hostname=lan.example.org&myip=fd00::1",
     "", false, "0:lan.example.org=fd00::1"},
    {"which may forbid it", ALICE, "hostname=wan.example.org&myip=fd00::1", "",
     true, "0:wan.example.org=fd00::1!8"},
    {"a prefix reaches hosts with a suffix", ALICE,
     "hostname=nas.example.org,lan.example.org&myip=192.0.2.1"
     "&ip6lanprefix=2001:db8:0:1::/64",
     "", false,
     "0:nas.example.org=192.0.2.1 0:nas.example.org=2001:db8:0:1::5 "
     "1:lan.example.org=192.0.2.1"},
    {"unless it is too long", ALICE,
     "hostname=nas.example.org&myip=192.0.2.1&ip6lanprefix=2001:db8::/126", "",
     false, "0:nas.example.org=192.0.2.1 0:nas.example.org=2001:db8::!9"},
    {"what is to be kept is a change to nothing", HOME,
     "myip=preserve&myipv6=preserve", "", false, "0:home.example.org=kept"},
    {"what dyndns2 has beside", HOME,
     "system=dyndns&hostname=home.example.org&myip=192.0.2.1&wildcard=ON"
     "&mx=mail.example.org&backmx=YES&offline=YES&url=x&unknown",
     "", false, "0:home.example.org=192.0.2.1"},
};

static struct protocol_request request_of(const struct hostdb *hosts,
                                          const struct http_settings *settings,
                                          const char *authorization,
                                          const char *query, const char *form)
{
    return (struct protocol_request){
        .query = span_from_string(query),
        .form = span_from_string(form),
        .authorization = span_from_string(authorization),
        .client = {ADDRESS_IPV4, {192, 0, 2, 9}},
        .hosts = hosts,
        .settings = settings,
    };
}

static void test_what_a_request_asks_for(void **state)
{
    struct hostdb *hosts = csv_table(table);

    (void)state;
    for (size_t i = 0; i < COUNT(requests); i++) {
        struct http_settings settings = {.allow_internal =
                                             requests[i].allow_internal};
        struct protocol_request request =
            request_of(hosts, &settings, requests[i].authorization,
                       requests[i].query, requests[i].form);
        struct protocol_changes changes = {.count = 0};
        struct protocol_reply reply;
        struct span claimed = {NULL, 0};
        char text[512];

        protocol_reply_init(&reply);
        if (nic_update_protocol.parse(&request, &changes, &claimed, &reply) !=
            PROTOCOL_CHANGES)
            fail_msg("%s: no changes", requests[i].label);
        write_changes(&changes, text, sizeof text);
        if (strcmp(text, requests[i].changes) != 0)
            fail_msg("%s: %s", requests[i].label, text);
    }
    hostdb_release(hosts);
}

/* --- how many -------------------------------------------------------------------
 */

static enum protocol_verdict ask_for(size_t hosts_asked, const char *name,
                                     struct protocol_changes *changes,
                                     struct protocol_reply *reply)
{
    struct hostdb *hosts = csv_table(table);
    struct http_settings settings = {.allow_internal = false};
    char query[8192] = "myip=192.0.2.1,2001:db8::1&hostname=";
    struct protocol_request request;
    struct span claimed;
    enum protocol_verdict verdict;

    for (size_t i = 0; i < hosts_asked; i++)
        strcat(strcat(query, i == 0 ? "" : ","), name);
    request = request_of(hosts, &settings, ALICE, query, "");
    changes->count = 0;
    protocol_reply_init(reply);
    verdict = nic_update_protocol.parse(&request, changes, &claimed, reply);
    hostdb_release(hosts);
    return verdict;
}

static void test_twenty_hosts_at_most(void **state)
{
    struct protocol_changes changes;
    struct protocol_reply reply;

    (void)state;
    assert_int_equal(ask_for(20, "nas.example.org", &changes, &reply),
                     PROTOCOL_CHANGES);
    assert_int_equal(changes.count, 40);
    assert_int_equal(changes.list[39].line, 19);
    assert_int_equal(ask_for(21, "nas.example.org", &changes, &reply),
                     PROTOCOL_ANSWERED);
    assert_true(span_is(span_from(reply.text, reply.text_len), "numhost\n"));
    assert_int_equal(reply.status, 200);
    assert_false(reply.challenge);
    assert_int_equal(ask_for(500, "nas.example.org", &changes, &reply),
                     PROTOCOL_ANSWERED);
}

static void test_twenty_names_of_any_length(void **state)
{
    struct protocol_changes changes;
    struct protocol_reply reply;
    char name[DNS_NAME_MAX + 2];

    (void)state;
    for (size_t i = 0; i < DNS_NAME_MAX; i++)
        name[i] = i % 4 == 3 ? '.' : 'a';
    strcpy(name + DNS_NAME_MAX, "."); /* one trailing dot */
    assert_int_equal(ask_for(20, name, &changes, &reply), PROTOCOL_CHANGES);
    assert_int_equal(changes.count, 20);
    assert_int_equal(changes.list[19].refusal, REFUSAL_NOT_LISTED);
}

/* --- who may --------------------------------------------------------------------
 */

static const struct {
    const char *label, *authorization;
    enum protocol_verdict verdict;
    const char *claimed;
} strangers[] = {
    {"nobody", "", PROTOCOL_UNAUTHENTICATED, ""},
    {"what holds no credentials", "Basic rubbish", PROTOCOL_DENIED, ""},
    /* printf 'Home.example.org:wrong' | base64 */
    {"a wrong token", "Basic SG9tZS5leGFtcGxlLm9yZzp3cm9uZw==", PROTOCOL_DENIED,
     "home.example.org"},
    /* printf 'x.example.org:t' | base64 */
    {"an unknown host", "Basic eC5leGFtcGxlLm9yZzp0", PROTOCOL_DENIED, ""},
};

static void test_who_is_turned_away(void **state)
{
    struct hostdb *hosts = csv_table(table);
    struct http_settings settings = {.allow_internal = false};

    (void)state;
    for (size_t i = 0; i < COUNT(strangers); i++) {
        struct protocol_request request =
            request_of(hosts, &settings, strangers[i].authorization,
                       "hostname=locked.example.org,x,home.example.org", "");
        struct protocol_changes changes = {.count = 0};
        struct protocol_reply reply;
        struct span claimed = {NULL, 0};

        protocol_reply_init(&reply);
        if (register_ip_protocol.parse(&request, &changes, &claimed, &reply) !=
                strangers[i].verdict ||
            !span_is(claimed, strangers[i].claimed))
            fail_msg("%s", strangers[i].label);
        assert_int_equal(reply.status, 401);
        assert_true(reply.challenge);
        assert_true(
            span_is(span_from(reply.text, reply.text_len), "badauth\n"));
    }
    hostdb_release(hosts);
}

/* From an address that was wrong too often. */
static const struct {
    const char *label, *authorization;
    enum protocol_verdict verdict;
    int status;
    const char *text;
} late_guesses[] = {
    {"the right token", HOME, PROTOCOL_TURNED_AWAY, 429, "abuse\n"},
    {"of a user", ALICE, PROTOCOL_TURNED_AWAY, 429, "abuse\n"},
    {"what holds no credentials", "Basic rubbish", PROTOCOL_TURNED_AWAY, 429,
     "abuse\n"},
    {"who shows none guesses nothing", "", PROTOCOL_UNAUTHENTICATED, 401,
     "badauth\n"},
};

static void test_who_guessed_too_often_is_not_listened_to(void **state)
{
    struct hostdb *hosts = csv_table(table);
    struct http_settings settings = {.allow_internal = false};

    (void)state;
    for (size_t i = 0; i < COUNT(late_guesses); i++) {
        struct protocol_request request =
            request_of(hosts, &settings, late_guesses[i].authorization, "", "");
        struct login_gate gate = closed_gate(hosts, &request.client);
        struct protocol_changes changes = {.count = 0};
        struct protocol_reply reply;
        struct span claimed = {NULL, 0};

        request.gate = &gate;
        protocol_reply_init(&reply);
        if (nic_update_protocol.parse(&request, &changes, &claimed, &reply) !=
                late_guesses[i].verdict ||
            reply.status != late_guesses[i].status ||
            !span_is(span_from(reply.text, reply.text_len),
                     late_guesses[i].text))
            fail_msg("%s", late_guesses[i].label);
        assert_int_equal(reply.challenge, reply.status == 401);
        assert_int_equal(claimed.len, 0);
        guess_limit_free(gate.limit);
    }
    hostdb_release(hosts);
}

/* --- the two protocols ------------------------------------------------------------
 */

static void test_911_has_the_protocols_status(void **state)
{
    struct protocol_result expired = {.outcome = OUTCOME_EXPIRED};
    struct protocol_reply replies[4];

    (void)state;
    for (size_t i = 0; i < COUNT(replies); i++)
        protocol_reply_init(&replies[i]);
    nic_update_protocol.format(&expired, 1, &replies[0]);
    nic_update_protocol.unavailable(&replies[1]);
    register_ip_protocol.format(&expired, 1, &replies[2]);
    register_ip_protocol.unavailable(&replies[3]);
    for (size_t i = 0; i < COUNT(replies); i++) {
        assert_true(
            span_is(span_from(replies[i].text, replies[i].text_len), "911\n"));
        assert_int_equal(replies[i].status, i < 2 ? 200 : 503);
        assert_int_equal(replies[i].retry_after_seconds > 0, i >= 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_request_asks_for),
        cmocka_unit_test(test_twenty_hosts_at_most),
        cmocka_unit_test(test_twenty_names_of_any_length),
        cmocka_unit_test(test_who_is_turned_away),
        cmocka_unit_test(test_who_guessed_too_often_is_not_listened_to),
        cmocka_unit_test(test_911_has_the_protocols_status),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
