#include "server/http/proxy_header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define HEX_39 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
#define BLANKS_31 "                               "
#define BLANKS_93 BLANKS_31 BLANKS_31 BLANKS_31

enum { BEHIND = 7, BUFFER_BYTES = 8192 };

/* Reads a copy that ends where the bytes do, so that a sanitizer sees a read
 * beyond them. */
static struct proxy_header read_exactly(const char *bytes, size_t len)
{
    char *copy = malloc(len + 1);
    struct proxy_header header;

    assert_non_null(copy);
    memmove(copy + 1, bytes, len);
    header = proxy_header_read(span_from(copy + 1, len));
    free(copy);
    return header;
}

/* --- version 1 ------------------------------------------------------------------
 */

/* Each but what is malformed ends its line, and the header with it. */
static const struct {
    const char *label, *text;
    enum proxy_header_kind kind;
    const char *told; /* the source and its port, or the fault */
} lines[] = {
    {"IPv4", "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n",
     PROXY_HEADER_SOURCE, "192.0.2.1 56324"},
    {"IPv6", "PROXY TCP6 2001:db8::1 2001:db8::2 4000 8080\r\n",
     PROXY_HEADER_SOURCE, "2001:db8::1 4000"},
    {"the longest IPv4",
     "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
     PROXY_HEADER_SOURCE, "255.255.255.255 65535"},
    {"the longest IPv6", "PROXY TCP6 " HEX_39 " " HEX_39 " 65535 65535\r\n",
     PROXY_HEADER_SOURCE, HEX_39 " 65535"},
    {"the shortest", "PROXY TCP6 :: :: 0 0\r\n", PROXY_HEADER_SOURCE, ":: 0"},
    {"capital letters are hexadecimal too",
     "PROXY TCP6 2001:DB8::A 2001:DB8::B 1 2\r\n", PROXY_HEADER_SOURCE,
     "2001:db8::a 1"},
    {"a mapped source is its IPv4 address",
     "PROXY TCP6 ::ffff:192.0.2.1 ::ffff:198.51.100.1 1 2\r\n",
     PROXY_HEADER_SOURCE, "192.0.2.1 1"},
    {"a mapped source in hexadecimal too",
     "PROXY TCP6 ::ffff:c000:201 2001:db8::2 1 2\r\n", PROXY_HEADER_SOURCE,
     "192.0.2.1 1"},
    {"the proxy cannot tell", "PROXY UNKNOWN\r\n", PROXY_HEADER_UNKNOWN, "- 0"},
    {"what it says then is ignored",
     "PROXY UNKNOWN " HEX_39 " " HEX_39 " 65535 65535\r\n",
     PROXY_HEADER_UNKNOWN, "- 0"},
    {"whatever it is", "PROXY UNKNOWN TCP4 \t\x01\xff  x \r\n",
     PROXY_HEADER_UNKNOWN, "- 0"},
    {"a blank alone", "PROXY UNKNOWN \r\n", PROXY_HEADER_UNKNOWN, "- 0"},

    {"a request", "GET / HTTP/1.1\r\n\r\n", PROXY_HEADER_MALFORMED,
     "there is none"},
    {"a request by TLS", "\x16\x03\x01\x02", PROXY_HEADER_MALFORMED,
     "there is none"},
    {"an empty line", "\r\n", PROXY_HEADER_INCOMPLETE, NULL},
    {"an empty line before", "\r\nPROXY UNKNOWN\r\n", PROXY_HEADER_MALFORMED,
     "there is none"},
    {"a blank before", " PROXY UNKNOWN\r\n", PROXY_HEADER_MALFORMED,
     "there is none"},
    {"small letters", "proxy UNKNOWN\r\n", PROXY_HEADER_MALFORMED,
     "there is none"},
    {"a tab", "PROXY\tUNKNOWN\r\n", PROXY_HEADER_MALFORMED, "there is none"},
    {"no blank", "PROXY\r\n", PROXY_HEADER_MALFORMED, "there is none"},
    {"no family", "PROXY \r\n", PROXY_HEADER_MALFORMED, "neither for TCP4"},
    {"two blanks", "PROXY  UNKNOWN\r\n", PROXY_HEADER_MALFORMED,
     "neither for TCP4"},
    {"a family in small letters", "PROXY tcp4 192.0.2.1 192.0.2.2 1 2\r\n",
     PROXY_HEADER_MALFORMED, "neither for TCP4"},
    {"a longer name", "PROXY UNKNOWNS\r\n", PROXY_HEADER_MALFORMED,
     "neither for TCP4"},
    {"another family", "PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n",
     PROXY_HEADER_MALFORMED, "neither for TCP4"},
    {"a family alone", "PROXY TCP4\r\n", PROXY_HEADER_MALFORMED, "its source"},
    {"no source", "PROXY TCP4 \r\n", PROXY_HEADER_MALFORMED, "its source"},
    {"a name", "PROXY TCP4 a.example.org 192.0.2.2 1 2\r\n",
     PROXY_HEADER_MALFORMED, "its source"},
    {"two blanks before the source", "PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n",
     PROXY_HEADER_MALFORMED, "its source"},
    {"the source of the other family",
     "PROXY TCP4 2001:db8::1 192.0.2.2 1 2\r\n", PROXY_HEADER_MALFORMED,
     "its source"},
    {"a mapped source is none of TCP4",
     "PROXY TCP4 ::ffff:192.0.2.1 192.0.2.2 1 2\r\n", PROXY_HEADER_MALFORMED,
     "its source"},
    {"an IPv4 source is none of TCP6",
     "PROXY TCP6 192.0.2.1 2001:db8::2 1 2\r\n", PROXY_HEADER_MALFORMED,
     "its source"},
    {"a zero in front", "PROXY TCP4 192.0.02.1 192.0.2.2 1 2\r\n",
     PROXY_HEADER_MALFORMED, "its source"},
    {"three numbers", "PROXY TCP4 192.0.2 192.0.2.2 1 2\r\n",
     PROXY_HEADER_MALFORMED, "its source"},
    {"a number too large", "PROXY TCP4 192.0.2.256 192.0.2.2 1 2\r\n",
     PROXY_HEADER_MALFORMED, "its source"},
    {"brackets", "PROXY TCP6 [2001:db8::1] 2001:db8::2 1 2\r\n",
     PROXY_HEADER_MALFORMED, "its source"},
    {"a zone", "PROXY TCP6 fe80::1%eth0 2001:db8::2 1 2\r\n",
     PROXY_HEADER_MALFORMED, "its source"},
    {"two gaps", "PROXY TCP6 2001::db8::1 2001:db8::2 1 2\r\n",
     PROXY_HEADER_MALFORMED, "its source"},
    {"no destination", "PROXY TCP4 192.0.2.1\r\n", PROXY_HEADER_MALFORMED,
     "its destination is"},
    {"the destination of the other family",
     "PROXY TCP6 2001:db8::1 192.0.2.2 1 2\r\n", PROXY_HEADER_MALFORMED,
     "its destination is"},
    {"a tab between", "PROXY TCP4 192.0.2.1\t192.0.2.2 1 2\r\n",
     PROXY_HEADER_MALFORMED, "its source"},
    {"no ports", "PROXY TCP4 192.0.2.1 192.0.2.2\r\n", PROXY_HEADER_MALFORMED,
     "its source has no port"},
    {"one port", "PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n", PROXY_HEADER_MALFORMED,
     "its destination has no port"},
    {"a port with a zero in front", "PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n",
     PROXY_HEADER_MALFORMED, "its source has no port"},
    {"a port too large", "PROXY TCP4 192.0.2.1 192.0.2.2 65536 2\r\n",
     PROXY_HEADER_MALFORMED, "its source has no port"},
    {"a port with a sign", "PROXY TCP4 192.0.2.1 192.0.2.2 1 +2\r\n",
     PROXY_HEADER_MALFORMED, "its destination has no port"},
    {"a blank behind", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n",
     PROXY_HEADER_MALFORMED, "goes on behind the ports"},
    {"more behind", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n",
     PROXY_HEADER_MALFORMED, "goes on behind the ports"},
    {"a bare LF at the end", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n",
     PROXY_HEADER_MALFORMED, "a bare CR or LF"},
    {"a bare CR within", "PROXY UNKNOWN \r \r\n", PROXY_HEADER_MALFORMED,
     "a bare CR or LF"},
    {"a bare LF within", "PROXY UNKNOWN \n \r\n", PROXY_HEADER_MALFORMED,
     "a bare CR or LF"},
    {"two CRs at the end", "PROXY UNKNOWN\r\r\n", PROXY_HEADER_MALFORMED,
     "a bare CR or LF"},
    {"a byte too long", "PROXY UNKNOWN" BLANKS_93 "\r\n",
     PROXY_HEADER_MALFORMED, "its line has no end"},
    {"no end in sight", "PROXY UNKNOWN" BLANKS_93 BLANKS_93,
     PROXY_HEADER_MALFORMED, "its line has no end"},
};

