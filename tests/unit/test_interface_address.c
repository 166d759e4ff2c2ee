#include "cli/interface_address.h"

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

enum { ETH0 = 2, OTHER = 3, BUFFER_BYTES = 4096 };

/* What the kernel would say of one address. */
struct told {
    const char *address;
    uint32_t flags;
    unsigned index; /* 0: ETH0 */
    const char *peer;
};

static char buffer[BUFFER_BYTES] __attribute__((aligned(8)));
static size_t used;

static void append(const void *bytes, size_t len)
{
    assert_true(used + NLMSG_ALIGN(len) <= sizeof buffer);
    memset(buffer + used, 0, NLMSG_ALIGN(len));
    memcpy(buffer + used, bytes, len);
    used += NLMSG_ALIGN(len);
}

static void append_attribute(unsigned short type, const void *bytes, size_t len)
{
    struct rtattr head = {.rta_len = (unsigned short)RTA_LENGTH(len),
                          .rta_type = type};

    append(&head, sizeof head);
    append(bytes, len);
}

static void append_address(unsigned short type, const char *text)
{
    struct address address = {.family = ADDRESS_NONE};

    assert_true(address_parse(span_from_string(text), &address));
    append_attribute(type, address.bytes,
                     address.family == ADDRESS_IPV6 ? 16 : 4);
}

static void append_message(const struct told *told)
{
    size_t begin = used;
    struct nlmsghdr head = {.nlmsg_type = RTM_NEWADDR};
    struct ifaddrmsg message = {
        .ifa_family = strchr(told->address, ':') == NULL ? AF_INET : AF_INET6,
        .ifa_flags = (unsigned char)told->flags,
        .ifa_index = told->index == 0 ? ETH0 : told->index,
    };

    append(&head, sizeof head);
    append(&message, sizeof message);
    append_address(IFA_ADDRESS,
                   told->peer == NULL ? told->address : told->peer);
    if (told->peer != NULL)
        append_address(IFA_LOCAL, told->address);
    append_attribute(IFA_FLAGS, &told->flags, sizeof told->flags);
    head.nlmsg_len = (uint32_t)(used - begin);
    memcpy(buffer + begin, &head, sizeof head);
}

static void append_end(uint16_t type)
{
    struct nlmsghdr head = {.nlmsg_len = NLMSG_LENGTH(4), .nlmsg_type = type};
    uint32_t zero = 0;

    append(&head, sizeof head);
    append(&zero, sizeof zero);
}

