#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/un.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct address address(const char *text)
{
    struct address parsed;

    if (!address_parse(span_from_string(text), &parsed))
        fail_msg("the test's own address is none: %s", text);
    return parsed;
}

/* --- parsing and writing -------------------------------------------------- */

static const struct {
    const char *label, *text, *canonical;
    enum address_family family;
} readable[] = {
    {"IPv4", "192.0.2.1", "192.0.2.1", ADDRESS_IPV4},
    {"IPv4, every number of three digits", "198.251.100.255", "198.251.100.255",
     ADDRESS_IPV4},
    {"IPv4, numbers of one and two digits", "0.9.10.99", "0.9.10.99",
     ADDRESS_IPV4},
    {"the highest IPv4", "255.255.255.255", "255.255.255.255", ADDRESS_IPV4},
    {"IPv6", "2001:db8::1", "2001:db8::1", ADDRESS_IPV6},
    {"IPv6 is written in lower case", "2001:DB8::ABCD", "2001:db8::abcd",
     ADDRESS_IPV6},
    {"leading zeros of IPv6 are not written", "2001:0db8:0000::0001",
     "2001:db8::1", ADDRESS_IPV6},
    {"the longest run of zeros is shortened, the first of equals",
     "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1", ADDRESS_IPV6},
    {"a single zero field is not shortened", "2001:db8:0:1:1:1:1:1",
     "2001:db8:0:1:1:1:1:1", ADDRESS_IPV6},
    {"IPv6 of full length", "2001:db8:1111:2222:3333:4444:5555:6666",
     "2001:db8:1111:2222:3333:4444:5555:6666", ADDRESS_IPV6},
    {"the unspecified IPv6 address", "::", "::", ADDRESS_IPV6},
    {"an IPv4-mapped address is the IPv4 address", "::ffff:192.0.2.1",
     "192.0.2.1", ADDRESS_IPV4},
    {"also in hexadecimal", "::FFFF:c000:0201", "192.0.2.1", ADDRESS_IPV4},
    {"the longest spelling of all",
     "0000:0000:0000:0000:0000:ffff:192.168.100.200", "192.168.100.200",
     ADDRESS_IPV4},
    {"one bit off the mapped prefix is IPv6", "::fffe:c000:201",
     "::fffe:c000:201", ADDRESS_IPV6},
};

static void test_what_is_read_is_written_canonically(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(readable); i++) {
        struct address parsed;
        char text[ADDRESS_TEXT_MAX];

        if (!address_parse(span_from_string(readable[i].text), &parsed))
            fail_msg("%s: refused", readable[i].label);
        if (address_format(&parsed, text) != strlen(readable[i].canonical) ||
            strcmp(text, readable[i].canonical) != 0)
            fail_msg("%s: got %s", readable[i].label, text);
        if (parsed.family != readable[i].family)
            fail_msg("%s: the other family", readable[i].label);
    }
}

static const struct {
    const char *label;
    struct span text;
} unreadable[] = {
    {"nothing", SPAN_LITERAL("")},
    {"a name", SPAN_LITERAL("home.example.org")},
    {"three numbers", SPAN_LITERAL("192.0.2")},
    {"five numbers", SPAN_LITERAL("192.0.2.1.1")},
    {"a number beyond 255", SPAN_LITERAL("192.0.2.256")},
    {"a leading zero, which some read as octal", SPAN_LITERAL("192.0.2.01")},
    {"hexadecimal IPv4", SPAN_LITERAL("0xc0.0.2.1")},
    {"IPv4 as one number", SPAN_LITERAL("3221225985")},
    {"a negative number", SPAN_LITERAL("192.0.2.-1")},
    {"a port behind IPv4", SPAN_LITERAL("192.0.2.1:80")},
    {"brackets around IPv6", SPAN_LITERAL("[2001:db8::1]")},
    {"brackets and a port", SPAN_LITERAL("[2001:db8::1]:80")},
    {"a zone id", SPAN_LITERAL("fe80::1%eth0")},
    {"a prefix length", SPAN_LITERAL("192.0.2.0/24")},
    {"a blank in front", SPAN_LITERAL(" 192.0.2.1")},
    {"a blank behind", SPAN_LITERAL("192.0.2.1 ")},
    {"two double colons", SPAN_LITERAL("2001::db8::1")},
    {"nine fields", SPAN_LITERAL("1:2:3:4:5:6:7:8:9")},
    {"seven fields", SPAN_LITERAL("1:2:3:4:5:6:7")},
    {"a field of five digits", SPAN_LITERAL("2001:db8::12345")},
    {"a NUL byte that would end the text early",
     SPAN_LITERAL("192.0.2.1\0.example.org")},
    {"a NUL byte at the end", SPAN_LITERAL("192.0.2.1\0")},
    {"one more character than the longest spelling",
     SPAN_LITERAL("00000:0000:0000:0000:0000:ffff:192.168.100.200")},
    {"much more than that",
     SPAN_LITERAL("0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:"
                  "0000:0000:0000:0000:0000")},
};

