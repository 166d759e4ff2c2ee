#include "server/http/wanted_addresses.h"

#include "tests/unit/csv_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define V4 "192.0.2.9"
#define V6 "2001:db8::9"

static const struct {
    const char *label, *query, *form, *client;
    const char *ipv4, *ipv6; /* NULL: left alone */
    enum refusal refusal;
} cases[] = {
    {"the client's address", "", "", V4, V4, NULL, REFUSAL_NONE},
    {"of either family", "", "", V6, NULL, V6, REFUSAL_NONE},
    {"myip counts more", "myip=192.0.2.1", "", V4, "192.0.2.1", NULL,
     REFUSAL_NONE},
    {"and leaves the client's family alone if it is the other one",
     "myip=2001:db8::1", "", V4, NULL, "2001:db8::1", REFUSAL_NONE},
    {"it may be encoded", "myip=2001%3adb8%3A%3a1", "", V4, NULL, "2001:db8::1",
     REFUSAL_NONE},
    {"it may stand in a form", "", "myip=192.0.2.1", V4, "192.0.2.1", NULL,
     REFUSAL_NONE},
    {"the query counts more than the form", "myip=192.0.2.1", "myip=192.0.2.2",
     V4, "192.0.2.1", NULL, REFUSAL_NONE},
    {"an empty one is none", "myip=", "", V4, V4, NULL, REFUSAL_NONE},
    {"so is a blank one", "myip=%20", "", V4, V4, NULL, REFUSAL_NONE},
    {"so is a comma", "myip=,", "", V4, V4, NULL, REFUSAL_NONE},
    {"both families", "myip=192.0.2.1,2001:db8::1", "", V4, "192.0.2.1",
     "2001:db8::1", REFUSAL_NONE},
    {"in either order", "myip=2001:db8::1,192.0.2.1", "", V4, "192.0.2.1",
     "2001:db8::1", REFUSAL_NONE},
    {"with an encoded comma", "myip=192.0.2.1%2C2001:db8::1", "", V4,
     "192.0.2.1", "2001:db8::1", REFUSAL_NONE},
    {"blanks around do not matter", "myip=+192.0.2.1+,+2001:db8::1+", "", V4,
     "192.0.2.1", "2001:db8::1", REFUSAL_NONE},
    {"a family that a router does not have is empty", "myip=192.0.2.1,", "", V4,
     "192.0.2.1", NULL, REFUSAL_NONE},
    {"the other one, too", "myip=,2001:db8::1", "", V4, NULL, "2001:db8::1",
     REFUSAL_NONE},
    {"one parameter each", "myip=192.0.2.1&myipv6=2001:db8::1", "", V4,
     "192.0.2.1", "2001:db8::1", REFUSAL_NONE},
    {"myipv6 alone leaves IPv4 alone", "myipv6=2001:db8::1", "", V4, NULL,
     "2001:db8::1", REFUSAL_NONE},
    {"two empty ones are none", "myip=&myipv6=", "", V4, V4, NULL,
     REFUSAL_NONE},
    {"an IPv4-mapped address is an IPv4 address", "myip=::ffff:192.0.2.1", "",
     V6, "192.0.2.1", NULL, REFUSAL_NONE},
    {"a prefix's length is dropped", "myip=2001:db8::1/64,192.0.2.1/24", "", V4,
     "192.0.2.1", "2001:db8::1", REFUSAL_NONE},
    {"the same address twice is one", "myip=192.0.2.1,192.0.2.1", "", V4,
     "192.0.2.1", NULL, REFUSAL_NONE},
    {"two are one too many", "myip=192.0.2.1,192.0.2.2", "", V4, NULL, NULL,
     REFUSAL_TWO_ADDRESSES},
    {"in two parameters as well", "myip=2001:db8::1&myipv6=2001:db8::2", "", V4,
     NULL, NULL, REFUSAL_TWO_ADDRESSES},
    {"preserve keeps IPv4", "myip=preserve", "", V4, NULL, NULL, REFUSAL_NONE},
    {"and lets the client's IPv6 through", "myip=preserve", "", V6, NULL, V6,
     REFUSAL_NONE},
    {"preserve keeps IPv6", "myipv6=preserve", "", V6, NULL, NULL,
     REFUSAL_NONE},
    {"and lets the client's IPv4 through", "myipv6=preserve", "", V4, V4, NULL,
     REFUSAL_NONE},
    {"it has no letter case", "myip=PRESERVE&myipv6=2001:db8::1", "", V4, NULL,
     "2001:db8::1", REFUSAL_NONE},
    {"both", "myip=preserve&myipv6=preserve", "", V4, NULL, NULL, REFUSAL_NONE},
    {"it outdoes an address", "myip=192.0.2.1,2001:db8::1&myipv6=preserve", "",
     V4, "192.0.2.1", NULL, REFUSAL_NONE},
    {"a name is no address", "myip=home.example.org", "", V4, NULL, NULL,
     REFUSAL_NOT_AN_ADDRESS},
    {"one of two is none", "myip=192.0.2.1,home", "", V4, NULL, NULL,
     REFUSAL_NOT_AN_ADDRESS},
    {"a length that is none", "myip=192.0.2.1/x", "", V4, NULL, NULL,
     REFUSAL_NOT_AN_ADDRESS},
    {"no length", "myip=192.0.2.1/", "", V4, NULL, NULL,
     REFUSAL_NOT_AN_ADDRESS},
    {"a length too long", "myip=192.0.2.1/33", "", V4, NULL, NULL,
     REFUSAL_NOT_AN_ADDRESS},
    {"a length without an address", "myip=/64", "", V4, NULL, NULL,
     REFUSAL_NOT_AN_ADDRESS},
    {"a port", "myip=192.0.2.1:80", "", V4, NULL, NULL, REFUSAL_NOT_AN_ADDRESS},
    {"a proxy that is silent", "", "", NULL, NULL, NULL,
     REFUSAL_UNKNOWN_ADDRESS},
    {"is no obstacle to myip", "myip=192.0.2.1", "", NULL, "192.0.2.1", NULL,
     REFUSAL_NONE},
};

