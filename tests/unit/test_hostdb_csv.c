#include "s3db/hostdb_csv.h"

#include "base/strbuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define TEN(text) text text text text text text text text text text
#define HUNDRED(text) TEN(TEN(text))
#define LABEL_63 TEN("abcdef") "xyz"
#define NAME_253 LABEL_63 "." LABEL_63 "." LABEL_63 "." TEN("abcdef") "x"
#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define TOKEN_1024 HUNDRED("0123456789") "012345678901234567890123"

/* Every row is a text and what becomes of it, written out as
 *   name=token;             a host
 *   name=token ttl;         a host with a TTL of its own
 *   name=token A ...;       and so on, see write_attributes()
 *   (line name: reason)     a row left out
 *   !status line: reason    the text as a whole fails
 */
static const struct {
    const char *label;
    struct span csv;
    const char *expected;
} cases[] = {
    /* ---- what is accepted ---- */
    {"one row", SPAN_LITERAL("a.example.org,t1\n"), "a.example.org=t1;"},
    {"rows keep their order", SPAN_LITERAL("b.example,t1\na.example,t2\n"),
     "b.example=t1;a.example=t2;"},
    {"the last line may lack its end", SPAN_LITERAL("a.example,t1"),
     "a.example=t1;"},
    {"the last line may lack its end, quoted",
     SPAN_LITERAL("\"a.example\",\"t1\""), "a.example=t1;"},
    {"CRLF ends a line", SPAN_LITERAL("a.example,t1\r\nb.example,t2\r\n"),
     "a.example=t1;b.example=t2;"},
    {"CR alone ends a line", SPAN_LITERAL("a.example,t1\rb.example,t2\r"),
     "a.example=t1;b.example=t2;"},
    {"a byte order mark is dropped",
     SPAN_LITERAL("\xef\xbb\xbf"
                  "a.example,t1\n"),
     "a.example=t1;"},
    {"a byte order mark before a quote",
     SPAN_LITERAL("\xef\xbb\xbf\"a.example\",t1\n"), "a.example=t1;"},
    {"blank lines are skipped",
     SPAN_LITERAL("\n\r\n  \t\na.example,t1\n\n\nb.example,t2\n\n"),
     "a.example=t1;b.example=t2;"},
    {"blanks around fields are no part of them",
     SPAN_LITERAL(" \ta.example\t , t1 \t\n"), "a.example=t1;"},
    {"blanks around quotes are no part of the field",
     SPAN_LITERAL(" \"a.example\" , \" t1 \" \n"), "a.example= t1 ;"},
    {"blanks within a token stay", SPAN_LITERAL("a.example,t 1\n"),
     "a.example=t 1;"},
    {"letter case and a trailing dot are taken off names",
     SPAN_LITERAL("A.Example.ORG.,Token\n"), "a.example.org=Token;"},
    {"a wildcard may be the leftmost label", SPAN_LITERAL("*.example.org,t1\n"),
     "*.example.org=t1;"},
    {"a token may hold a colon", SPAN_LITERAL("a.example,t:1:\n"),
     "a.example=t:1:;"},
    {"a quoted token may hold commas and doubled quotes",
     SPAN_LITERAL("a.example,\"t,\"\"1\"\"\"\n"), "a.example=t,\"1\";"},
    {"a token may be UTF-8", SPAN_LITERAL("a.example,\xc3\xa9t\xc3\xa9\n"),
     "a.example=\xc3\xa9t\xc3\xa9;"},
    {"the longest name", SPAN_LITERAL(NAME_253 ",t1\n"), NAME_253 "=t1;"},
    {"the longest name and its dot", SPAN_LITERAL(NAME_253 ".,t1\n"),
     NAME_253 "=t1;"},
    {"a token may be hashed",
     SPAN_LITERAL("a.example,sha256:01234567:" HASH "\n"
                  "b.example,scrypt:1024:8:1:01234567:" HASH "\n"),
     "a.example=sha256:01234567:" HASH ";"
     "b.example=scrypt:1024:8:1:01234567:" HASH ";"},
    {"one that only begins so is left out",
     SPAN_LITERAL("a.example,sha256:t1\nb.example,t2\n"),
     "(1 a.example: the token begins with sha256: but is not "
     "sha256:SALT:HASH, with a salt of 8 to 64 letters, digits or "
     "+ / = . _ - and a hash of 64 hexadecimal digits)b.example=t2;"},
    {"so is one that would take too long",
     SPAN_LITERAL("a.example,scrypt:32768:8:2:01234567:" HASH "\n"
                  "b.example,t2\n"),
     "(1 a.example: the numbers of the scrypt token are out of bounds: N is a "
     "power of two from 1024 to 32768, R is at most 32, P at most 16, and N "
     "times R times P at most 262144)b.example=t2;"},
    {"all rows of a user have the same text, even of a hashed token",
     SPAN_LITERAL("hostname,token,user\n"
                  "a.example,sha256:01234567:" HASH ",anne\n"
                  "b.example,sha256:01234568:" HASH ",anne\n"
                  "c.example,sha256:01234567:" HASH ",anne\n"),
     "(3 b.example: an earlier row has the same user and another token)"
     "a.example=sha256:01234567:" HASH " user:anne;"
     "c.example=sha256:01234567:" HASH " user:anne;"},
    {"the longest token", SPAN_LITERAL("a.example," TOKEN_1024 "\n"),
     "a.example=" TOKEN_1024 ";"},

    /* ---- the header line ---- */
    {"a header line is no host", SPAN_LITERAL("hostname,token\na.example,t1\n"),
     "a.example=t1;"},
    {"a header line in any letter case, quoted, after a byte order mark",
     SPAN_LITERAL("\xef\xbb\xbf\"HostName\" , TOKEN\r\na.example,t1\r\n"),
     "a.example=t1;"},
    {"a header line may follow blank lines",
     SPAN_LITERAL("\n\nhostname,token,ttl\na.example,t1,60\n"),
     "a.example=t1 60;"},
    {"a header line may name further columns; rows may have fewer",
     SPAN_LITERAL("hostname,token,ttl,comment\n"
                  "a.example,t1,60,\"Anne's,\nat home\"\n"
                  "b.example,t2,60\n"
                  "c.example,t3\n"),
     "a.example=t1 60;b.example=t2 60;c.example=t3;"},
    {"a row has no more fields than the header line",
     SPAN_LITERAL("hostname,token,ttl\na.example,t1,60,x\nb.example,t2\n"),
     "(2 a.example: the row has more fields than the header line names)"
     "b.example=t2;"},
    {"only the first row can be a header line",
     SPAN_LITERAL("a.example,t1\nhostname,token\n"),
     "(2 : the name is not fully qualified)a.example=t1;"},

    {"a header line may have blanks within quotes",
     SPAN_LITERAL("\" hostname \",\"token\t\",\" Ttl \"\na.example,t1,60\n"),
     "a.example=t1 60;"},
    {"the token may be called shared_secret",
     SPAN_LITERAL("Hostname,Shared_Secret,ttl\na.example,t1,60\n"),
     "a.example=t1 60;"},
    {"what no header line is: the hostname is lacking",
     SPAN_LITERAL("host,token\na.example,t1\n"),
     "(1 : the row names no host, and a header line begins with "
     "hostname,token)a.example=t1;"},
    {"what no header line is: the token is lacking",
     SPAN_LITERAL("hostname,password\na.example,t1\n"),
     "(1 : the row names no host, and a header line begins with "
     "hostname,token)a.example=t1;"},
    {"what no header line is: a hostname alone",
     SPAN_LITERAL("hostname\na.example,t1\n"),
     "(1 : the row names no host, and a header line begins with "
     "hostname,token)a.example=t1;"},
    {"what no header line is: another column comes first",
     SPAN_LITERAL("ttl,Hostname,Token\na.example,t1\n"),
     "(1 : the row names no host, and a header line begins with "
     "hostname,token)a.example=t1;"},
    {"what no header line is: the two change places",
     SPAN_LITERAL("token,hostname\nb,t1\na.example,t1\n"),
     "(1 : the row names no host, and a header line begins with "
     "hostname,token)(2 : the name is not fully qualified)a.example=t1;"},
    {"a token may be called token", SPAN_LITERAL("a.example,token\n"),
     "a.example=token;"},

    /* ---- attributes ---- */
    {"a row may have a TTL of its own",
     SPAN_LITERAL("hostname,token,ttl\na.example,t1,0\n"
                  "b.example,t2,2147483647\nc.example,t3\nd.example,t4,\n"),
     "a.example=t1 0;b.example=t2 2147483647;c.example=t3;d.example=t4;"},
    {"columns may stand in another order",
     SPAN_LITERAL("hostname,token,comment,TTL\na.example,t1,60,300\n"
                  "b.example,t2,90\nc.example,t3,,60\n"),
     "a.example=t1 300;b.example=t2;c.example=t3 60;"},
    {"columns may stand behind and between what is unknown",
     SPAN_LITERAL("hostname,token,x,ttl,y\na.example,t1,1,2,3\n"
                  "b.example,t2,x,,y\n"),
     "a.example=t1 2;b.example=t2;"},
    {"of a column that is named twice the first counts",
     SPAN_LITERAL("hostname,token,ttl,hostname,token,ttl\n"
                  "a.example,t1,1,b.example,t2,never\n"),
     "a.example=t1 1;"},
    {"a value may stand in quotes, and has no blanks around it",
     SPAN_LITERAL("hostname,token,ttl\na.example,t1, \"60\" \n"
                  "b.example,t2,\t90 \n"),
     "a.example=t1 60;b.example=t2 90;"},
    {"a comment may be any text",
     SPAN_LITERAL("hostname,token,comment,ttl\n"
                  "a.example,t1,\"\x01, \"\"\r\n\",5\n"),
     "a.example=t1 5;"},
    {"a bad value leaves the row out, and no other",
     SPAN_LITERAL("hostname,token,comment,ttl\na.example,t1,,60\n"
                  "b.example,t2,,1h\nc.example,t3,,90\n"
                  "d.example,t4,,2147483648\ne.example,t5,,\" 60\"\n"),
     "(3 b.example: the ttl is no number of seconds from 0 to 2147483647, in "
     "digits alone)"
     "(5 d.example: the ttl is no number of seconds from 0 to 2147483647, in "
     "digits alone)"
     "(6 e.example: the ttl is no number of seconds from 0 to 2147483647, in "
     "digits alone)"
     "a.example=t1 60;c.example=t3 90;"},
    {"the name that a bad row had is free for another",
     SPAN_LITERAL("hostname,token,ttl\na.example,t1,x\na.example,t2,7\n"),
     "(2 a.example: the ttl is no number of seconds from 0 to 2147483647, in "
     "digits alone)a.example=t2 7;"},
    {"a row that breaks several rules is told of once",
     SPAN_LITERAL("hostname,token,ttl\nb.example,,x\nnodot,t,x\n"
                  "c.example,t,x,y\na.example,t1,\n"),
     "(2 b.example: the token is empty)(3 : the name is not fully qualified)"
     "(4 c.example: the row has more fields than the header line names)"
     "a.example=t1;"},
    {"all columns at once, in another order",
     SPAN_LITERAL("hostname,token,user,comment,record_type,ipv6_suffix,"
                  "mac_address,lock_record,ttl,read_privilege,allow_internal,"
                  "expire_after,expect_within\n"
                  "a.example,t1,anne,x,a,::1:2:3:4,00:53:00:00:00:0a,yes,60,1,"
                  "no,1d,15m\n"
                  "b.example,t2,,,,,,,,,,,\n"
                  "c.example,t3,,,,,,0,,false,TRUE,never\n"),
     "a.example=t1 60 A locked readable external mac:00:53:00:00:00:0a "
     "user:anne suffix:::1:2:3:4 expected:900 expires:86400;b.example=t2;"
     "c.example=t3 internal expires:0;"},
    {"a bad value of any column leaves the row out",
     SPAN_LITERAL("hostname,token,record_type,lock_record,mac_address,user,"
                  "ipv6_suffix,expect_within,expire_after\n"
                  "a.example,t1,MX\nb.example,t2,,maybe\nc.example,t3,,,1\n"
                  "d.example,t4,,,,a:b\ne.example,t5,,,,,::\nf.example,t6\n"
                  "g.example,t7,,,,,,900\nh.example,t8,,,,,,,1y\n"),
     "(2 a.example: the record_type is neither A nor AAAA, nor empty for both)"
     "(3 b.example: the lock_record is none of true, yes, 1, false, no and 0)"
     "(4 c.example: the mac_address is not six pairs of hexadecimal digits "
     "with ':' or '-' between)"
     "(5 d.example: the user is longer than 253 bytes, or holds a colon or a "
     "control character, which no client can send)"
     "(6 e.example: the ipv6_suffix is no interface identifier written as an "
     "IPv6 address, such as ::1234:5678:9abc:def0)"
     "(8 g.example: the expect_within is neither a span of time from 1s to "
     "3650d, such as 15m, 12h or 30d, nor the word never)"
     "(9 h.example: the expire_after is neither a span of time from 1s to "
     "3650d, such as 15m, 12h or 30d, nor the word never)f.example=t6;"},
    {"blanks are no part of a login that is not quoted",
     SPAN_LITERAL("hostname,token,user\na.example,t1, Anne B. \n"
                  "b.example,t2,\" Anne B. \"\n"),
     "a.example=t1 user:Anne B.;b.example=t2 user: Anne B. ;"},

    /* ---- two rows of a name ---- */
    {"a row for each record, with tokens of their own",
     SPAN_LITERAL("hostname,token,record_type\na.example,t1,AAAA\n"
                  "A.Example.,t2,A\n"),
     "a.example=t1 AAAA;a.example=t2 A;"},
    {"a second row for one record",
     SPAN_LITERAL("hostname,token,record_type\na.example,t1,A\n"
                  "a.example,t2,AAAA\na.example,t3,a\n"),
     "(4 a.example: an earlier row of the same name is for this record "
     "already)a.example=t1 A;a.example=t2 AAAA;"},
    {"a row for one record behind one for both",
     SPAN_LITERAL("hostname,token,record_type\na.example,t1\n"
                  "a.example,t2,AAAA\n"),
     "(3 a.example: an earlier row of the same name is for this record "
     "already)a.example=t1;"},
    {"a row for both records behind one for one of them",
     SPAN_LITERAL("hostname,token,record_type\na.example,t1,A\n"
                  "a.example,t2,\n"),
     "(3 a.example: an earlier row of the same name is for one record already, "
     "and this one names no record_type, so it is for both)a.example=t1 A;"},

    /* ---- users ---- */
    {"one login for several hosts",
     SPAN_LITERAL("hostname,token,user\na.example,t1,anne\n"
                  "b.example,t1,anne\nc.example,t2,Anne\n"),
     "a.example=t1 user:anne;b.example=t1 user:anne;c.example=t2 user:Anne;"},
    {"a login has one token, and a fault does not tell it",
     SPAN_LITERAL("hostname,token,user\na.example,t1,anne\n"
                  "b.example,t2,anne\nc.example,t1,anne\n"),
     "(3 b.example: an earlier row has the same user and another token)"
     "a.example=t1 user:anne;c.example=t1 user:anne;"},
    {"a bad row is none of its user's",
     SPAN_LITERAL("hostname,token,user,ttl\na.example,t1,anne,x\n"
                  "b.example,t2,anne,60\n"),
     "(2 a.example: the ttl is no number of seconds from 0 to 2147483647, in "
     "digits alone)b.example=t2 60 user:anne;"},
    {"without a header line there is no attribute",
     SPAN_LITERAL("b.example,t2,60\na.example,t1\n"),
     "(1 b.example: the row has more fields than hostname,token; more are "
     "allowed only when a header line names them)a.example=t1;"},

    /* ---- rows that are left out ---- */
    {"a row without a token", SPAN_LITERAL("a.example\nb.example,t2\n"),
     "(1 a.example: the row has no token: it wants hostname,token)"
     "b.example=t2;"},
    {"a third field without a header line",
     SPAN_LITERAL("a.example,t1,60\nb.example,t2\n"),
     "(1 a.example: the row has more fields than hostname,token; more are "
     "allowed only when a header line names them)b.example=t2;"},
    {"an empty token", SPAN_LITERAL("a.example,\nb.example,t2\n"),
     "(1 a.example: the token is empty)b.example=t2;"},
    {"a token of blanks", SPAN_LITERAL("a.example, \t\nb.example,t2\n"),
     "(1 a.example: the token is empty)b.example=t2;"},
    {"a quoted empty token", SPAN_LITERAL("a.example,\"\"\nb.example,t2\n"),
     "(1 a.example: the token is empty)b.example=t2;"},
    {"a token one byte too long",
     SPAN_LITERAL("a.example," TOKEN_1024 "x\nb.example,t2\n"),
     "(1 a.example: the token is longer than 1024 bytes)b.example=t2;"},
    {"a line end in a token",
     SPAN_LITERAL("a.example,\"t\n1\"\nb.example,t2\nc.example,\n"),
     "(1 a.example: the token holds a control character, which no client can "
     "send)(4 c.example: the token is empty)b.example=t2;"},
    {"a tab in a token", SPAN_LITERAL("a.example,t\t1\nb.example,t2\n"),
     "(1 a.example: the token holds a control character, which no client can "
     "send)b.example=t2;"},
    {"DEL in a token", SPAN_LITERAL("a.example,t\x7f\nb.example,t2\n"),
     "(1 a.example: the token holds a control character, which no client can "
     "send)b.example=t2;"},
    {"an empty name; what stands there is not told",
     SPAN_LITERAL(",t1\nb.example,t2\n"),
     "(1 : the name is empty)b.example=t2;"},
    {"a lone comma", SPAN_LITERAL(",\nb.example,t2\n"),
     "(1 : the name is empty)b.example=t2;"},
    {"the root", SPAN_LITERAL(".,t1\nb.example,t2\n"),
     "(1 : a label is empty)b.example=t2;"},
    {"a single label, which may be a token out of place",
     SPAN_LITERAL("0123abcd,a.example\nb.example,t2\n"),
     "(1 : the name is not fully qualified)b.example=t2;"},
    {"an underscore is fine, a slash is not",
     SPAN_LITERAL("_a.example,t1\na/b.example,t2\n"),
     "(2 : a character is not a letter, digit, '-' or '_')_a.example=t1;"},
    {"a name in UTF-8 wants punycode",
     SPAN_LITERAL("\xc3\xa9.example,t1\nb.example,t2\n"),
     "(1 : a character is not a letter, digit, '-' or '_')b.example=t2;"},
    {"a line end in a name", SPAN_LITERAL("\"a\n.example\",t1\nb.example,t2\n"),
     "(1 : a character is not a letter, digit, '-' or '_')b.example=t2;"},
    {"a name one byte too long", SPAN_LITERAL(NAME_253 "y,t1\nb.example,t2\n"),
     "(1 : the name is longer than 253 characters)b.example=t2;"},
    {"a name far too long",
     SPAN_LITERAL(NAME_253 "." NAME_253 ",t1\nb.example,t2\n"),
     "(1 : the name is longer than 253 characters)b.example=t2;"},
    {"a name seen before, in another letter case: the first one stays",
     SPAN_LITERAL("a.example,t1\nb.example,t2\nA.Example.,t3\n"),
     "(3 a.example: an earlier row has the same name already)"
     "a.example=t1;b.example=t2;"},
    {"half a byte order mark is part of the name",
     SPAN_LITERAL("\xef\xbb"
                  "a.example,t1\nb.example,t2\n"),
     "(1 : a character is not a letter, digit, '-' or '_')b.example=t2;"},
    {"a second byte order mark is part of the name",
     SPAN_LITERAL("\xef\xbb\xbf\xef\xbb\xbf"
                  "a.example,t1\nb.example,t2\n"),
     "(1 : a character is not a letter, digit, '-' or '_')b.example=t2;"},

    /* ---- lines are counted as editors count them ---- */
    {"lines end in LF, CRLF or CR",
     SPAN_LITERAL("a.example,t1\n\r\n\rx,\n\nb,\r\nc,\r"),
     "(4 : the name is not fully qualified)"
     "(6 : the name is not fully qualified)"
     "(7 : the name is not fully qualified)a.example=t1;"},
    {"line ends within quotes count",
     SPAN_LITERAL("hostname,token,x\na.example,t1,\"\n\r\n\r\"\nb,\n"),
     "(6 : the name is not fully qualified)a.example=t1;"},

    /* ---- texts that fail as a whole ---- */
    {"nothing", SPAN_LITERAL(""), "!invalid 0: there is no host in it"},
    {"a byte order mark alone", SPAN_LITERAL("\xef\xbb\xbf"),
     "!invalid 0: there is no host in it"},
    {"half a byte order mark alone", SPAN_LITERAL("\xef\xbb"),
     "(1 : the row has no token: it wants hostname,token)"
     "!invalid 0: not one of its rows is a valid host"},
    {"blank lines alone", SPAN_LITERAL("\r\n \n"),
     "!invalid 0: there is no host in it"},
    {"a header line alone", SPAN_LITERAL("hostname,token\n"),
     "!invalid 0: there is no host in it"},
    {"not one good row", SPAN_LITERAL("a,t1\n"),
     "(1 : the name is not fully qualified)"
     "!invalid 0: not one of its rows is a valid host"},
    {"a quote within a field", SPAN_LITERAL("a.example,t1\nb.example,t\"2\n"),
     "!invalid 2: a double quote is out of place in the row that begins here"},
    {"text after a closing quote",
     SPAN_LITERAL("a.example,t1\nb.example,\"t\"2\n"),
     "!invalid 2: a double quote is out of place in the row that begins here"},
    {"a quote after a closing quote and a blank",
     SPAN_LITERAL("a.example,\"t\" \"2\n"),
     "!invalid 1: a double quote is out of place in the row that begins here"},
    {"a quote left open, and another much later",
     SPAN_LITERAL("a.example,t1\nb.example,\"t2\nc.example,t3\n"
                  "d.example,\"t4\"\n"),
     "!invalid 2: a double quote is out of place in the row that begins here"},
    {"a quote left open to the end",
     SPAN_LITERAL("a.example,t1\nb.example,\"t2\nc.example,t3\n"),
     "!invalid 2: a double quote is left open in the row that begins here"},
    {"an open quote alone", SPAN_LITERAL("\""),
     "!invalid 1: a double quote is left open in the row that begins here"},
    {"a doubled quote does not close",
     SPAN_LITERAL("a.example,\"t1\"\"\nb.example,t2"),
     "!invalid 1: a double quote is left open in the row that begins here"},
    {"a NUL byte", SPAN_LITERAL("a.example,t1\nb.example,t\0\n"),
     "!invalid 2: a NUL byte: the text is not in UTF-8"},
    {"a NUL byte within quotes", SPAN_LITERAL("a.example,\"t\n\0\"\n"),
     "!invalid 2: a NUL byte: the text is not in UTF-8"},
    {"a quote out of place before a NUL byte",
     SPAN_LITERAL("a.example,t\"\0\n"),
     "!invalid 1: a double quote is out of place in the row that begins here"},
    {"UTF-16",
     SPAN_LITERAL("\xff\xfe"
                  "a\0.\0b\0,\0t\0\n\0"),
     "!invalid 1: a NUL byte: the text is not in UTF-8"},
    {"rows before the fault are reported all the same",
     SPAN_LITERAL("a,t1\nb.example,\"t\"2\n"),
     "(1 : the name is not fully qualified)"
     "!invalid 2: a double quote is out of place in the row that begins here"},
};

