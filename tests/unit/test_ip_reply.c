#include "cli/ip_reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define V4 ADDRESS_IPV4
#define V6 ADDRESS_IPV6

static const struct {
    const char *label, *page;
    enum address_family family;
    enum status status;
    const char *found; /* the address, or what the fault says */
} pages[] = {
    {"our /check_ip", "192.0.2.1\n", V4, STATUS_OK, "192.0.2.1"},
    {"our /check_ip in JSON", "{\"ip\": \"192.0.2.1\"}\n", V4, STATUS_OK,
     "192.0.2.1"},
    {"our /reflect, and autodns's",
     "{\"error\":\"\",\"forwarded\":0,\"forwarded_for\":\"\","
     "\"your_ip\":\"109.154.104.56\"}",
     V4, STATUS_OK, "109.154.104.56"},
    {"/nic/checkip",
     "<html><head><title>Current IP Check</title></head>"
     "<body>Current IP Address: 192.0.2.1</body></html>",
     V4, STATUS_OK, "192.0.2.1"},
    {"IPv6", "2001:db8::1\n", V6, STATUS_OK, "2001:db8::1"},
    {"IPv6 in JSON", "{\"ip\":\"2001:DB8::1\"}", V6, STATUS_OK, "2001:db8::1"},
    {"blanks around JSON", "\r\n {\"ip\":\"192.0.2.1\"} ", V4, STATUS_OK,
     "192.0.2.1"},
    {"your_ip comes before ip",
     "{\"ip\":\"192.0.2.9\",\"your_ip\":\"192.0.2.1\"}", V4, STATUS_OK,
     "192.0.2.1"},
    {"JSON with other names is read as text", "{\"query\":\"192.0.2.1\"}", V4,
     STATUS_OK, "192.0.2.1"},
    {"an error that is null is none", "{\"error\":null,\"ip\":\"192.0.2.1\"}",
     V4, STATUS_OK, "192.0.2.1"},
    {"the first of two", "192.0.2.1, 192.0.2.2", V4, STATUS_OK, "192.0.2.1"},
    {"a full stop ends a sentence", "You are 192.0.2.1.", V4, STATUS_OK,
     "192.0.2.1"},
    {"the first of the family that is asked for", "192.0.2.1 2001:db8::1", V6,
     STATUS_OK, "2001:db8::1"},
    {"what is mapped into IPv6 is IPv4", "::ffff:192.0.2.1", V4, STATUS_OK,
     "192.0.2.1"},
    {"of a page with several, one that means something to the world",
     "LAN 192.168.1.1, WAN 192.0.2.1", V4, STATUS_OK, "192.0.2.1"},
    {"if there is no other, one that does not", "192.168.1.1", V4, STATUS_OK,
     "192.168.1.1"},
    {"versions and names are no addresses",
     "nginx-1.2.3.4 v1.2.3.4 1.2.3.4beta 1.2.3.4-1 192.0.2.1", V4, STATUS_OK,
     "192.0.2.1"},
    {"nor are numbers too large", "999.1.1.1 1.2.3.4.5 192.0.2.1", V4,
     STATUS_OK, "192.0.2.1"},
    {"nor is a time of day", "12:30:59", V6, STATUS_NOT_FOUND, ""},
    {"nor is C++", "std::cout", V6, STATUS_NOT_FOUND, ""},
    {"the other family alone", "192.0.2.1", V6, STATUS_NOT_FOUND, ""},
    {"the other family in JSON", "{\"ip\":\"192.0.2.1\"}", V6, STATUS_NOT_FOUND,
     ""},
    {"nothing", "", V4, STATUS_NOT_FOUND, ""},
    {"a portal's page", "<html>Welcome! Please log in.</html>", V4,
     STATUS_NOT_FOUND, ""},
    {"an error is no address",
     "{\"error\":\"bad apikey\",\"your_ip\":\"192.0.2.1\"}", V4, STATUS_INVALID,
     "it says: bad apikey"},
    {"JSON that breaks off", "{\"ip\":\"192.0.2.1\"", V4, STATUS_INVALID,
     "it begins like JSON, but is none"},
    {"a name twice", "{\"ip\":\"192.0.2.1\",\"ip\":\"192.0.2.2\"}", V4,
     STATUS_INVALID, "it begins like JSON, but is none"},
    {"two addresses where one should be", "{\"ip\":\"192.0.2.1, 192.0.2.2\"}",
     V4, STATUS_INVALID, "what it calls an address is none"},
    {"an empty address", "{\"error\":\"\",\"your_ip\":\"\"}", V4,
     STATUS_INVALID, "what it calls an address is none"},
};

static void test_pages(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pages); i++) {
        char text[ADDRESS_TEXT_MAX];
        struct address address;
        struct strbuf fault;

        print_message("  %s\n", pages[i].label);
        strbuf_init(&fault, 1000);
        assert_int_equal(ip_reply_read(span_from_string(pages[i].page),
                                       pages[i].family, &address, &fault),
                         pages[i].status);
        address_format(&address, text);
        assert_string_equal(
            pages[i].status == STATUS_OK ? text : strbuf_string(&fault),
            pages[i].found);
        strbuf_clear(&fault);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pages)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