static void check(const char *label, struct proxy_header header,
                  enum proxy_header_kind kind, size_t len, const char *told)
{
    char address[ADDRESS_TEXT_MAX], text[100];

    if (header.kind != kind)
        fail_msg("%s: kind %d (%s)", label, (int)header.kind,
                 header.fault == NULL ? "" : header.fault);
    if (kind == PROXY_HEADER_INCOMPLETE)
        return;
    if (kind == PROXY_HEADER_MALFORMED) {
        if (strstr(header.fault, told) == NULL)
            fail_msg("%s: %s", label, header.fault);
        return;
    }
    address_format(&header.source, address);
    snprintf(text, sizeof text, "%s %u", address, header.port);
    if (strcmp(text, told) != 0 || header.len != len)
        fail_msg("%s: %zu bytes, %s", label, header.len, text);
}

static void test_version_1(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++)
        check(lines[i].label,
              read_exactly(lines[i].text, strlen(lines[i].text)), lines[i].kind,
              strlen(lines[i].text), lines[i].told);
}

static void test_a_nul_is_no_end_of_a_line(void **state)
{
    static const char text[] = "PROXY TCP4 192.0.2.1\0 192.0.2.2 1 2\r\n";

    (void)state;
    check("NUL", read_exactly(text, sizeof text - 1), PROXY_HEADER_MALFORMED, 0,
          "its source");
}