static struct address address(const char *text)
{
    struct address parsed = {.family = ADDRESS_NONE};

    if (text != NULL && !address_parse(span_from_string(text), &parsed))
        fail_msg("the test's own address is none: %s", text);
    return parsed;
}

static bool is_same(const struct address *a, const char *text)
{
    struct address wanted = address(text);

    return a->family == wanted.family &&
           (a->family == ADDRESS_NONE || address_equal(a, &wanted));
}

static void test_which_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct address client = address(cases[i].client);
        struct wanted_addresses wanted;

        wanted_addresses_read(&wanted, span_from_string(cases[i].query),
                              span_from_string(cases[i].form), &client);
        if (wanted.refusal != cases[i].refusal)
            fail_msg("%s: refusal %d", cases[i].label, (int)wanted.refusal);
        if (wanted.refusal == REFUSAL_NONE &&
            (!is_same(&wanted.ipv4, cases[i].ipv4) ||
             !is_same(&wanted.ipv6, cases[i].ipv6)))
            fail_msg("%s: other addresses", cases[i].label);
    }
}

static void test_a_list_without_end_is_none(void **state)
{
    struct address client = address(V4);
    struct wanted_addresses wanted;
    char query[1024] = "myip=";

    (void)state;
    memset(query + strlen(query), ',', sizeof query - strlen(query) - 1);
    wanted_addresses_read(&wanted, span_from_string(query), span_from("", 0),
                          &client);
    assert_int_equal(wanted.refusal, REFUSAL_NOT_AN_ADDRESS);
}

/* --- prefix and suffix ---------------------------------------------------------- */

