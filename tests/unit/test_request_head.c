#include "server/http/request_head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define LINE "GET /check_ip HTTP/1.1\r\n"
#define LINE_1_0 "GET /check_ip HTTP/1.0\r\n"
#define HOST "Host: dyn.example.org\r\n"
#define END "\r\n"

enum verdict { SERVED, LAST, REFUSED };

static const struct {
    const char *label, *head;
    enum verdict verdict;
} cases[] = {
    {"a plain request", LINE HOST END, SERVED},
    {"HTTP/1.0 needs no Host", LINE_1_0 END, SERVED},
    {"HTTP/1.0 may have one", LINE_1_0 HOST END, SERVED},
    {"a minor version to come is spoken to as 1.1",
     "GET / HTTP/1.7\r\n" HOST END, SERVED},
    {"and needs a Host", "GET / HTTP/1.7\r\n" END, REFUSED},
    {"any method", "M-SEARCH / HTTP/1.1\r\n" HOST END, SERVED},
    {"a target with all that modems do not escape",
     "GET /x?y=\"<>|\\^`{}\xc3\xa4 HTTP/1.1\r\n" HOST END, SERVED},
    {"one empty line before", "\r\n" LINE HOST END, SERVED},
    {"names have no letter case", LINE "hOsT: a\r\ncontent-LENGTH: 1\r\n" END,
     SERVED},
    {"blanks around a value are none of it",
     LINE "Host:\ta \r\nContent-Length:  5\t \r\n" END, SERVED},
    {"a value may be empty", LINE HOST "X:\r\n" END, SERVED},
    {"a value may hold tabs, and what is not ASCII",
     LINE HOST "X: a\tb \xff\x80\r\n" END, SERVED},
    {"a name may hold every token character",
     LINE HOST "!#$%&'*+-.^_`|~09azAZ: x\r\n" END, SERVED},
    {"other headers twice", LINE HOST "X: 1\r\nX: 2\r\n" END, SERVED},
    {"names that resemble those that matter",
     LINE HOST "Content-Length2: x\r\nX-Content-Length: x\r\n"
               "Content_Length: x\r\nTransfer-Encodin: x\r\nHosts: x\r\n" END,
     SERVED},

    {"a body", LINE HOST "Content-Length: 14\r\n" END, SERVED},
    {"no body", LINE HOST "Content-Length: 0\r\n" END, SERVED},
    {"leading zeros are digits", LINE HOST "Content-Length: 007\r\n" END,
     SERVED},
    {"as many digits as h2o reads",
     LINE HOST "Content-Length: 1234567890123456789\r\n" END, SERVED},
    {"one digit more", LINE HOST "Content-Length: 12345678901234567890\r\n" END,
     REFUSED},
    {"two different lengths",
     LINE HOST "Content-Length: 0\r\nContent-Length: 5\r\n" END, REFUSED},
    {"the same length twice",
     LINE HOST "Content-Length: 5\r\nContent-Length: 5\r\n" END, REFUSED},
    {"the second one elsewhere, and in other letters",
     LINE "Content-Length: 5\r\n" HOST "X: y\r\ncontent-length: 0\r\n" END,
     REFUSED},
    {"a list of equal lengths", LINE HOST "Content-Length: 5, 5\r\n" END,
     REFUSED},
    {"a list without blanks", LINE HOST "Content-Length: 5,5\r\n" END, REFUSED},
    {"a list of one", LINE HOST "Content-Length: 5,\r\n" END, REFUSED},
    {"a plus sign", LINE HOST "Content-Length: +5\r\n" END, REFUSED},
    {"a minus sign", LINE HOST "Content-Length: -5\r\n" END, REFUSED},
    {"a hexadecimal length", LINE HOST "Content-Length: 0x5\r\n" END, REFUSED},
    {"a length with a fraction", LINE HOST "Content-Length: 5.0\r\n" END,
     REFUSED},
    {"a length with an exponent", LINE HOST "Content-Length: 5e0\r\n" END,
     REFUSED},
    {"a length with a separator", LINE HOST "Content-Length: 1_0\r\n" END,
     REFUSED},
    {"a length in quotes", LINE HOST "Content-Length: \"5\"\r\n" END, REFUSED},
    {"a length with a blank inside", LINE HOST "Content-Length: 1 0\r\n" END,
     REFUSED},
    {"a length that is empty", LINE HOST "Content-Length:\r\n" END, REFUSED},
    {"a length that is blank", LINE HOST "Content-Length: \t\r\n" END, REFUSED},
    {"digits that are not ASCII", LINE HOST "Content-Length: \xd9\xa5\r\n" END,
     REFUSED},

    {"a chunked body is the last of its connection",
     LINE HOST "Transfer-Encoding: chunked\r\n" END, LAST},
    {"codings have no letter case",
     LINE HOST "transfer-encoding: CHUNKED\r\n" END, LAST},
    {"chunked in HTTP/1.0", LINE_1_0 HOST "Transfer-Encoding: chunked\r\n" END,
     REFUSED},
    {"a length before chunked",
     LINE HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" END,
     REFUSED},
    {"a length behind chunked",
     LINE HOST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n" END,
     REFUSED},
    {"chunked twice",
     LINE HOST
     "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n" END,
     REFUSED},
    {"identity, then chunked",
     LINE HOST
     "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n" END,
     REFUSED},
    {"chunked, then identity",
     LINE HOST
     "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n" END,
     REFUSED},
    {"identity", LINE HOST "Transfer-Encoding: identity\r\n" END, REFUSED},
    {"identity beside a length",
     LINE HOST "Transfer-Encoding: identity\r\nContent-Length: 5\r\n" END,
     REFUSED},
    {"gzip, chunked", LINE HOST "Transfer-Encoding: gzip, chunked\r\n" END,
     REFUSED},
    {"chunked in a list", LINE HOST "Transfer-Encoding: chunked,\r\n" END,
     REFUSED},
    {"chunked with a parameter",
     LINE HOST "Transfer-Encoding: chunked;x=y\r\n" END, REFUSED},
    {"chunked in quotes", LINE HOST "Transfer-Encoding: \"chunked\"\r\n" END,
     REFUSED},
    {"xchunked", LINE HOST "Transfer-Encoding: xchunked\r\n" END, REFUSED},
    {"a coding that is empty", LINE HOST "Transfer-Encoding:\r\n" END, REFUSED},
    {"a vertical tab before the coding",
     LINE HOST "Transfer-Encoding: \vchunked\r\n" END, REFUSED},

    {"Expect is the last of its connection",
     LINE HOST "Content-Length: 5\r\nExpect: 100-continue\r\n" END, LAST},
    {"whatever it expects", LINE HOST "expect: y\r\n" END, LAST},

    {"HTTP/1.1 without a Host", LINE END, REFUSED},
    {"two Hosts", LINE HOST HOST END, REFUSED},
    {"two Hosts in HTTP/1.0", LINE_1_0 "Host: a\r\nhost: a\r\n" END, REFUSED},
    {"a Host that is empty", LINE "Host:\r\n" END, SERVED},
    {"a Host with a port", LINE "Host: [::1]:8080\r\n" END, SERVED},
    {"a Host that is a list", LINE "Host: a b\r\n" END, REFUSED},
    {"a Host with a path", LINE "Host: a/b\r\n" END, REFUSED},
    {"a Host with user information", LINE "Host: a@b\r\n" END, REFUSED},

    {"a folded header", LINE HOST "X: a\r\n b\r\n" END, REFUSED},
    {"folded with a tab", LINE HOST "X: a\r\n\tb\r\n" END, REFUSED},
    {"folded to nothing", LINE HOST "X: a\r\n \r\n" END, REFUSED},
    {"a folded X-Forwarded-For",
     LINE HOST "X-Forwarded-For: 203.0.113.9,\r\n 198.51.100.7\r\n" END,
     REFUSED},
    {"a folded length", LINE HOST "Content-Length:\r\n 5\r\n" END, REFUSED},
    {"a folded coding", LINE HOST "Transfer-Encoding:\r\n chunked\r\n" END,
     REFUSED},
    {"a blank before the first header", LINE " X: y\r\n" HOST END, REFUSED},
    {"a folded first line", "GET /\r\n HTTP/1.1\r\n" HOST END, REFUSED},
    {"a blank before the colon", LINE HOST "Content-Length : 5\r\n" END,
     REFUSED},
    {"a tab before the colon", LINE HOST "X\t: 5\r\n" END, REFUSED},
    {"no name", LINE HOST ": x\r\n" END, REFUSED},
    {"no colon", LINE HOST "x\r\n" END, REFUSED},
    {"a blank in the name", LINE HOST "X Y: z\r\n" END, REFUSED},
    {"an odd byte in the name", LINE HOST "X\x80: y\r\n" END, REFUSED},
    {"a separator in the name", LINE HOST "X(: y\r\n" END, REFUSED},
    {"a control character in the name", LINE HOST "X\x01: y\r\n" END, REFUSED},
    {"a control character in the value", LINE HOST "X: \x01\r\n" END, REFUSED},
    {"DEL in the value", LINE HOST "X: \x7f\r\n" END, REFUSED},
    {"a bare CR in the value", LINE HOST "X: a\rContent-Length: 5\r\n" END,
     REFUSED},
    {"two CRs at the end", LINE HOST "X: a\r\r\n" END, REFUSED},
    {"a CR on the last line", LINE HOST "\r\r\n", REFUSED},

    {"a bare LF behind the first line", "GET / HTTP/1.1\n" HOST END, REFUSED},
    {"a bare LF behind a header", LINE "Host: a\nX: y\r\n" END, REFUSED},
    {"a bare LF at the end", LINE HOST "\n", REFUSED},
    {"bare LFs everywhere", "GET / HTTP/1.0\nHost: a\n\n", REFUSED},
    {"a bare LF before", "\n" LINE HOST END, REFUSED},
    {"two empty lines before", "\r\n\r\n" LINE HOST END, REFUSED},
    {"a bare CR for an end", "GET / HTTP/1.1\rHost: a\r\r", REFUSED},

    {"no method", " / HTTP/1.1\r\n" HOST END, REFUSED},
    {"an odd method", "GE(T / HTTP/1.1\r\n" HOST END, REFUSED},
    {"no target", "GET  HTTP/1.1\r\n" HOST END, REFUSED},
    {"two blanks", "GET  / HTTP/1.1\r\n" HOST END, REFUSED},
    {"a tab for a blank", "GET\t/ HTTP/1.1\r\n" HOST END, REFUSED},
    {"a blank in the target", "GET /a b HTTP/1.1\r\n" HOST END, REFUSED},
    {"a tab in the target", "GET /a\tb HTTP/1.1\r\n" HOST END, REFUSED},
    {"no version", "GET /\r\n" HOST END, REFUSED},
    {"half a version", "GET / HTTP/1.\r\n" HOST END, REFUSED},
    {"a version of two digits", "GET / HTTP/1.10\r\n" HOST END, REFUSED},
    {"a version without a digit", "GET / HTTP/1.x\r\n" HOST END, REFUSED},
    {"another major version", "GET / HTTP/2.0\r\n" HOST END, REFUSED},
    {"another protocol", "GET / RTSP/1.0\r\n" HOST END, REFUSED},
    {"small letters", "GET / http/1.1\r\n" HOST END, REFUSED},
    {"a blank behind the version", "GET / HTTP/1.1 \r\n" HOST END, REFUSED},
    {"something before the version", "GET / xHTTP/1.1\r\n" HOST END, REFUSED},
    {"no empty line", LINE HOST, REFUSED},
    {"half a line", "GET / HT", REFUSED},
    {"nothing", "", REFUSED},
};

