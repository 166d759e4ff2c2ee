#include "server/http/hash_claim.h"

#include "tests/unit/csv_table.h"
#include "tests/unit/hash_caller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const char csv[] = "hostname,token,record_type\n"
                          "both.example.org,t-both,\n"
                          "v4.example.org,t-v4,A\n"
                          "two.example.org,t-two-4,A\n"
                          "two.example.org,t-two-6,AAAA\n"
                          "same.example.org,t-same,AAAA\n"
                          "same.example.org,t-same,A\n";

static const struct {
    const char *label, *name, *token;
    enum address_family family;
    const char *opened;  /* its token; NULL: none */
    uint32_t row;        /* from 0 */
    const char *claimed; /* when none is opened */
} claims[] = {
    {"a host for both records", "both.example.org", "t-both", ADDRESS_IPV6,
     "t-both", 0, NULL},
    {"its name in another spelling", "Both.Example.ORG.", "t-both",
     ADDRESS_IPV4, "t-both", 0, NULL},
    {"another host's token", "both.example.org", "t-v4", ADDRESS_IPV4, NULL, 0,
     "both.example.org"},
    {"a host that is not there", "none.example.org", "t-both", ADDRESS_IPV4,
     NULL, 0, NULL},
    {"no host", "", "t-both", ADDRESS_IPV4, NULL, 0, NULL},
    {"the only row, for the other record", "v4.example.org", "t-v4",
     ADDRESS_IPV6, "t-v4", 1, NULL},
    {"of two rows, the one for A", "two.example.org", "t-two-4", ADDRESS_IPV4,
     "t-two-4", 2, NULL},
    {"the one for AAAA", "two.example.org", "t-two-6", ADDRESS_IPV6, "t-two-6",
     3, NULL},
    {"the one for A opens no more than itself", "two.example.org", "t-two-4",
     ADDRESS_IPV6, "t-two-4", 2, NULL},
    {"nor the one for AAAA", "two.example.org", "t-two-6", ADDRESS_IPV4,
     "t-two-6", 3, NULL},
    {"of two that both open, the one of the family", "same.example.org",
     "t-same", ADDRESS_IPV4, "t-same", 5, NULL},
    {"whichever comes first", "same.example.org", "t-same", ADDRESS_IPV6,
     "t-same", 4, NULL},
};

static void test_what_a_hash_opens(void **state)
{
    struct hostdb *hosts = csv_table(csv);
    struct protocol_request request = {.client = address_of("192.0.2.1"),
                                       .hosts = hosts};

    (void)state;
    for (size_t i = 0; i < COUNT(claims); i++) {
        struct hash_claim claim = {.name = span_from_string(claims[i].name)};
        struct host row = {.index = 77};
        struct span claimed = {"", 0};
        char digits[VALIDATION_HASH_DIGITS + 1];
        const char *name = claims[i].claimed;

        hash_of("192.0.2.1", claims[i].name, claims[i].token, digits);
        assert_true(
            validation_hash_parse(span_from_string(digits), &claim.hash));
        if (hash_claim_open(&claim, &request, claims[i].family, &row,
                            &claimed) != (claims[i].opened != NULL))
            fail_msg("%s", claims[i].label);
        if (claims[i].opened == NULL)
            assert_int_equal(row.index, 77);
        else if (!span_is(row.token, claims[i].opened) ||
                 row.index != claims[i].row)
            fail_msg("%s: another row", claims[i].label);
        if (!span_is(claimed, name == NULL ? "" : name))
            fail_msg("%s: %.*s", claims[i].label, (int)claimed.len,
                     claimed.ptr);
    }
    hostdb_release(hosts);
}

static const struct {
    const char *label, *row, *client, *address;
    bool allowed; /* by the server's own setting */
    enum refusal refusal;
} changes[] = {
    {"the caller's own address", ",,", "192.0.2.1", "192.0.2.1", false,
     REFUSAL_NONE},
    {"of either family", ",,", "2001:db8::1", "2001:db8::1", false,
     REFUSAL_NONE},
    {"another than the caller's", ",,", "192.0.2.1", "192.0.2.2", false,
     REFUSAL_NOT_OWN},
    {"of the other family", ",,", "192.0.2.1", "2001:db8::1", false,
     REFUSAL_NOT_OWN},
    {"an internal one", ",,", "192.0.2.1", "10.0.0.1", false, REFUSAL_INTERNAL},
    {"an internal one that is his own", ",,", "10.0.0.1", "10.0.0.1", false,
     REFUSAL_INTERNAL},
    {"whatever address, where the host may have it", ",true,", "192.0.2.1",
     "192.0.2.2", false, REFUSAL_NONE},
    {"an internal one there", ",true,", "192.0.2.1", "10.0.0.1", false,
     REFUSAL_NONE},
    {"an internal one where every host may", ",,", "192.0.2.1", "10.0.0.1",
     true, REFUSAL_NONE},
    {"but this one may not", ",false,", "192.0.2.1", "10.0.0.1", true,
     REFUSAL_INTERNAL},
    {"his own, where he may have no other", ",false,", "192.0.2.1", "192.0.2.1",
     false, REFUSAL_NONE},
    {"a locked host", ",,true", "192.0.2.1", "192.0.2.1", false,
     REFUSAL_LOCKED},
    {"is locked before it is internal", ",,true", "192.0.2.1", "10.0.0.1",
     false, REFUSAL_LOCKED},
    {"the other record than the row's", "AAAA,,", "192.0.2.1", "192.0.2.1",
     false, REFUSAL_OTHER_TYPE},
    {"comes before all", "AAAA,,true", "192.0.2.1", "10.0.0.1", false,
     REFUSAL_OTHER_TYPE},
    {"the row's record", "AAAA,true,", "192.0.2.1", "2001:db8::1", false,
     REFUSAL_NONE},
};

static void test_what_a_host_may_be_set_to(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(changes); i++) {
        char text[200];
        struct address address = address_of(changes[i].address);
        struct http_settings settings = {.allow_internal = changes[i].allowed};
        struct protocol_request request = {
            .client = address_of(changes[i].client), .settings = &settings};
        struct protocol_change change;
        struct hostdb *hosts;
        struct host row;

        snprintf(text, sizeof text,
                 "hostname,token,record_type,allow_internal,lock_record\n"
                 "a.example.org,t,%s\n",
                 changes[i].row);
        hosts = csv_table(text);
        row = hostdb_row(hosts, 0);
        change = hash_claim_change(&request, &row, &address);
        if (change.refusal != changes[i].refusal)
            fail_msg("%s: %d", changes[i].label, (int)change.refusal);
        assert_true(address_equal(&change.address, &address));
        assert_true(span_is(change.host.name, "a.example.org"));
        assert_int_equal(change.outcome, OUTCOME_OPEN);
        hostdb_release(hosts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_hash_opens),
        cmocka_unit_test(test_what_a_host_may_be_set_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