static void test_what_is_no_address_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(unreadable); i++) {
        struct address before = address("192.0.2.7"), out = before;

        if (address_parse(unreadable[i].text, &out))
            fail_msg("%s: taken", unreadable[i].label);
        if (!address_equal(&before, &out))
            fail_msg("%s: *out was touched", unreadable[i].label);
    }
}

static void test_the_length_bounds_the_text(void **state)
{
    struct address out;

    (void)state;
    assert_true(address_parse(span_from("192.0.2.123", 9), &out));
    assert_true(
        address_equal(&out, &(struct address){ADDRESS_IPV4, {192, 0, 2, 1}}));
}

static void test_no_address_is_a_dash(void **state)
{
    struct address none = {.family = ADDRESS_NONE};
    char text[ADDRESS_TEXT_MAX];

    (void)state;
    assert_int_equal(address_format(&none, text), 1);
    assert_string_equal(text, "-");
}

static void test_every_ipv4_byte_is_written_as_inet_ntop_does(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        struct address a = {ADDRESS_IPV4,
                            {(unsigned char)i, (unsigned char)(255 - i),
                             (unsigned char)(i / 2), (unsigned char)i}};
        char ours[ADDRESS_TEXT_MAX], theirs[ADDRESS_TEXT_MAX];

        address_format(&a, ours);
        inet_ntop(AF_INET, a.bytes, theirs, sizeof theirs);
        assert_string_equal(ours, theirs);
    }
}

/* --- sockets -------------------------------------------------------------- */

static void test_from_sockaddr(void **state)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(80)};
    struct sockaddr_in6 v6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(80), .sin6_scope_id = 3};
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    struct address got, wanted;

    (void)state;
    inet_pton(AF_INET, "192.0.2.1", &v4.sin_addr);
    got = address_from_sockaddr((struct sockaddr *)&v4);
    wanted = address("192.0.2.1");
    assert_true(address_equal(&got, &wanted));

    inet_pton(AF_INET6, "2001:db8::1", &v6.sin6_addr);
    got = address_from_sockaddr((struct sockaddr *)&v6);
    wanted = address("2001:db8::1");
    assert_true(address_equal(&got, &wanted));

    /* What a dual-stack socket shows of an IPv4 caller. */
    inet_pton(AF_INET6, "::ffff:192.0.2.1", &v6.sin6_addr);
    got = address_from_sockaddr((struct sockaddr *)&v6);
    wanted = address("192.0.2.1");
    assert_true(address_equal(&got, &wanted));

    got = address_from_sockaddr((struct sockaddr *)&local);
    assert_int_equal(got.family, ADDRESS_NONE);
}

/* --- comparing ------------------------------------------------------------ */

static void test_equal(void **state)
{
    struct address v4 = address("192.0.2.1"), same = v4,
                   other = address("192.0.2.2"), v6 = address("2001:db8::1"),
                   v6_tail = address("2001:db8::2"),
                   none = {.family = ADDRESS_NONE};
    struct address look_alike = {ADDRESS_IPV6, {192, 0, 2, 1}};

    (void)state;
    assert_true(address_equal(&v4, &same));
    assert_false(address_equal(&v4, &other));
    assert_false(address_equal(&v6, &v6_tail));
    assert_false(address_equal(&v4, &look_alike));
    assert_false(address_equal(&v4, &none));
    assert_true(address_equal(&none, &none));
    /* Bytes that the family does not use do not count. */
    same.bytes[4] = 1;
    assert_true(address_equal(&v4, &same));
}

/* --- blocks --------------------------------------------------------------- */

static const struct {
    const char *label, *block, *inside, *outside;
} blocks[] = {
    {"a block's first address", "10.0.0.0/8", "10.0.0.0", "9.255.255.255"},
    {"a block's last address", "10.0.0.0/8", "10.255.255.255", "11.0.0.0"},
    {"a prefix within a byte", "172.16.0.0/12", "172.31.255.255", "172.32.0.0"},
    {"a prefix of all but one bit", "192.0.2.2/31", "192.0.2.3", "192.0.2.4"},
    {"a single address", "192.0.2.1", "192.0.2.1", "192.0.2.0"},
    {"a single address with its prefix", "192.0.2.1/32", "192.0.2.1",
     "192.0.2.2"},
    {"the whole of IPv4 holds no IPv6", "0.0.0.0/0", "255.255.255.255", "::"},
    {"the whole of IPv6 holds no IPv4", "::/0", "2001:db8::1", "192.0.2.1"},
    {"IPv6", "2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"},
    {"IPv6 within a byte", "fc00::/7", "fdff::1", "fe00::"},
    {"a single IPv6 address", "2001:db8::1", "2001:db8::1", "2001:db8::2"},
    {"a single IPv6 address with its prefix", "2001:db8::1/128", "2001:db8::1",
     "2001:db8::"},
    {"a mapped address is in its IPv4 block", "10.0.0.0/8", "::ffff:10.0.0.1",
     "::10.0.0.1"},
};

