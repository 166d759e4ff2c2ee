#include "cli/dns_records.h"
#include "aws/route53.h"
#include "base/clock.h"
#include "cli/patient_call.h"
#include "cli/stop.h"
#include "cli/zone_calls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* --- Route 53, and time ---------------------------------------------------------- */

static struct aws_reply reply; /* of every call */
static struct rrset_found standing;
static char asked[300]; /* the last call */
static int listings, looks, in_sync_at_look;
static int64_t now, pauses;
static bool is_stopped;

int64_t __wrap_clock_now_ms(void);
bool __wrap_stop_is_asked(void);
void __wrap_stop_pause_ms(int64_t ms);
enum status __wrap_patient_call_run(struct patient_call *call,
                                    struct aws_client *client,
                                    struct retry_quota *quota);
enum status __wrap_zone_calls_list(struct aws_client *client,
                                   struct retry_quota *quota,
                                   struct zone_lookup *zones,
                                   struct aws_reply *out);
enum status __wrap_route53_find_rrset(struct aws_client *client,
                                      struct span zone_id, struct span name,
                                      enum rrset_type type, long timeout_ms,
                                      route53_found_fn *done, void *arg);
enum status __wrap_route53_upsert(struct aws_client *client,
                                  struct span zone_id,
                                  const struct rrset *rrsets, size_t count,
                                  long timeout_ms, route53_done_fn *done,
                                  void *arg);
enum status __wrap_route53_get_change(struct aws_client *client,
                                      struct span change_id, long timeout_ms,
                                      route53_change_fn *done, void *arg);

int64_t __wrap_clock_now_ms(void)
{
    return now;
}

bool __wrap_stop_is_asked(void)
{
    return is_stopped;
}

void __wrap_stop_pause_ms(int64_t ms)
{
    assert_true(ms > 0);
    now += ms;
    pauses++;
}

enum status __wrap_patient_call_run(struct patient_call *call,
                                    struct aws_client *client,
                                    struct retry_quota *quota)
{
    assert_non_null(quota);
    assert_int_equal(call->submit(client, call), STATUS_OK);
    assert_true(call->done);
    return call->reply.status;
}

/* Two zones share a name. */
static const struct hosted_zone zones[] = {
    {{"ZORG", 4}, {"example.org", 11}, false},
    {{"ZSUB", 4}, {"sub.example.org", 15}, false},
    {{"ZTWO", 4}, {"example.net", 11}, false},
    {{"ZTOO", 4}, {"example.net", 11}, false},
    {{"ZOWN", 4}, {"example.com", 11}, true},
};

enum status __wrap_zone_calls_list(struct aws_client *client,
                                   struct retry_quota *quota,
                                   struct zone_lookup *lookup,
                                   struct aws_reply *out)
{
    (void)client;
    assert_non_null(quota);
    listings++;
    for (size_t i = 0; i < COUNT(zones); i++)
        assert_int_equal(zone_lookup_add(lookup, &zones[i]), STATUS_OK);
    *out = reply;
    return reply.status;
}

enum status __wrap_route53_find_rrset(struct aws_client *client,
                                      struct span zone_id, struct span name,
                                      enum rrset_type type, long timeout_ms,
                                      route53_found_fn *done, void *arg)
{
    (void)client;
    assert_true(timeout_ms > 0);
    snprintf(asked, sizeof asked, "%.*s %.*s %s", (int)zone_id.len, zone_id.ptr,
             (int)name.len, name.ptr, rrset_type_name(type));
    done(arg, &reply, &standing);
    return STATUS_OK;
}

enum status __wrap_route53_upsert(struct aws_client *client,
                                  struct span zone_id,
                                  const struct rrset *rrsets, size_t count,
                                  long timeout_ms, route53_done_fn *done,
                                  void *arg)
{
    (void)client;
    assert_true(timeout_ms > 0);
    snprintf(asked, sizeof asked, "%.*s %zu %.*s", (int)zone_id.len,
             zone_id.ptr, count, (int)rrsets[0].name.len, rrsets[0].name.ptr);
    done(arg, &reply);
    return STATUS_OK;
}

enum status __wrap_route53_get_change(struct aws_client *client,
                                      struct span change_id, long timeout_ms,
                                      route53_change_fn *done, void *arg)
{
    (void)client;
    assert_true(timeout_ms > 0);
    snprintf(asked, sizeof asked, "%.*s", (int)change_id.len, change_id.ptr);
    looks++;
    done(arg, &reply, looks == in_sync_at_look);
    return STATUS_OK;
}

/* --- what is asked of them -------------------------------------------------------- */

static struct dns_records *records;
static struct strbuf fault;