/* --- version 2 --------------------------------------------------------------------
 */

#define SIGNED "\r\n\r\n\0\r\nQUIT\n"
#define FROM_4 "\xc0\x00\x02\x01"
#define TO_4 "\xc6\x33\x64\x01"
#define ENDS_4 FROM_4 TO_4 "\xdc\x04\x01\xbb"
#define FROM_6 "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
#define MAPPED_6 "\0\0\0\0\0\0\0\0\0\0\xff\xff" FROM_4
#define ENDS_6 FROM_6 FROM_6 "\xdc\x04\x01\xbb"
#define TEN "0123456789"
#define PATH_108 TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "01234567"
#define BYTES(literal) (literal), sizeof(literal) - 1

static const struct {
    const char *label, *bytes;
    size_t len;
    enum proxy_header_kind kind;
    const char *told;
} binaries[] = {
    {"IPv4", BYTES(SIGNED "\x21\x11\0\x0c" ENDS_4), PROXY_HEADER_SOURCE,
     "192.0.2.1 56324"},
    {"IPv6", BYTES(SIGNED "\x21\x21\0\x24" ENDS_6), PROXY_HEADER_SOURCE,
     "2001:db8::1 56324"},
    {"a mapped source is its IPv4 address",
     BYTES(SIGNED "\x21\x21\0\x24" MAPPED_6 FROM_6 "\0\x01\0\x02"),
     PROXY_HEADER_SOURCE, "192.0.2.1 1"},
    {"UDP is nobody's way to us", BYTES(SIGNED "\x21\x12\0\x0c" ENDS_4),
     PROXY_HEADER_UNKNOWN, "- 0"},
    {"nor by IPv6", BYTES(SIGNED "\x21\x22\0\x24" ENDS_6), PROXY_HEADER_UNKNOWN,
     "- 0"},
    {"a Unix socket has no address",
     BYTES(SIGNED "\x21\x31\0\xd8" PATH_108 PATH_108), PROXY_HEADER_UNKNOWN,
     "- 0"},
    {"nor has one of datagrams",
     BYTES(SIGNED "\x21\x32\0\xd8" PATH_108 PATH_108), PROXY_HEADER_UNKNOWN,
     "- 0"},
    {"the proxy cannot tell", BYTES(SIGNED "\x21\x00\0\0"),
     PROXY_HEADER_UNKNOWN, "- 0"},
    {"what it says then is ignored", BYTES(SIGNED "\x21\x00\0\x03xyz"),
     PROXY_HEADER_UNKNOWN, "- 0"},
    {"the proxy itself", BYTES(SIGNED "\x20\x00\0\0"), PROXY_HEADER_LOCAL,
     "- 0"},
    {"with an address, which is ignored", BYTES(SIGNED "\x20\x11\0\x0c" ENDS_4),
     PROXY_HEADER_LOCAL, "- 0"},
    {"or with anything else", BYTES(SIGNED "\x20\xff\0\x03xyz"),
     PROXY_HEADER_LOCAL, "- 0"},

    {"an extension", BYTES(SIGNED "\x21\x11\0\x12" ENDS_4 "\x02\0\x03xyz"),
     PROXY_HEADER_SOURCE, "192.0.2.1 56324"},
    {"an empty one", BYTES(SIGNED "\x21\x11\0\x0f" ENDS_4 "\xff\0\0"),
     PROXY_HEADER_SOURCE, "192.0.2.1 56324"},
    {"several", BYTES(SIGNED "\x21\x11\0\x13" ENDS_4 "\x04\0\x01x\xe0\0\0"),
     PROXY_HEADER_SOURCE, "192.0.2.1 56324"},
    {"a checksum",
     BYTES(SIGNED "\x21\x11\0\x13" ENDS_4 "\x03\0\x04\x73\x7e\xe9\x19"),
     PROXY_HEADER_SOURCE, "192.0.2.1 56324"},
    {"a checksum among others",
     BYTES(SIGNED "\x21\x21\0\x2e" ENDS_6 "\x03\0\x04\x56\x9f\x88\x08\x04\0\0"),
     PROXY_HEADER_SOURCE, "2001:db8::1 56324"},
    {"an extension of a Unix socket",
     BYTES(SIGNED "\x21\x31\0\xdb" PATH_108 PATH_108 "\x04\0\0"),
     PROXY_HEADER_UNKNOWN, "- 0"},

    {"another signature",
     BYTES("\r\n\r\n\0\r\nQUIX\n"
           "\x21\x11\0\x0c" ENDS_4),
     PROXY_HEADER_MALFORMED, "there is none"},
    {"version 1 in binary", BYTES(SIGNED "\x11\x11\0\x0c" ENDS_4),
     PROXY_HEADER_MALFORMED, "its version"},
    {"version 3", BYTES(SIGNED "\x31\x11\0\x0c" ENDS_4), PROXY_HEADER_MALFORMED,
     "its version"},
    {"a third command", BYTES(SIGNED "\x22\x11\0\x0c" ENDS_4),
     PROXY_HEADER_MALFORMED, "its command"},
    {"a family without a protocol", BYTES(SIGNED "\x21\x10\0\x0c" ENDS_4),
     PROXY_HEADER_MALFORMED, "its family"},
    {"a protocol without a family", BYTES(SIGNED "\x21\x01\0\x0c" ENDS_4),
     PROXY_HEADER_MALFORMED, "its family"},
    {"an unknown protocol", BYTES(SIGNED "\x21\x13\0\x0c" ENDS_4),
     PROXY_HEADER_MALFORMED, "its protocol"},
    {"an unknown family", BYTES(SIGNED "\x21\x41\0\x0c" ENDS_4),
     PROXY_HEADER_MALFORMED, "its family"},
    {"no address", BYTES(SIGNED "\x21\x11\0\0"), PROXY_HEADER_MALFORMED,
     "too short"},
    {"a byte too few", BYTES(SIGNED "\x21\x11\0\x0b" ENDS_4),
     PROXY_HEADER_MALFORMED, "too short"},
    {"IPv4 where IPv6 is told", BYTES(SIGNED "\x21\x21\0\x0c" ENDS_4),
     PROXY_HEADER_MALFORMED, "too short"},
    {"half a path", BYTES(SIGNED "\x21\x31\0\x6c" PATH_108),
     PROXY_HEADER_MALFORMED, "too short"},
    {"half an extension", BYTES(SIGNED "\x21\x11\0\x0e" ENDS_4 "\x04\0"),
     PROXY_HEADER_MALFORMED, "cut off"},
    {"an extension beyond the header",
     BYTES(SIGNED "\x21\x11\0\x10" ENDS_4 "\x04\0\x02xy"),
     PROXY_HEADER_MALFORMED, "longer than the header"},
    {"an extension of 64 KiB",
     BYTES(SIGNED "\x21\x11\0\x0f" ENDS_4 "\x04\xff\xff"),
     PROXY_HEADER_MALFORMED, "longer than the header"},
    {"a wrong checksum",
     BYTES(SIGNED "\x21\x11\0\x13" ENDS_4 "\x03\0\x04\x73\x7e\xe9\x18"),
     PROXY_HEADER_MALFORMED, "its checksum"},
    {"a checksum of zeros",
     BYTES(SIGNED "\x21\x11\0\x13" ENDS_4 "\x03\0\x04\0\0\0\0"),
     PROXY_HEADER_MALFORMED, "its checksum"},
    {"a short checksum",
     BYTES(SIGNED "\x21\x11\0\x12" ENDS_4 "\x03\0\x03\x73\x7e\xe9"),
     PROXY_HEADER_MALFORMED, "its checksum"},
    {"a checksum twice",
     BYTES(SIGNED "\x21\x11\0\x1a" ENDS_4
                  "\x03\0\x04\x7f\xd5\xe8\xc7\x03\0\x04\xe4\x81\x84\x94"),
     PROXY_HEADER_MALFORMED, "its checksum"},
    {"one byte beyond 4 KiB", BYTES(SIGNED "\x21\x11\x10\x01"),
     PROXY_HEADER_MALFORMED, "too long"},
    {"64 KiB of one's own", BYTES(SIGNED "\x20\x00\xff\xff"),
     PROXY_HEADER_MALFORMED, "too long"},
    {"4 KiB may come", BYTES(SIGNED "\x21\x11\x10\x00" ENDS_4),
     PROXY_HEADER_INCOMPLETE, NULL},
};