/* To the byte, so that a sanitizer sees a read beyond the end. */
static const char *read_exact(const char *text, size_t len,
                              struct request_head *head)
{
    char *copy = test_malloc(len + 1);
    const char *fault;

    memcpy(copy + 1, text, len);
    fault = request_head_read(span_from(copy + 1, len), head);
    test_free(copy);
    return fault;
}

static void test_request_head(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct request_head head;
        const char *fault =
            read_exact(cases[i].head, strlen(cases[i].head), &head);
        enum verdict verdict = fault != NULL  ? REFUSED
                               : head.is_last ? LAST
                                              : SERVED;

        if (verdict != cases[i].verdict)
            fail_msg("%s: verdict %d, %s", cases[i].label, (int)verdict,
                     fault == NULL ? "no fault" : fault);
    }
}

static void test_what_it_finds(void **state)
{
    static const char text[] =
        "\r\nPOST http://a/x HTTP/1.1\r\nX: y\r\nhost: a:80 \r\n\r\n";
    struct request_head head;

    (void)state;
    assert_null(request_head_read(span_from_string(text), &head));
    assert_true(span_is(head.method, "POST"));
    assert_true(span_is(head.target, "http://a/x"));
    assert_true(span_is(head.host, "a:80"));
    assert_null(request_head_read(span_from_string(LINE_1_0 END), &head));
    assert_int_equal(head.host.len, 0);
}