static void write_fault(void *arg, const struct hostdb_csv_fault *fault)
{
    struct strbuf *out = arg;

    strbuf_printf(out, "(%zu ", fault->line);
    strbuf_append(out, fault->name);
    strbuf_printf(out, ": %s)", fault->reason);
}

static void write_text(struct strbuf *out, const char *label, struct span text)
{
    if (text.len == 0)
        return;
    strbuf_printf(out, " %s:", label);
    strbuf_append(out, text);
}

static void write_attributes(struct strbuf *out, const struct host *host)
{
    char text[ADDRESS_TEXT_MAX];
    struct address suffix;
    uint32_t ttl, seconds;

    if (host_attribute_ttl(host, &ttl))
        strbuf_printf(out, " %u", (unsigned)ttl);
    if (host_has_type(host))
        strbuf_printf(out, host_holds(host, ADDRESS_IPV4) ? " A" : " AAAA");
    if (host_is_locked(host))
        strbuf_printf(out, " locked");
    if (host_is_readable(host))
        strbuf_printf(out, " readable");
    if (host_allows_internal(host, false))
        strbuf_printf(out, " internal");
    if (!host_allows_internal(host, true))
        strbuf_printf(out, " external");
    write_text(out, "mac", host_mac_address(host));
    write_text(out, "user", host_user(host));
    if (host_ipv6_suffix(host, &suffix))
        write_text(out, "suffix",
                   span_from(text, address_format(&suffix, text)));
    if (host_expect_within(host, &seconds))
        strbuf_printf(out, " expected:%u", (unsigned)seconds);
    if (host_expire_after(host, &seconds))
        strbuf_printf(out, " expires:%u", (unsigned)seconds);
}