static void test_version_2(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(binaries); i++)
        check(binaries[i].label,
              read_exactly(binaries[i].bytes, binaries[i].len),
              binaries[i].kind, binaries[i].len, binaries[i].told);
}

static void test_a_header_may_have_4_kib_of_extensions(void **state)
{
    static const char head[] = SIGNED "\x21\x11\x10\x00" ENDS_4 "\x04\x0f\xf1";
    static char bytes[16 + PROXY_HEADER_BLOCK_MAX_BYTES];

    (void)state;
    memcpy(bytes, head, sizeof head - 1);
    check("4 KiB", read_exactly(bytes, sizeof bytes), PROXY_HEADER_SOURCE,
          sizeof bytes, "192.0.2.1 56324");
    check("but for a byte", read_exactly(bytes, sizeof bytes - 1),
          PROXY_HEADER_INCOMPLETE, 0, NULL);
}

/* --- both -------------------------------------------------------------------------
 */

/* So it does not matter in which pieces it comes, nor what comes with it. */
static void test_a_header_is_whole_at_its_last_byte_and_not_before(void **state)
{
    static char bytes[BUFFER_BYTES];

    (void)state;
    for (size_t i = 0; i < COUNT(lines) + COUNT(binaries); i++) {
        bool is_line = i < COUNT(lines);
        size_t at = is_line ? i : i - COUNT(lines);
        const char *label = is_line ? lines[at].label : binaries[at].label;
        size_t len = is_line ? strlen(lines[at].text) : binaries[at].len;
        enum proxy_header_kind kind =
            is_line ? lines[at].kind : binaries[at].kind;

        if (kind == PROXY_HEADER_MALFORMED)
            continue;
        memcpy(bytes, is_line ? lines[at].text : binaries[at].bytes, len);
        for (size_t cut = 0; cut < len; cut++)
            check(label, read_exactly(bytes, cut), PROXY_HEADER_INCOMPLETE, 0,
                  NULL);
        if (kind == PROXY_HEADER_INCOMPLETE)
            continue;
        memset(bytes + len, '\n', BEHIND);
        assert_int_equal(read_exactly(bytes, len + BEHIND).len, len);
    }
}