/* Each in a name, and in a value. */
static void test_every_byte_in_a_header(void **state)
{
    static const char token_chars[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        "!#$%&'*+-.^_`|~";
    static const char name[] = LINE HOST "X?X: y\r\n" END;
    static const char value[] = LINE HOST "X: y?y\r\n" END;

    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        bool in_names = memchr(token_chars, byte, sizeof token_chars - 1) ||
                        byte == ':'; /* where it ends the name */
        bool in_values =
            byte == '\t' || (byte >= ' ' && byte != 0x7f); /* or above */
        struct request_head head;
        char text[sizeof name];

        memcpy(text, name, sizeof name);
        *strchr(text, '?') = (char)byte;
        if ((read_exact(text, sizeof name - 1, &head) == NULL) != in_names)
            fail_msg("byte %d in a name", byte);
        memcpy(text, value, sizeof value);
        *strchr(text, '?') = (char)byte;
        if ((read_exact(text, sizeof value - 1, &head) == NULL) != in_values)
            fail_msg("byte %d in a value", byte);
    }
}

/* They are counted in parts of 255 bytes. */
static void test_a_control_is_seen_wherever_it_stands(void **state)
{
    static const char before[] = LINE HOST "X: ";
    char text[1200];
    struct request_head head;

    (void)state;
    for (size_t at = sizeof before - 1; at < sizeof text - 4; at++) {
        memset(text, 'y', sizeof text);
        memcpy(text, before, sizeof before - 1);
        memcpy(text + sizeof text - 4, "\r\n\r\n", 4);
        assert_null(read_exact(text, sizeof text, &head));
        text[at] = '\x1b';
        assert_non_null(read_exact(text, sizeof text, &head));
    }
}