static const struct {
    const char *label, *query, *suffix; /* "": none */
    const char *ipv6;                   /* NULL: none */
    enum refusal refusal;
} joins[] = {
    {"both make the address", "myip6prefix=2001:db8:0:1::/64",
     "::1234:5678:9abc:def0", "2001:db8:0:1:1234:5678:9abc:def0", REFUSAL_NONE},
    {"FRITZ!Box's name for it", "ip6lanprefix=2001:db8:0:1::/64", "::1",
     "2001:db8:0:1::1", REFUSAL_NONE},
    {"a network has 64 bits", "myip6prefix=2001:db8:0:1::", "::1",
     "2001:db8:0:1::1", REFUSAL_NONE},
    {"an address of the network is as good", "myip6prefix=2001:db8:0:1::7/64",
     "::1", "2001:db8:0:1::1", REFUSAL_NONE},
    {"a shorter prefix leaves room for a subnet",
     "myip6prefix=2001:db8:0:100::/56", "::42:0:0:0:1", "2001:db8:0:142::1",
     REFUSAL_NONE},
    {"which a longer one does not", "myip6prefix=2001:db8:0:100::/64",
     "::42:0:0:0:1", NULL, REFUSAL_SUFFIX},
    {"a prefix may end within a byte", "myip6prefix=2001:db8:0:1ff::/60", "::1",
     "2001:db8:0:1f0::1", REFUSAL_NONE},
    {"the suffix counts more than an address",
     "myip=2001:db8::9&myip6prefix=2001:db8:0:1::/64", "::1", "2001:db8:0:1::1",
     REFUSAL_NONE},
    {"without a prefix the address counts", "myip=2001:db8::9", "::1",
     "2001:db8::9", REFUSAL_NONE},
    {"a router without IPv6 tells nothing",
     "myip=192.0.2.1&myip6prefix=", "::1", NULL, REFUSAL_NONE},
    {"without a suffix the address counts",
     "myip=2001:db8::9&myip6prefix=2001:db8:0:1::/64", "", "2001:db8::9",
     REFUSAL_NONE},
    {"without either there is none", "myip6prefix=2001:db8:0:1::/64", "", NULL,
     REFUSAL_NONE},
    {"what is to be kept is kept",
     "myipv6=preserve&myip6prefix=2001:db8:0:1::/64", "::1", NULL,
     REFUSAL_NONE},
};

static struct hostdb *table_with_suffix(const char *suffix)
{
    char text[256];

    snprintf(text, sizeof text,
             "hostname,token,ipv6_suffix\nhome.example.org,t,%s\n", suffix);
    return csv_table(text);
}

static void test_prefix_and_suffix(void **state)
{
    struct address client = address(V4);

    (void)state;
    for (size_t i = 0; i < COUNT(joins); i++) {
        struct hostdb *hosts = table_with_suffix(joins[i].suffix);
        struct host row = hostdb_row(hosts, 0);
        struct wanted_addresses wanted;
        struct address ipv6;
        enum refusal refusal;

        wanted_addresses_read(&wanted, span_from_string(joins[i].query),
                              span_from("", 0), &client);
        assert_int_equal(wanted.refusal, REFUSAL_NONE);
        refusal = wanted_addresses_ipv6(&wanted, &row, &ipv6);
        if (refusal != joins[i].refusal)
            fail_msg("%s: refusal %d", joins[i].label, (int)refusal);
        if (refusal == REFUSAL_NONE && !is_same(&ipv6, joins[i].ipv6))
            fail_msg("%s: another address", joins[i].label);
        hostdb_release(hosts);
    }
}

static void test_what_is_no_prefix(void **state)
{
    static const char *const queries[] = {
        "myip6prefix=home", "myip6prefix=192.0.2.0/24",
        "myip6prefix=2001:db8::/129", "ip6lanprefix=/64"};
    struct address client = address(V4);

    (void)state;
    for (size_t i = 0; i < COUNT(queries); i++) {
        struct wanted_addresses wanted;

        wanted_addresses_read(&wanted, span_from_string(queries[i]),
                              span_from("", 0), &client);
        if (wanted.refusal != REFUSAL_NOT_AN_ADDRESS)
            fail_msg("%s: refusal %d", queries[i], (int)wanted.refusal);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_addresses),
        cmocka_unit_test(test_a_list_without_end_is_none),
        cmocka_unit_test(test_prefix_and_suffix),
        cmocka_unit_test(test_what_is_no_prefix),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