static void test_what_a_block_holds(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(blocks); i++) {
        struct address in = address(blocks[i].inside),
                       out = address(blocks[i].outside);
        struct cidr block;

        if (!cidr_parse(span_from_string(blocks[i].block), &block))
            fail_msg("%s: refused", blocks[i].label);
        if (!cidr_contains(&block, &in))
            fail_msg("%s: %s is not inside", blocks[i].label, blocks[i].inside);
        if (cidr_contains(&block, &out))
            fail_msg("%s: %s is inside", blocks[i].label, blocks[i].outside);
    }
}

static const struct {
    const char *label, *address, *network;
} networks[] = {
    {"of IPv4 the address", "192.0.2.1", "192.0.2.1"},
    {"of IPv6 the first 64 bits", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
    {"which may be all that there is", "2001:db8:1:2::", "2001:db8:1:2::"},
    {"an IPv4 address that is mapped is one", "::ffff:192.0.2.1", "192.0.2.1"},
};

static void test_what_one_customer_has(void **state)
{
    struct address none = {.family = ADDRESS_NONE};

    (void)state;
    for (size_t i = 0; i < COUNT(networks); i++) {
        struct address address, network, wanted;

        assert_true(
            address_parse(span_from_string(networks[i].address), &address));
        assert_true(
            address_parse(span_from_string(networks[i].network), &wanted));
        network = address_network(&address);
        if (!address_equal(&network, &wanted))
            fail_msg("%s", networks[i].label);
    }
    none = address_network(&none);
    assert_int_equal(none.family, ADDRESS_NONE);
}

static const struct {
    const char *label, *text;
} bad_blocks[] = {
    {"nothing", ""},
    {"only the slash", "/"},
    {"no address", "/8"},
    {"no prefix", "10.0.0.0/"},
    {"two prefixes", "10.0.0.0/8/8"},
    {"a prefix beyond IPv4", "10.0.0.0/33"},
    {"a prefix beyond IPv6", "2001:db8::/129"},
    {"a prefix that would wrap around", "10.0.0.0/4294967304"},
    {"a negative prefix", "10.0.0.0/-8"},
    {"a prefix with a sign", "10.0.0.0/+8"},
    {"a prefix in words", "10.0.0.0/eight"},
    {"a prefix with a leading zero", "10.0.0.0/08"},
    {"a hexadecimal prefix", "10.0.0.0/0x8"},
    {"a netmask", "10.0.0.0/255.0.0.0"},
    {"a blank before the prefix", "10.0.0.0/ 8"},
    {"a blank behind", "10.0.0.0/8 "},
    {"bits beyond the prefix", "10.1.2.3/8"},
    {"the first bit beyond the prefix", "10.128.0.0/8"},
    {"the last bit beyond the prefix", "10.0.0.1/31"},
    {"bits beyond the prefix within a byte", "172.24.0.0/12"},
    {"bits beyond the prefix of IPv6", "2001:db8::1/32"},
    {"any address beyond a prefix of zero", "0.0.0.1/0"},
    {"a mapped block's prefix of 128 bits", "::ffff:10.0.0.0/104"},
    {"a name", "router.example.org/24"},
};

static void test_what_is_no_block_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad_blocks); i++) {
        struct cidr out = {.prefix_bits = 77};

        if (cidr_parse(span_from_string(bad_blocks[i].text), &out))
            fail_msg("%s: taken", bad_blocks[i].label);
        if (out.prefix_bits != 77 || out.base.family != ADDRESS_NONE)
            fail_msg("%s: *out was touched", bad_blocks[i].label);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_read_is_written_canonically),
        cmocka_unit_test(test_what_is_no_address_is_refused),
        cmocka_unit_test(test_the_length_bounds_the_text),
        cmocka_unit_test(test_no_address_is_a_dash),
        cmocka_unit_test(test_every_ipv4_byte_is_written_as_inet_ntop_does),
        cmocka_unit_test(test_from_sockaddr),
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_what_one_customer_has),
        cmocka_unit_test(test_what_a_block_holds),
        cmocka_unit_test(test_what_is_no_block_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