static void test_a_nul_is_refused_wherever_it_stands(void **state)
{
    static const char text[] = LINE HOST "X: y\r\n" END;

    (void)state;
    for (size_t i = 0; i < sizeof text - 1; i++) {
        char broken[sizeof text];
        struct request_head head;

        memcpy(broken, text, sizeof text);
        broken[i] = '\0';
        if (read_exact(broken, sizeof text - 1, &head) == NULL)
            fail_msg("at %zu", i);
    }
}

static void test_what_follows_the_head_is_not_looked_at(void **state)
{
    static const char head_text[] = LINE HOST "Content-Length: 5\r\n" END;
    static const char behind[] = "\n\r\0 Content-Length: 1\r\n\r\n";
    char text[sizeof head_text - 1 + sizeof behind];
    struct request_head head;

    (void)state;
    memcpy(text, head_text, sizeof head_text - 1);
    memcpy(text + sizeof head_text - 1, behind, sizeof behind);
    assert_null(read_exact(text, sizeof text, &head));
}

static void test_a_head_cut_off_anywhere_is_refused(void **state)
{
    static const char text[] =
        "\r\n" LINE HOST "Content-Length: 5\r\nX: y\r\n" END;

    (void)state;
    for (size_t len = 0; len < sizeof text - 1; len++) {
        struct request_head head;

        if (read_exact(text, len, &head) == NULL)
            fail_msg("after %zu bytes", len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_head),
        cmocka_unit_test(test_what_it_finds),
        cmocka_unit_test(test_every_byte_in_a_header),
        cmocka_unit_test(test_a_control_is_seen_wherever_it_stands),
        cmocka_unit_test(test_a_nul_is_refused_wherever_it_stands),
        cmocka_unit_test(test_what_follows_the_head_is_not_looked_at),
        cmocka_unit_test(test_a_head_cut_off_anywhere_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