static void write_hosts(struct strbuf *out, const struct hostdb *db)
{
    for (uint32_t i = 0; i < hostdb_count(db); i++) {
        struct host host = hostdb_row(db, i), found;
        enum address_family family =
            host_holds(&host, ADDRESS_IPV4) ? ADDRESS_IPV4 : ADDRESS_IPV6;

        assert_true(hostdb_lookup_type(db, host.name, family, &found));
        assert_int_equal(found.index, i);
        strbuf_append(out, host.name);
        strbuf_append_char(out, '=');
        strbuf_append(out, host.token);
        write_attributes(out, &found);
        strbuf_append_char(out, ';');
    }
}

static void write_error(struct strbuf *out, const struct hostdb_csv *csv,
                        enum status status)
{
    struct hostdb_csv_fault error = hostdb_csv_error(csv);

    strbuf_printf(out, "!%s %zu: %s", status_name(status), error.line,
                  error.reason);
    assert_int_equal(error.name.len, 0);
}

/* A copy of exactly the bytes, so that the address sanitizer sees one read
 * beyond them. */
static enum status feed_copy(struct hostdb_csv *csv, struct span chunk)
{
    char *copy = malloc(chunk.len + 1);
    enum status status;

    assert_non_null(copy);
    memcpy(copy + 1, chunk.ptr, chunk.len);
    status = hostdb_csv_feed(csv, span_from(copy + 1, chunk.len));
    free(copy);
    return status;
}

