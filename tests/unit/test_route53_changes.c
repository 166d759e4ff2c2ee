#include "aws/route53_changes.h"

#include "aws/route53_limits.h"
#include "aws/xml.h"
#include "tests/unit/patience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static void test_document(void **state)
{
    static const struct rrset rrsets[] = {
        {SPAN_LITERAL("x.example.org"), RRSET_A, 60, SPAN_LITERAL("192.0.2.1")},
        {SPAN_LITERAL("*.example.org"), RRSET_AAAA, INT32_MAX,
         SPAN_LITERAL("2001:db8::1")},
    };
    static const char expected[] =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<ChangeResourceRecordSetsRequest "
        "xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">"
        "<ChangeBatch><Changes>"
        "<Change><Action>UPSERT</Action><ResourceRecordSet>"
        "<Name>x.example.org</Name><Type>A</Type><TTL>60</TTL>"
        "<ResourceRecords><ResourceRecord><Value>192.0.2.1</Value>"
        "</ResourceRecord></ResourceRecords></ResourceRecordSet></Change>"
        "<Change><Action>UPSERT</Action><ResourceRecordSet>"
        "<Name>*.example.org</Name><Type>AAAA</Type><TTL>2147483647</TTL>"
        "<ResourceRecords><ResourceRecord><Value>2001:db8::1</Value>"
        "</ResourceRecord></ResourceRecords></ResourceRecordSet></Change>"
        "</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>\n";
    char *text;
    size_t len;

    (void)state;
    assert_int_equal(
        route53_changes_write(RRSET_UPSERT, rrsets, 2, &text, &len), STATUS_OK);
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(text, expected, len);
    free(text);
}

static void test_a_removal_names_ttl_and_value(void **state)
{
    static const struct rrset rrset = {SPAN_LITERAL("*.example.org"), RRSET_A,
                                       60, SPAN_LITERAL("192.0.2.1")};
    static const char change[] =
        "<Change><Action>DELETE</Action><ResourceRecordSet>"
        "<Name>*.example.org</Name><Type>A</Type><TTL>60</TTL>"
        "<ResourceRecords><ResourceRecord><Value>192.0.2.1</Value>"
        "</ResourceRecord></ResourceRecords></ResourceRecordSet></Change>";
    char *text;
    size_t len;

    (void)state;
    assert_int_equal(
        route53_changes_write(RRSET_DELETE, &rrset, 1, &text, &len), STATUS_OK);
    assert_non_null(strstr(text, change));
    assert_null(strstr(text, "UPSERT"));
    free(text);
}

static void test_markup_is_escaped(void **state)
{
    static const struct rrset rrset = {SPAN_LITERAL("<x>&'\".example.org"),
                                       RRSET_A, 60, SPAN_LITERAL("]]>")};
    const xmlNode *set;
    xmlDoc *doc;
    char *text;
    size_t len;

    (void)state;
    assert_int_equal(
        route53_changes_write(RRSET_DELETE, &rrset, 1, &text, &len), STATUS_OK);
    assert_int_equal(xml_parse(span_from(text, len), &doc), STATUS_OK);
    set = xml_child(xml_root(doc, "ChangeResourceRecordSetsRequest"),
                    "ChangeBatch");
    set = xml_child(xml_child(xml_child(set, "Changes"), "Change"),
                    "ResourceRecordSet");
    assert_true(span_is(xml_child_text(set, "Name"), "<x>&'\".example.org"));
    set = xml_child(xml_child(set, "ResourceRecords"), "ResourceRecord");
    assert_true(span_is(xml_child_text(set, "Value"), "]]>"));
    xmlFreeDoc(doc);
    free(text);
}