static int begin(void **state)
{
    (void)state;
    reply = (struct aws_reply){.status = STATUS_OK, .condition = AWS_WELL};
    standing = (struct rrset_found){.presence = RRSET_SIMPLE, .ttl = 77};
    asked[0] = '\0';
    listings = looks = in_sync_at_look = 0;
    now = 1000;
    pauses = 0;
    is_stopped = false;
    strbuf_init(&fault, 4096);
    records = dns_records_new(NULL, 3);
    return records == NULL;
}

static int end(void **state)
{
    (void)state;
    dns_records_free(records);
    strbuf_clear(&fault);
    return 0;
}

static void fail_with(enum status status, enum aws_condition condition)
{
    reply = (struct aws_reply){.status = status,
                               .condition = condition,
                               .code = "Code",
                               .message = "AWS's words"};
}

static enum status find_zone(const char *name, char id[ROUTE53_ID_MAX + 1])
{
    strbuf_rewind(&fault);
    return dns_records_find_zone(records, span_from_string(name), id, &fault);
}

#define NOWHERE                                                                \
    "it is in no public hosted zone of this AWS account that can be told by "  \
    "its name\ntwo zones have one name: example.net (ZTOO, ZTWO); choose "     \
    "with "                                                                    \
    "--zone ID"

static const struct {
    const char *label, *name, *id;
} names[] = {
    {"the zone that a name is within", "home.example.org", "ZORG"},
    {"a zone itself", "example.org", "ZORG"},
    {"of two the longer", "home.sub.example.org", "ZSUB"},
    {"none has it", "home.example.edu", NULL},
    {"two have it: nobody can tell which", "home.example.net", NULL},
    {"a private zone is none", "home.example.com", NULL},
};

static void test_zones_are_found_by_the_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        char id[ROUTE53_ID_MAX + 1] = "";
        enum status status = find_zone(names[i].name, id);

        if (status != (names[i].id == NULL ? STATUS_NOT_FOUND : STATUS_OK) ||
            strcmp(id, names[i].id == NULL ? "" : names[i].id) != 0)
            fail_msg("%s: %s", names[i].label, id);
        assert_string_equal(strbuf_string(&fault),
                            names[i].id == NULL ? NOWHERE : "");
    }
}

static void test_zones_are_read_once_until_they_are_forgotten(void **state)
{
    char id[ROUTE53_ID_MAX + 1];

    (void)state;
    for (int round = 1; round <= 3; round++) {
        for (int i = 0; i < 3; i++)
            assert_int_equal(find_zone("example.org", id), STATUS_OK);
        assert_int_equal(listings, round);
        assert_int_equal(find_zone("example.edu", id), STATUS_NOT_FOUND);
        assert_string_equal(strbuf_string(&fault), NOWHERE);
        dns_records_forget_zones(records);
    }
}

static void test_a_listing_that_fails_is_read_again(void **state)
{
    char id[ROUTE53_ID_MAX + 1];

    (void)state;
    fail_with(STATUS_UNAVAILABLE, AWS_UNREACHABLE);
    assert_int_equal(find_zone("example.org", id), STATUS_UNAVAILABLE);
    assert_string_equal(strbuf_string(&fault),
                        "cannot list the hosted zones: Code: AWS's words");
    reply.status = STATUS_OK;
    assert_int_equal(find_zone("example.org", id), STATUS_OK);
    assert_int_equal(listings, 2);
}

static void test_who_has_too_many_zones_is_to_name_one(void **state)
{
    char id[ROUTE53_ID_MAX + 1];

    (void)state;
    fail_with(STATUS_FULL, AWS_WELL);
    assert_int_equal(find_zone("example.org", id), STATUS_FULL);
    assert_string_equal(strbuf_string(&fault),
                        "AWS's words: name the one with --zone");
}

/* --- records ----------------------------------------------------------------------- */

static const struct rrset wanted[] = {
    {{"home.example.org", 16}, RRSET_A, 300, {"192.0.2.1", 9}},
    {{"b.example.org", 13}, RRSET_A, 300, {"192.0.2.1", 9}},
};

static enum status find(struct rrset_found *found)
{
    return dns_records_find(records, "ZORG", wanted[0].name, RRSET_AAAA, found,
                            &fault);
}

static enum status upsert(char change_id[ROUTE53_ID_MAX + 1])
{
    return dns_records_upsert(records, "ZORG", wanted, COUNT(wanted), change_id,
                              &fault);
}

static enum status await(uint32_t seconds)
{
    return dns_records_wait(records, "C1", seconds, &fault);
}

static void test_a_record_is_what_route_53_says(void **state)
{
    struct rrset_found found;

    (void)state;
    assert_int_equal(find(&found), STATUS_OK);
    assert_string_equal(asked, "ZORG home.example.org AAAA");
    assert_int_equal(found.presence, RRSET_SIMPLE);
    assert_int_equal(found.ttl, 77);
    assert_int_equal(fault.len, 0);
}

