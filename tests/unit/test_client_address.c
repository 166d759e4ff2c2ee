#include "server/http/client_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct address address(const char *text)
{
    struct address parsed;

    if (!address_parse(span_from_string(text), &parsed))
        fail_msg("the test's own address is none: %s", text);
    return parsed;
}

static struct cidr block(const char *text)
{
    struct cidr parsed;

    if (!cidr_parse(span_from_string(text), &parsed))
        fail_msg("the test's own block is none: %s", text);
    return parsed;
}

#define NOBODY "-"

/* The proxies are 10.0.0.0/8, 203.0.113.7 and 2001:db8:aaaa::/48. */
static const struct {
    const char *label, *peer;
    const char *headers[3]; /* NULL: no more */
    const char *client;
} cases[] = {
    /* A peer that nobody trusts is the client, whatever it says. */
    {"no proxy: the peer", "198.51.100.7", {NULL}, "198.51.100.7"},
    {"a stranger's header is not believed",
     "198.51.100.7",
     {"192.0.2.9"},
     "198.51.100.7"},
    {"nor when it claims to be a proxy",
     "198.51.100.7",
     {"192.0.2.9, 10.0.0.1"},
     "198.51.100.7"},
    {"nor when it is garbage", "198.51.100.7", {"home-router"}, "198.51.100.7"},
    {"nor when there are two",
     "198.51.100.7",
     {"192.0.2.9", "192.0.2.10"},
     "198.51.100.7"},
    {"a neighbour of a trusted address is a stranger",
     "203.0.113.8",
     {"192.0.2.9"},
     "203.0.113.8"},
    {"no peer is no client", NOBODY, {"192.0.2.9"}, NOBODY},

    /* One trusted proxy. */
    {"a trusted peer that says nothing is not the client",
     "10.0.0.1",
     {NULL},
     NOBODY},
    {"nor is one with a public address", "203.0.113.7", {NULL}, NOBODY},
    {"nor an IPv6 one", "2001:db8:aaaa::1", {NULL}, NOBODY},
    {"nor a mapped one", "::ffff:10.0.0.1", {NULL}, NOBODY},
    {"the one element", "10.0.0.1", {"192.0.2.9"}, "192.0.2.9"},
    {"the router appends the real client last",
     "10.0.0.1",
     {"198.51.100.66, 192.0.2.9"},
     "192.0.2.9"},
    {"a forged proxy address further left is never looked at",
     "10.0.0.1",
     {"10.0.0.2, 192.0.2.9"},
     "192.0.2.9"},
    {"a long forged list is never looked at",
     "10.0.0.1",
     {"1.1.1.1, 2.2.2.2, 10.0.0.3, 10.0.0.4, 192.0.2.9"},
     "192.0.2.9"},
    {"garbage further left is never looked at",
     "10.0.0.1",
     {"<script>, , unknown, 192.0.2.9"},
     "192.0.2.9"},
    {"an IPv6 client", "10.0.0.1", {"2001:db8::9"}, "2001:db8::9"},
    {"an IPv6 proxy", "2001:db8:aaaa::1", {"192.0.2.9"}, "192.0.2.9"},
    {"a mapped peer is its IPv4 address",
     "::ffff:10.0.0.1",
     {"192.0.2.9"},
     "192.0.2.9"},
    {"a mapped stranger is a stranger",
     "::ffff:198.51.100.7",
     {"192.0.2.9"},
     "198.51.100.7"},
    {"a mapped element is its IPv4 address",
     "10.0.0.1",
     {"::ffff:192.0.2.9"},
     "192.0.2.9"},
    {"no blanks", "10.0.0.1", {"198.51.100.66,192.0.2.9"}, "192.0.2.9"},
    {"many blanks and tabs",
     "10.0.0.1",
     {" \t198.51.100.66 ,\t 192.0.2.9 \t"},
     "192.0.2.9"},
    {"an internal client is told as it is: others judge",
     "10.0.0.1",
     {"192.168.1.2"},
     "192.168.1.2"},

    /* A chain of them. */
    {"through two trusted proxies",
     "10.0.0.1",
     {"192.0.2.9, 203.0.113.7"},
     "192.0.2.9"},
    {"through three of both families",
     "10.0.0.1",
     {"192.0.2.9, 2001:db8:aaaa::2, 203.0.113.7"},
     "192.0.2.9"},
    {"the first stranger from the right ends the chain",
     "10.0.0.1",
     {"192.0.2.9, 198.51.100.66, 203.0.113.7"},
     "198.51.100.66"},
    {"a trusted address to the left of a stranger widens nothing",
     "10.0.0.1",
     {"192.0.2.9, 203.0.113.7, 198.51.100.66"},
     "198.51.100.66"},
    {"trusted to the very end: the one furthest left did not tell",
     "10.0.0.1",
     {"10.0.0.3, 10.0.0.2"},
     NOBODY},
    {"a trusted element alone did not tell either",
     "10.0.0.1",
     {"203.0.113.7"},
     NOBODY},
    {"a proxy that names itself", "10.0.0.1", {"10.0.0.1"}, NOBODY},
    {"a mapped proxy in the chain is its IPv4 address",
     "10.0.0.1",
     {"192.0.2.9, ::ffff:10.0.0.2"},
     "192.0.2.9"},

    /* What had to be believed is no address: nobody is. */
    {"garbage is refused, never guessed", "10.0.0.1", {"home-router"}, NOBODY},
    {"garbage last, an address before it",
     "10.0.0.1",
     {"192.0.2.9, unknown"},
     NOBODY},
    {"garbage behind a trusted proxy",
     "10.0.0.1",
     {"192.0.2.9, unknown, 203.0.113.7"},
     NOBODY},
    {"an obfuscated identifier", "10.0.0.1", {"_hidden"}, NOBODY},
    {"a port behind IPv4", "10.0.0.1", {"192.0.2.9:4711"}, NOBODY},
    {"brackets around IPv6", "10.0.0.1", {"[2001:db8::9]"}, NOBODY},
    {"brackets and a port", "10.0.0.1", {"[2001:db8::9]:4711"}, NOBODY},
    {"a zone id", "10.0.0.1", {"fe80::9%eth0"}, NOBODY},
    {"quotes", "10.0.0.1", {"\"192.0.2.9\""}, NOBODY},
    {"RFC 7239's form", "10.0.0.1", {"for=192.0.2.9"}, NOBODY},
    {"blanks in place of a comma",
     "10.0.0.1",
     {"192.0.2.9 192.0.2.10"},
     NOBODY},
    {"a semicolon in place of a comma",
     "10.0.0.1",
     {"192.0.2.9;192.0.2.10"},
     NOBODY},
    {"an octal look-alike", "10.0.0.1", {"192.0.2.09"}, NOBODY},
    {"a block", "10.0.0.1", {"192.0.2.0/24"}, NOBODY},
    {"a line feed inside", "10.0.0.1", {"192.0.2.9\n"}, NOBODY},
    {"an empty last element", "10.0.0.1", {"192.0.2.9,"}, NOBODY},
    {"a blank last element", "10.0.0.1", {"192.0.2.9, "}, NOBODY},
    {"only a comma", "10.0.0.1", {","}, NOBODY},
    {"an empty element in the middle of a chain",
     "10.0.0.1",
     {"192.0.2.9,,10.0.0.2"},
     NOBODY},
    {"a blank element in the middle of a chain",
     "10.0.0.1",
     {"192.0.2.9, ,10.0.0.2"},
     NOBODY},
    {"an empty element at the end of a chain",
     "10.0.0.1",
     {",10.0.0.2"},
     NOBODY},
    {"a blank one there", "10.0.0.1", {" , 10.0.0.2"}, NOBODY},
    {"an empty header", "10.0.0.1", {""}, NOBODY},
    {"a blank header", "10.0.0.1", {" \t "}, NOBODY},

    /* Several headers: nobody knows which one the proxy wrote to. */
    {"two headers", "10.0.0.1", {"192.0.2.9", "192.0.2.10"}, NOBODY},
    {"two headers that agree", "10.0.0.1", {"192.0.2.9", "192.0.2.9"}, NOBODY},
    {"two headers, one of them empty", "10.0.0.1", {"192.0.2.9", ""}, NOBODY},
    {"two headers, the empty one first", "10.0.0.1", {"", "192.0.2.9"}, NOBODY},
    {"three headers",
     "10.0.0.1",
     {"192.0.2.9", "192.0.2.10", "192.0.2.11"},
     NOBODY},
};