/* Parses the text in pieces of `first` bytes and then of `step` bytes. */
static void build(struct strbuf *out, struct span csv_text, size_t first,
                  size_t step)
{
    struct hostdb_csv *csv = hostdb_csv_new(write_fault, out);
    struct hostdb *db = NULL;
    enum status status = STATUS_OK;

    assert_non_null(csv);
    strbuf_rewind(out);
    for (size_t at = 0, len = first; at < csv_text.len; at += len, len = step) {
        if (len > csv_text.len - at)
            len = csv_text.len - at;
        status = feed_copy(csv, span_from(csv_text.ptr + at, len));
        if (status != STATUS_OK)
            break;
    }
    if (status == STATUS_OK)
        status = hostdb_csv_finish(csv, &db);
    if (status == STATUS_OK) {
        assert_string_equal(hostdb_csv_error(csv).reason, "");
        write_hosts(out, db);
    } else {
        assert_null(db);
        assert_int_equal(hostdb_csv_feed(csv, span_from_string("x")), status);
        write_error(out, csv, status);
    }
    hostdb_release(db);
    hostdb_csv_free(csv);
}

static void check(size_t i, const struct strbuf *out)
{
    if (strcmp(strbuf_string(out), cases[i].expected) != 0)
        fail_msg("%s:\n  got      %s\n  expected %s", cases[i].label,
                 strbuf_string(out), cases[i].expected);
}