/* What was malformed stays so, and a whole line is told as soon as it cannot
 * become one any more. */
static void test_who_speaks_something_else_need_not_wait(void **state)
{
    (void)state;
    check("a letter", read_exactly("G", 1), PROXY_HEADER_MALFORMED, 0, "none");
    check("a byte of TLS", read_exactly("\x16", 1), PROXY_HEADER_MALFORMED, 0,
          "none");
    check("another version", read_exactly(BYTES(SIGNED "\x11")),
          PROXY_HEADER_MALFORMED, 0, "its version");
    check("another family", read_exactly(BYTES(SIGNED "\x21\x41")),
          PROXY_HEADER_MALFORMED, 0, "its family");
    check("a bare LF", read_exactly(BYTES("PROXY T\n")), PROXY_HEADER_MALFORMED,
          0, "a bare");
    check("106 bytes may go on", read_exactly(BYTES("PROXY UNKNOWN" BLANKS_93)),
          PROXY_HEADER_INCOMPLETE, 0, NULL);
    check("an end after 107 bytes",
          read_exactly(BYTES("PROXY UNKNOWN" BLANKS_93 "\r")),
          PROXY_HEADER_MALFORMED, 0, "no end");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version_1),
        cmocka_unit_test(test_a_nul_is_no_end_of_a_line),
        cmocka_unit_test(test_version_2),
        cmocka_unit_test(test_a_header_may_have_4_kib_of_extensions),
        cmocka_unit_test(
            test_a_header_is_whole_at_its_last_byte_and_not_before),
        cmocka_unit_test(test_who_speaks_something_else_need_not_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