static size_t headers_of(const char *const texts[3], struct span headers[3])
{
    size_t count = 0;

    while (count < 3 && texts[count] != NULL) {
        headers[count] = span_from_string(texts[count]);
        count++;
    }
    return count;
}

static void test_client_address(void **state)
{
    struct cidr blocks[] = {block("10.0.0.0/8"), block("203.0.113.7"),
                            block("2001:db8:aaaa::/48")};
    struct proxy_list proxies = {blocks, COUNT(blocks)};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct address peer = {.family = ADDRESS_NONE}, client;
        struct span headers[3];
        size_t count = headers_of(cases[i].headers, headers);
        char text[ADDRESS_TEXT_MAX];

        if (strcmp(cases[i].peer, NOBODY) != 0)
            peer = address(cases[i].peer);
        client = client_address(&peer, headers, count, &proxies);
        address_format(&client, text);
        if (strcmp(text, cases[i].client) != 0)
            fail_msg("%s: got %s", cases[i].label, text);
    }
}

static void test_without_trusted_proxies_nobody_is_believed(void **state)
{
    struct proxy_list nobody = {NULL, 0};
    struct address peer = address("10.0.0.1"), client;
    struct span header = span_from_string("192.0.2.9");

    (void)state;
    client = client_address(&peer, &header, 1, &nobody);
    assert_true(address_equal(&client, &peer));
    assert_false(proxy_list_contains(&nobody, &peer));
}

/* "0.0.0.0/0" makes a proxy of every IPv4 address, so that no client is left:
 * better than to believe what callers write. */
static void test_whoever_trusts_everybody_has_no_clients(void **state)
{
    struct cidr everybody = block("0.0.0.0/0");
    struct proxy_list proxies = {&everybody, 1};
    struct address peer = address("198.51.100.7"), client;
    struct span header = span_from_string("192.0.2.9, 192.0.2.10");

    (void)state;
    client = client_address(&peer, &header, 1, &proxies);
    assert_int_equal(client.family, ADDRESS_NONE);
    peer = address("2001:db8::7");
    client = client_address(&peer, &header, 1, &proxies);
    assert_true(address_equal(&client, &peer));
}

static void test_the_length_bounds_the_header(void **state)
{
    struct cidr ten = block("10.0.0.0/8");
    struct proxy_list proxies = {&ten, 1};
    struct address peer = address("10.0.0.1"), wanted = address("192.0.2.9"),
                   client;
    struct span header = span_from("192.0.2.99, 198.51.100.66", 9);

    (void)state;
    client = client_address(&peer, &header, 1, &proxies);
    assert_true(address_equal(&client, &wanted));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_address),
        cmocka_unit_test(test_without_trusted_proxies_nobody_is_believed),
        cmocka_unit_test(test_whoever_trusts_everybody_has_no_clients),
        cmocka_unit_test(test_the_length_bounds_the_header),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