static void test_a_change_is_of_all_records_and_has_an_id(void **state)
{
    char id[ROUTE53_ID_MAX + 1];

    (void)state;
    strcpy(reply.change_id, "C1");
    assert_int_equal(upsert(id), STATUS_OK);
    assert_string_equal(asked, "ZORG 2 home.example.org");
    assert_string_equal(id, "C1");
    assert_int_equal(fault.len, 0);
}

enum what { FIND_ZONE, FIND, UPSERT, WAIT };

static const struct {
    enum what what;
    enum aws_condition condition;
    const char *fault;
} faults[] = {
    {FIND_ZONE, AWS_DENIED,
     "cannot list the hosted zones: Code: AWS's words\nthe credentials need "
     "route53:ListHostedZones, or name the zone with --zone"},
    {FIND, AWS_FAILING, "cannot read the record: Code: AWS's words"},
    {FIND, AWS_DENIED,
     "cannot read the record: Code: AWS's words\nthe credentials need "
     "route53:ListResourceRecordSets on the hosted zone"},
    {UPSERT, AWS_WELL, "cannot change the record: Code: AWS's words"},
    {UPSERT, AWS_DENIED,
     "cannot change the record: Code: AWS's words\nthe credentials need "
     "route53:ChangeResourceRecordSets on the hosted zone"},
    {UPSERT, AWS_CLOCK_SKEWED,
     "cannot change the record: Code: AWS's words\nset this machine's clock: "
     "AWS refuses signatures that are some minutes off"},
    {WAIT, AWS_DENIED,
     "cannot ask how far the change is: Code: AWS's words\nthe credentials "
     "need route53:GetChange"},
};

static void test_what_fails_is_told_with_what_helps(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(faults); i++) {
        struct rrset_found found;
        char id[ROUTE53_ID_MAX + 1];
        enum status status;

        strbuf_rewind(&fault);
        fail_with(STATUS_DENIED, faults[i].condition);
        status = faults[i].what == FIND_ZONE ? find_zone("example.org", id)
                 : faults[i].what == FIND    ? find(&found)
                 : faults[i].what == UPSERT  ? upsert(id)
                                             : await(9);
        assert_int_equal(status, STATUS_DENIED);
        assert_string_equal(strbuf_string(&fault), faults[i].fault);
    }
}

/* --- whether all say so -------------------------------------------------------------- */

static const struct {
    const char *label;
    int in_sync_at_look; /* 0: never */
    uint32_t seconds;
    int looks;
    int64_t took_ms;
} waits[] = {
    {"a change that has arrived already", 1, 9, 1, 0},
    {"one that takes a while is looked at less and less often", 6, 300, 6,
     1000 + 2000 + 4000 + 8000 + 15000},
    {"one that has not arrived in time is looked at once more then", 0, 10, 5,
     10000},
    {"who would not wait looks once", 0, 0, 1, 0},
    {"one that arrives at the last look has arrived", 5, 10, 5, 10000},
};

static void test_a_change_is_waited_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(waits); i++) {
        bool arrives = waits[i].in_sync_at_look > 0;
        enum status status;

        strbuf_rewind(&fault);
        now = 1000;
        looks = 0;
        in_sync_at_look = waits[i].in_sync_at_look;
        status = await(waits[i].seconds);
        assert_string_equal(asked, "C1");
        if (status != (arrives ? STATUS_OK : STATUS_UNAVAILABLE) ||
            looks != waits[i].looks || now - 1000 != waits[i].took_ms ||
            (fault.len == 0) != arrives)
            fail_msg("%s: %d looks, %lld ms", waits[i].label, looks,
                     (long long)(now - 1000));
    }
}

static void test_how_long_it_was_waited_for_is_told(void **state)
{
    (void)state;
    assert_int_equal(await(10), STATUS_UNAVAILABLE);
    assert_string_equal(strbuf_string(&fault),
                        "the change is accepted, but after 10 seconds it is "
                        "still PENDING; there is nothing to do but wait");
}

static void test_who_is_to_stop_waits_no_longer(void **state)
{
    (void)state;
    is_stopped = true;
    assert_int_equal(await(300), STATUS_UNAVAILABLE);
    assert_int_equal(looks, 1);
    assert_int_equal(pauses, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
        TEST(test_zones_are_found_by_the_name),
        TEST(test_zones_are_read_once_until_they_are_forgotten),
        TEST(test_a_listing_that_fails_is_read_again),
        TEST(test_who_has_too_many_zones_is_to_name_one),
        TEST(test_a_record_is_what_route_53_says),
        TEST(test_a_change_is_of_all_records_and_has_an_id),
        TEST(test_what_fails_is_told_with_what_helps),
        TEST(test_a_change_is_waited_for),
        TEST(test_how_long_it_was_waited_for_is_told),
        TEST(test_who_is_to_stop_waits_no_longer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