static void test_whole(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 64 * 1024);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        build(&out, cases[i].csv, cases[i].csv.len, 1);
        check(i, &out);
    }
    strbuf_clear(&out);
}

static void test_split_at_every_byte(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 64 * 1024);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t at = 0; at <= cases[i].csv.len; at++) {
            build(&out, cases[i].csv, at, cases[i].csv.len);
            check(i, &out);
        }
    }
    strbuf_clear(&out);
}

static void test_byte_by_byte(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 64 * 1024);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        build(&out, cases[i].csv, 1, 1);
        check(i, &out);
    }
    strbuf_clear(&out);
}

static void build_field_of(struct strbuf *out, size_t bytes)
{
    static const char head[] = "hostname,token,note\na.example,t1,";
    size_t len = sizeof head - 1 + bytes;
    char *text = malloc(len);

    assert_non_null(text);
    memcpy(text, head, sizeof head - 1);
    memset(text + sizeof head - 1, 'n', bytes);
    build(out, span_from(text, len), len, 1);
    free(text);
}

static void test_a_field_has_a_ceiling(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 64 * 1024);
    build_field_of(&out, HOSTDB_CSV_FIELD_MAX_BYTES);
    assert_string_equal(strbuf_string(&out), "a.example=t1;");
    build_field_of(&out, HOSTDB_CSV_FIELD_MAX_BYTES + 1);
    assert_string_equal(strbuf_string(&out),
                        "!invalid 2: a field is longer than 64 KiB; is a "
                        "double quote left open?");
    strbuf_clear(&out);
}