static const struct {
    const char *label;
    struct rrset rrset;
    enum status expected;
} refusals[] = {
    {"no name", {{"", 0}, RRSET_A, 60, SPAN_LITERAL("x")}, STATUS_INVALID},
    {"no value",
     {SPAN_LITERAL("x.example.org"), RRSET_A, 60, {"", 0}},
     STATUS_INVALID},
    {"a line break in a name",
     {SPAN_LITERAL("x\n.example.org"), RRSET_A, 60, SPAN_LITERAL("x")},
     STATUS_INVALID},
    {"a byte beyond ASCII",
     {SPAN_LITERAL("\xc3\xa9.example.org"), RRSET_A, 60, SPAN_LITERAL("x")},
     STATUS_INVALID},
    {"a NUL in a value",
     {SPAN_LITERAL("x.example.org"), RRSET_A, 60, SPAN_LITERAL("1\0002")},
     STATUS_INVALID},
    {"a TTL of one too many",
     {SPAN_LITERAL("x.example.org"), RRSET_A, 2147483648U, SPAN_LITERAL("x")},
     STATUS_INVALID},
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        char *text;
        size_t len;

        print_message("  %s\n", refusals[i].label);
        assert_int_equal(route53_changes_write(RRSET_UPSERT, &refusals[i].rrset,
                                               1, &text, &len),
                         refusals[i].expected);
        assert_null(text);
        assert_int_equal(route53_changes_write(RRSET_DELETE, &refusals[i].rrset,
                                               1, &text, &len),
                         refusals[i].expected);
        assert_null(text);
    }
}

/* Fills a batch with values of one length. */
static enum status write_batch_of(enum rrset_action action, size_t count,
                                  size_t value_len)
{
    static char value[ROUTE53_BATCH_MAX_CHARS + 1];
    struct rrset *rrsets = calloc(count + 1, sizeof *rrsets);
    enum status status;
    char *text;
    size_t len;

    memset(value, '1', sizeof value);
    for (size_t i = 0; i < count; i++)
        rrsets[i] = (struct rrset){SPAN_LITERAL("x.example.org"), RRSET_A, 60,
                                   span_from(value, value_len)};
    status = route53_changes_write(action, rrsets, count, &text, &len);
    free(rrsets);
    free(text);
    return status;
}

static enum status write_batch(size_t count, size_t value_len)
{
    return write_batch_of(RRSET_UPSERT, count, value_len);
}

static void test_limits(void **state)
{
    (void)state;
    assert_int_equal(write_batch(0, 1), STATUS_INVALID);
    assert_int_equal(write_batch(500, 32), STATUS_OK);
    assert_int_equal(write_batch(501, 1), STATUS_FULL);
    assert_int_equal(write_batch(500, 33), STATUS_FULL);
    assert_int_equal(write_batch(410, 39), STATUS_OK); /* a full-length AAAA */
    assert_int_equal(write_batch(411, 39), STATUS_FULL);
    assert_int_equal(write_batch(4, 4000), STATUS_OK);
    assert_int_equal(write_batch(1, 4001), STATUS_FULL);
}

static void test_a_removal_counts_once(void **state)
{
    (void)state;
    assert_int_equal(write_batch_of(RRSET_DELETE, 0, 1), STATUS_INVALID);
    assert_int_equal(write_batch_of(RRSET_DELETE, 1000, 32), STATUS_OK);
    assert_int_equal(write_batch_of(RRSET_DELETE, 1001, 1), STATUS_FULL);
    assert_int_equal(write_batch_of(RRSET_DELETE, 1000, 33), STATUS_FULL);
    assert_int_equal(write_batch_of(RRSET_DELETE, 820, 39), STATUS_OK);
    assert_int_equal(write_batch_of(RRSET_DELETE, 821, 39), STATUS_FULL);
    assert_int_equal(write_batch_of(RRSET_DELETE, 1, 4001), STATUS_FULL);
}

static int64_t full_batch_us(void)
{
    int64_t before = patience_cpu_us();

    assert_int_equal(write_batch(500, 32), STATUS_OK);
    return patience_cpu_us() - before;
}

/* The updater's thread builds these between two polls. The bound is some
 * twenty times what an idle machine takes, and lax enough for sanitizers; the
 * best attempt counts, whatever else the processor has to do. */
static void test_a_full_batch_is_quick(void **state)
{
    struct patience patience =
        patience_for("a batch of 500 in 50 ms of the processor's time");

    (void)state;
    while (full_batch_us() >= 50000)
        patience_lasts(&patience);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_document),
        cmocka_unit_test(test_a_removal_names_ttl_and_value),
        cmocka_unit_test(test_markup_is_escaped),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_a_removal_counts_once),
        cmocka_unit_test(test_a_full_batch_is_quick),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