static const struct {
    const char *label;
    struct told told[4];
    enum address_family family;
    const char *chosen; /* "-": none */
} rows[] = {
    {"the one that there is",
     {{"192.0.2.1", 0, 0, NULL}},
     ADDRESS_IPV4,
     "192.0.2.1"},
    {"none", {{NULL, 0, 0, NULL}}, ADDRESS_IPV4, "-"},
    {"the other family's", {{"2001:db8::1", 0, 0, NULL}}, ADDRESS_IPV4, "-"},
    {"another interface's", {{"192.0.2.1", 0, OTHER, NULL}}, ADDRESS_IPV4, "-"},
    {"what means nothing to the world",
     {{"192.168.1.7", 0, 0, NULL}, {"192.0.2.1", 0, 0, NULL}},
     ADDRESS_IPV4,
     "192.0.2.1"},
    {"link-local and unique local",
     {{"fe80::1", 0, 0, NULL}, {"fd00::1", 0, 0, NULL}},
     ADDRESS_IPV6,
     "-"},
    {"not a temporary one, though it came first",
     {{"2001:db8::1", IFA_F_TEMPORARY, 0, NULL}, {"2001:db8::2", 0, 0, NULL}},
     ADDRESS_IPV6,
     "2001:db8::2"},
    {"a temporary one is not better than none",
     {{"2001:db8::1", IFA_F_TEMPORARY, 0, NULL}},
     ADDRESS_IPV6,
     "-"},
    {"not a deprecated one",
     {{"2001:db8::1", IFA_F_DEPRECATED, 0, NULL}, {"2001:db8::2", 0, 0, NULL}},
     ADDRESS_IPV6,
     "2001:db8::2"},
    {"not one that is still being tried, or taken",
     {{"2001:db8::1", IFA_F_TENTATIVE, 0, NULL},
      {"2001:db8::2", IFA_F_DADFAILED, 0, NULL}},
     ADDRESS_IPV6,
     "-"},
    {"flags beyond the first eight",
     {{"2001:db8::1", IFA_F_MANAGETEMPADDR | IFA_F_STABLE_PRIVACY, 0, NULL}},
     ADDRESS_IPV6,
     "2001:db8::1"},
    {"the same of several each time: the least",
     {{"2001:db8::3", 0, 0, NULL},
      {"2001:db8::1", 0, 0, NULL},
      {"2001:db8::2", 0, 0, NULL}},
     ADDRESS_IPV6,
     "2001:db8::1"},
    {"the first of a subnet before the second, though it is greater",
     {{"192.0.2.1", IFA_F_SECONDARY, 0, NULL}, {"192.0.2.9", 0, 0, NULL}},
     ADDRESS_IPV4,
     "192.0.2.9"},
    {"the same the other way round",
     {{"192.0.2.9", 0, 0, NULL}, {"192.0.2.1", IFA_F_SECONDARY, 0, NULL}},
     ADDRESS_IPV4,
     "192.0.2.9"},
    {"a second one is better than none",
     {{"192.0.2.1", IFA_F_SECONDARY, 0, NULL}},
     ADDRESS_IPV4,
     "192.0.2.1"},
    {"of a point-to-point link our end",
     {{"192.0.2.1", 0, 0, "192.0.2.254"}},
     ADDRESS_IPV4,
     "192.0.2.1"},
};

static void test_the_choice(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct interface_choice choice = {.index = ETH0,
                                          .family = rows[i].family};
        char text[ADDRESS_TEXT_MAX];

        print_message("  %s\n", rows[i].label);
        used = 0;
        for (size_t j = 0; rows[i].told[j].address != NULL; j++)
            append_message(&rows[i].told[j]);
        append_end(NLMSG_DONE);
        interface_choice_feed(&choice, buffer, used);
        address_format(&choice.address, text);
        assert_string_equal(text, rows[i].chosen);
        assert_int_equal(choice.found, choice.address.family != ADDRESS_NONE);
        assert_true(choice.complete);
        assert_false(choice.failed);
    }
}

static void test_an_error_of_the_kernel(void **state)
{
    struct interface_choice choice = {.index = ETH0, .family = ADDRESS_IPV4};

    (void)state;
    used = 0;
    append_end(NLMSG_ERROR);
    interface_choice_feed(&choice, buffer, used);
    assert_true(choice.failed);
    assert_false(choice.found);
}

/* Each length, so that what reads beyond the end shows. */
static void test_what_is_cut_short_is_ignored(void **state)
{
    static const struct told told = {"2001:db8::1", 0, 0, NULL};

    (void)state;
    used = 0;
    append_message(&told);
    for (size_t len = 0; len < used; len++) {
        struct interface_choice choice = {.index = ETH0,
                                          .family = ADDRESS_IPV6};
        char *copy = test_malloc(len + 1);

        memcpy(copy, buffer, len);
        interface_choice_feed(&choice, copy, len);
        assert_false(choice.found);
        test_free(copy);
    }
}

static void test_the_kernel_here_is_asked(void **state)
{
    struct address address;

    (void)state;
    assert_int_equal(interface_address_find("lo", ADDRESS_IPV4, &address),
                     STATUS_NOT_FOUND); /* 127.0.0.1 is nothing to the world */
    assert_int_equal(interface_address_find("nosuch0", ADDRESS_IPV4, &address),
                     STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_choice),
        cmocka_unit_test(test_an_error_of_the_kernel),
        cmocka_unit_test(test_what_is_cut_short_is_ignored),
        cmocka_unit_test(test_the_kernel_here_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