static void test_faults_are_counted_without_a_callback(void **state)
{
    struct hostdb_csv *csv = hostdb_csv_new(NULL, NULL);
    struct hostdb *db = NULL;

    (void)state;
    assert_int_equal(
        hostdb_csv_feed(csv, span_from_string("a,t\n,\nc.example,t\n")),
        STATUS_OK);
    assert_int_equal(hostdb_csv_finish(csv, &db), STATUS_OK);
    assert_int_equal(hostdb_csv_faults(csv), 2);
    hostdb_csv_free(csv);
    assert_int_equal(hostdb_count(db), 1);
    hostdb_release(db);
}

/* The header's own line and names, for people. */
static void test_the_header_line_is_told(void **state)
{
    struct hostdb_csv *csv = hostdb_csv_new(NULL, NULL);
    const struct hostdb_columns *columns = hostdb_csv_columns(csv);

    (void)state;
    assert_int_equal(columns->line, 0);
    assert_int_equal(
        hostdb_csv_feed(csv, span_from_string("\n\nhostname,token,ttl,x,\"y\n"
                                              "z\",ttl\na.example,t\n")),
        STATUS_OK);
    assert_int_equal(columns->line, 3);
    assert_int_equal(columns->count, 6);
    assert_string_equal(columns->unknown.text, "x, y?z");
    assert_string_equal(columns->repeated.text, "ttl");
    hostdb_csv_free(csv);
}

static void test_it_may_be_freed_half_way(void **state)
{
    struct hostdb_csv *csv = hostdb_csv_new(NULL, NULL);

    (void)state;
    assert_int_equal(
        hostdb_csv_feed(csv, span_from_string("a.example,t\nb.exa")),
        STATUS_OK);
    hostdb_csv_free(csv);
    hostdb_csv_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_split_at_every_byte),
        cmocka_unit_test(test_byte_by_byte),
        cmocka_unit_test(test_a_field_has_a_ceiling),
        cmocka_unit_test(test_faults_are_counted_without_a_callback),
        cmocka_unit_test(test_the_header_line_is_told),
        cmocka_unit_test(test_it_may_be_freed_half_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
