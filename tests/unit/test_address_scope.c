#include "base/address_scope.h"

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

/* Each block of IANA's special-purpose registries, on both sides of its
 * borders. */
static const struct {
    const char *label, *text;
    bool internal;
} kinds[] = {
    {"a public IPv4 address", "203.0.114.1", false},
    {"this network", "0.0.0.0", true},
    {"this network, its end", "0.255.255.255", true},
    {"right behind this network", "1.0.0.0", false},
    {"right before the private 10/8", "9.255.255.255", false},
    {"private 10/8", "10.0.0.0", true},
    {"private 10/8, its end", "10.255.255.255", true},
    {"right behind 10/8", "11.0.0.0", false},
    {"right before carrier-grade NAT", "100.63.255.255", false},
    {"carrier-grade NAT", "100.64.0.0", true},
    {"carrier-grade NAT, its end", "100.127.255.255", true},
    {"right behind carrier-grade NAT", "100.128.0.0", false},
    {"right before loopback", "126.255.255.255", false},
    {"loopback", "127.0.0.1", true},
    {"loopback, its end", "127.255.255.255", true},
    {"right behind loopback", "128.0.0.0", false},
    {"right before link-local", "169.253.255.255", false},
    {"link-local", "169.254.0.0", true},
    {"the cloud's metadata address", "169.254.169.254", true},
    {"right behind link-local", "169.255.0.0", false},
    {"right before 172.16/12", "172.15.255.255", false},
    {"private 172.16/12", "172.16.0.0", true},
    {"private 172.16/12, its end", "172.31.255.255", true},
    {"right behind 172.16/12", "172.32.0.0", false},
    {"right before protocol assignments", "191.255.255.255", false},
    {"protocol assignments", "192.0.0.0", true},
    {"IPv4 dummy, right before PCP anycast", "192.0.0.8", true},
    {"PCP anycast", "192.0.0.9", false},
    {"TURN anycast", "192.0.0.10", false},
    {"right behind TURN anycast", "192.0.0.11", true},
    {"NAT64 discovery", "192.0.0.170", true},
    {"protocol assignments, their end", "192.0.0.255", true},
    {"right behind protocol assignments", "192.0.1.0", false},
    {"documentation, TEST-NET-1", "192.0.2.1", false},
    {"AS112", "192.31.196.1", false},
    {"AMT", "192.52.193.1", false},
    {"right before the 6to4 relay", "192.88.98.255", false},
    {"the 6to4 relay", "192.88.99.0", true},
    {"the 6to4 relay, its end", "192.88.99.255", true},
    {"right behind the 6to4 relay", "192.88.100.0", false},
    {"AS112, direct delegation", "192.175.48.1", false},
    {"right before 192.168/16", "192.167.255.255", false},
    {"private 192.168/16", "192.168.0.0", true},
    {"private 192.168/16, its end", "192.168.255.255", true},
    {"right behind 192.168/16", "192.169.0.0", false},
    {"right before benchmarking", "198.17.255.255", false},
    {"benchmarking", "198.18.0.0", true},
    {"benchmarking, its end", "198.19.255.255", true},
    {"right behind benchmarking", "198.20.0.0", false},
    {"documentation, TEST-NET-2", "198.51.100.1", false},
    {"documentation, TEST-NET-3", "203.0.113.1", false},
    {"right before multicast", "223.255.255.255", false},
    {"multicast", "224.0.0.1", true},
    {"multicast, its end", "239.255.255.255", true},
    {"reserved", "240.0.0.0", true},
    {"broadcast", "255.255.255.255", true},
    {"a mapped private address", "::ffff:10.1.2.3", true},
    {"a mapped public address", "::ffff:203.0.114.1", false},
    {"unspecified IPv6", "::", true},
    {"IPv6 loopback", "::1", true},
    {"an IPv4-compatible address, deprecated", "::203.0.114.1", true},
    {"right before global unicast", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
     true},
    {"global unicast", "2000::", false},
    {"a public IPv6 address", "2a00:1450:4001:80b::200e", false},
    {"IPv6 documentation", "2001:db8::1", false},
    {"the new IPv6 documentation", "3fff::1", false},
    {"the new IPv6 documentation, its end", "3fff:fff:ffff::1", false},

    {"right before NAT64", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", true},
    {"NAT64 of a public address", "64:ff9b::8.8.8.8", false},
    {"NAT64 of a private address", "64:ff9b::10.0.0.1", true},
    {"NAT64 of the cloud's metadata address", "64:ff9b::169.254.169.254", true},
    {"NAT64 of this network", "64:ff9b::", true},
    {"NAT64 of broadcast", "64:ff9b::255.255.255.255", true},
    {"right behind NAT64", "64:ff9b::1:808:808", true},
    {"NAT64 for local use", "64:ff9b:1::8.8.8.8", true},
    {"discard only", "100::1", true},
    {"the dummy prefix", "100:0:0:1::1", true},
    {"SRv6 identifiers", "5f00::1", true},

    {"right before protocol assignments of IPv6",
     "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"right before the anycast addresses", "2001:1::", true},
    {"PCP anycast", "2001:1::1", false},
    {"TURN anycast", "2001:1::2", false},
    {"DNS-SD SRP anycast", "2001:1::3", false},
    {"right behind the anycast addresses", "2001:1::4", true},
    {"benchmarking of IPv6", "2001:2::1", true},
    {"right before AMT", "2001:2:ffff:ffff:ffff:ffff:ffff:ffff", true},
    {"AMT", "2001:3::", false},
    {"AMT, its end", "2001:3:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"right behind AMT", "2001:4::", true},
    {"right before AS112", "2001:4:111:ffff:ffff:ffff:ffff:ffff", true},
    {"AS112", "2001:4:112::", false},
    {"AS112, its end", "2001:4:112:ffff:ffff:ffff:ffff:ffff", false},
    {"right behind AS112", "2001:4:113::", true},
    {"ORCHID, deprecated", "2001:10::1", true},
    {"right before ORCHIDv2", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", true},
    {"ORCHIDv2", "2001:20::", false},
    {"ORCHIDv2, its end", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"drones' entity tags", "2001:30::", false},
    {"drones' entity tags, their end", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff",
     false},
    {"right behind drones' entity tags", "2001:40::", true},
    {"protocol assignments of IPv6, their end",
     "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", true},
    {"right behind protocol assignments of IPv6", "2001:200::", false},
    {"AS112, direct delegation", "2620:4f:8000::1", false},

    {"right before 6to4", "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false},
    {"6to4 of a public address", "2002:808:808::1", false},
    {"6to4 of this network", "2002::1", true},
    {"6to4 right before the private 10/8", "2002:9ff:ffff:ffff::1", false},
    {"6to4 of the private 10/8", "2002:a00::1", true},
    {"6to4 of the private 10/8, its end", "2002:aff:ffff:ffff::1", true},
    {"6to4 right behind the private 10/8", "2002:b00::1", false},
    {"6to4 of 192.168.1.1", "2002:c0a8:101::1", true},
    {"6to4 of loopback", "2002:7f00:1::1", true},
    {"6to4 of the cloud's metadata address", "2002:a9fe:a9fe::1", true},
    {"6to4 of a documentation address", "2002:c000:201::1", false},
    {"6to4 of PCP anycast", "2002:c000:9::1", false},
    {"6to4 of broadcast", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
    {"right behind 6to4", "2003::", false},

    /* The client's address has every bit turned over: f7f7 is 8. */
    {"Teredo, server and client public", "2001:0:808:808::f7f7:f7f7", false},
    {"Teredo of the private client 10.0.0.1", "2001:0:808:808::f5ff:fffe",
     true},
    {"Teredo, right before the client 10.0.0.0", "2001:0:808:808::f600:0",
     false},
    {"Teredo of the client 192.168.1.1", "2001:0:808:808::3f57:fefe", true},
    {"Teredo of the private server 10.0.0.1", "2001:0:a00:1::f7f7:f7f7", true},
    {"Teredo of the server 127.0.0.1", "2001:0:7f00:1::f7f7:f7f7", true},
    {"Teredo of nobody", "2001::", true},
    {"Teredo's end", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", true},
    {"global unicast, its end", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
     false},
    {"right behind global unicast", "4000::", true},
    {"unique local", "fc00::1", true},
    {"unique local, as home routers have it", "fd12:3456:789a::1", true},
    {"link-local IPv6", "fe80::1", true},
    {"site-local, deprecated", "fec0::1", true},
    {"IPv6 multicast", "ff02::1", true},
};

static void test_which_addresses_are_internal(void **state)
{
    struct address none = {.family = ADDRESS_NONE};

    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct address a = address(kinds[i].text);

        if (address_is_internal(&a) != kinds[i].internal)
            fail_msg("%s: %s", kinds[i].label, kinds[i].text);
    }
    assert_true(address_is_internal(&none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_addresses_are_internal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
