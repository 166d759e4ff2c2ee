#include "aws/route53_xml.h"

#include "base/strbuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define NS " xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\""
#define XML "<?xml version=\"1.0\"?>\n"

#define CHANGE(info)                                                           \
    XML "<ChangeResourceRecordSetsResponse" NS "><ChangeInfo>" info            \
        "</ChangeInfo></ChangeResourceRecordSetsResponse>"

static const struct {
    const char *label, *text;
    bool accepted;
    const char *id;
    bool in_sync;
} changes[] = {
    {"pending",
     CHANGE("<Id>/change/C1</Id><Status>PENDING</Status>"
            "<SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt>"),
     true, "C1", false},
    {"in sync already", CHANGE("<Id>/change/C1</Id><Status>INSYNC</Status>"),
     true, "C1", true},
    {"an id without its path", CHANGE("<Id>C1</Id><Status>PENDING</Status>"),
     true, "C1", false},
    {"an id that no URL could hold: accepted, but not to be asked for",
     CHANGE("<Id>/change/../x</Id><Status>PENDING</Status>"), true, "", false},
    {"an id that is too long",
     CHANGE("<Id>C12345678901234567890123456789012</Id>"
            "<Status>PENDING</Status>"),
     true, "", false},
    {"no id", CHANGE("<Status>PENDING</Status>"), false, "", false},
    {"no status", CHANGE("<Id>/change/C1</Id>"), false, "", false},
    {"a status that is none", CHANGE("<Id>C1</Id><Status>MAYBE</Status>"),
     false, "", false},
    {"nothing at all", "", false, "", false},
    {"an error document",
     "<ErrorResponse" NS "><Error><Code>Throttling</Code></Error>"
     "</ErrorResponse>",
     false, "", false},
    {"another document",
     "<GetChangeResponse" NS "><ChangeInfo><Id>C1</Id>"
     "<Status>PENDING</Status></ChangeInfo>"
     "</GetChangeResponse>",
     false, "", false},
    {"a portal's page", "<html><body>Welcome</body></html>", false, "", false},
    {"cut short",
     "<ChangeResourceRecordSetsResponse><ChangeInfo><Id>C1</Id>"
     "<Status>PENDING</Status></ChangeInfo>",
     false, "", false},
};

static void test_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(changes); i++) {
        print_message("  %s\n", changes[i].label);
        struct route53_change change;

        assert_int_equal(route53_xml_read_accepted(
                             &change, span_from_string(changes[i].text)),
                         changes[i].accepted);
        if (!changes[i].accepted)
            continue;
        assert_string_equal(change.id, changes[i].id);
        assert_int_equal(change.in_sync, changes[i].in_sync);
    }
}

#define PROGRESS(status)                                                       \
    XML "<GetChangeResponse" NS                                                \
        "><ChangeInfo><Id>/change/C1</Id><Status>" status                      \
        "</Status></ChangeInfo></GetChangeResponse>"

static const struct {
    const char *label, *text;
    bool sound, in_sync;
} progress[] = {
    {"on its way", PROGRESS("PENDING"), true, false},
    {"everywhere", PROGRESS("INSYNC"), true, true},
    {"neither", PROGRESS("insync"), false, false},
    {"an acceptance is another document",
     CHANGE("<Id>/change/C1</Id><Status>INSYNC</Status>"), false, false},
    {"nothing", "", false, false},
};

static void test_progress(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(progress); i++) {
        struct route53_change change;

        print_message("  %s\n", progress[i].label);
        assert_int_equal(route53_xml_read_progress(
                             &change, span_from_string(progress[i].text)),
                         progress[i].sound);
        if (progress[i].sound)
            assert_int_equal(change.in_sync, progress[i].in_sync);
    }
}

#define ZONE(id, name, is_private)                                             \
    "<HostedZone><Id>" id "</Id><Name>" name "</Name>"                         \
    "<CallerReference>r</CallerReference><Config><Comment>c</Comment>"         \
    "<PrivateZone>" is_private "</PrivateZone></Config>"                       \
    "<ResourceRecordSetCount>2</ResourceRecordSetCount></HostedZone>"
#define ZONES(zones, rest)                                                     \
    XML "<ListHostedZonesResponse" NS "><HostedZones>" zones                   \
        "</HostedZones>" rest                                                  \
        "<MaxItems>100</MaxItems></ListHostedZonesResponse>"
#define LAST "<IsTruncated>false</IsTruncated>"

static const struct {
    const char *label, *text;
    struct {
        const char *id, *name;
        bool is_private;
    } zones[3];
    const char *next_marker;
} zone_pages[] = {
    {"two zones, one of them private",
     ZONES(ZONE("/hostedzone/Z1", "example.org.", "false")
               ZONE("/hostedzone/Z2", "example.net.", "true"),
           LAST),
     {{"Z1", "example.org", false}, {"Z2", "example.net", true}},
     ""},
    {"more to come",
     ZONES(ZONE("/hostedzone/Z1", "example.org.", "false"),
           "<IsTruncated>true</IsTruncated><NextMarker>Z2</NextMarker>"),
     {{"Z1", "example.org", false}},
     "Z2"},
    {"a marker on the last page means nothing",
     ZONES("", LAST "<NextMarker>Z2</NextMarker>"),
     {{NULL, NULL, false}},
     ""},
    {"an account without zones", ZONES("", LAST), {{NULL, NULL, false}}, ""},
    {"names are decoded and lower-cased",
     ZONES(ZONE("Z1", "A\\137b.Example.ORG.", "false"), LAST),
     {{"Z1", "a_b.example.org", false}},
     ""},
    {"a name that could be nobody's is left out",
     ZONES(ZONE("Z1", "a\\056b.example.org.", "false")
               ZONE("Z2", "example.org.", "false"),
           LAST),
     {{"Z2", "example.org", false}},
     ""},
    {"one zone, asked for by its id",
     XML "<GetHostedZoneResponse" NS ">" ZONE(
         "/hostedzone/Z1", "example.org.", "true") "<VPCs><VPC/></VPCs>"
                                                   "</GetHostedZoneResponse>",
     {{"Z1", "example.org", true}},
     ""},
    {"a zone without a config is public",
     XML "<GetHostedZoneResponse" NS "><HostedZone><Id>Z1</Id>"
         "<Name>example.org.</Name></HostedZone></GetHostedZoneResponse>",
     {{"Z1", "example.org", false}},
     ""},
};

static void test_zones(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(zone_pages); i++) {
        struct route53_zones page;
        size_t count = 0;

        print_message("  %s\n", zone_pages[i].label);
        assert_int_equal(
            route53_xml_read_zones(&page, span_from_string(zone_pages[i].text)),
            STATUS_OK);
        for (; zone_pages[i].zones[count].id != NULL; count++) {
            assert_true(count < page.count);
            assert_true(
                span_is(page.zones[count].id, zone_pages[i].zones[count].id));
            assert_true(span_is(page.zones[count].name,
                                zone_pages[i].zones[count].name));
            assert_int_equal(page.zones[count].is_private,
                             zone_pages[i].zones[count].is_private);
        }
        assert_int_equal(page.count, count);
        assert_true(span_is(page.next_marker, zone_pages[i].next_marker));
        route53_xml_clear_zones(&page);
    }
}

static const struct {
    const char *label, *text;
} no_zone_pages[] = {
    {"nothing", ""},
    {"a portal's page", "<html><body>Welcome</body></html>"},
    {"another listing", "<ListResourceRecordSetsResponse" NS "/>"},
    {"no list",
     "<ListHostedZonesResponse" NS ">" LAST "</ListHostedZonesResponse>"},
    {"nothing said about more", ZONES(ZONE("Z1", "example.org.", "false"), "")},
    {"more, but not from where", ZONES(ZONE("Z1", "example.org.", "false"),
                                       "<IsTruncated>true</IsTruncated>")},
    {"a zone without an id",
     ZONES("<HostedZone><Name>example.org.</Name></HostedZone>", LAST)},
    {"a zone without a name",
     ZONES("<HostedZone><Id>Z1</Id></HostedZone>", LAST)},
    {"no zone where one was asked for",
     "<GetHostedZoneResponse" NS "></GetHostedZoneResponse>"},
    {"two zones where one was asked for",
     "<GetHostedZoneResponse" NS ">" ZONE("Z1", "example.org.", "false")
         ZONE("Z2", "example.net.", "false") "</GetHostedZoneResponse>"},
};

static void test_no_zones(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(no_zone_pages); i++) {
        struct route53_zones page;

        print_message("  %s\n", no_zone_pages[i].label);
        assert_int_equal(route53_xml_read_zones(
                             &page, span_from_string(no_zone_pages[i].text)),
                         STATUS_INVALID);
        assert_int_equal(page.count, 0);
        assert_null(page.zones);
    }
}

#define SET(name, type, rest)                                                  \
    "<ResourceRecordSet><Name>" name "</Name><Type>" type "</Type>" rest       \
    "</ResourceRecordSet>"
#define RECORD(value)                                                          \
    "<ResourceRecord><Value>" value "</Value></ResourceRecord>"
#define SIMPLE(value)                                                          \
    "<TTL>60</TTL><ResourceRecords>" RECORD(value) "</ResourceRecords>"
#define SETS(sets, rest)                                                       \
    XML "<ListResourceRecordSetsResponse" NS "><ResourceRecordSets>" sets      \
        "</ResourceRecordSets>" rest                                           \
        "<MaxItems>300</MaxItems></ListResourceRecordSetsResponse>"

static const struct {
    const char *label, *set;
    const char *name; /* NULL: left out */
    enum rrset_type type;
    const char *value; /* "": what no UPSERT of ours replaces */
} sets[] = {
    {"a simple A", SET("x.example.org.", "A", SIMPLE("192.0.2.1")),
     "x.example.org", RRSET_A, "192.0.2.1"},
    {"a simple AAAA", SET("x.example.org.", "AAAA", SIMPLE("2001:db8::1")),
     "x.example.org", RRSET_AAAA, "2001:db8::1"},
    {"a wildcard", SET("\\052.example.org.", "A", SIMPLE("192.0.2.1")),
     "*.example.org", RRSET_A, "192.0.2.1"},
    {"another type", SET("x.example.org.", "TXT", SIMPLE("&quot;t&quot;")),
     NULL, RRSET_A, NULL},
    {"a type that only begins like one",
     SET("x.example.org.", "AA", SIMPLE("192.0.2.1")), NULL, RRSET_A, NULL},
    {"two values",
     SET("x.example.org.", "A",
         "<TTL>60</TTL><ResourceRecords>" RECORD("192.0.2.1")
             RECORD("192.0.2.2") "</ResourceRecords>"),
     "x.example.org", RRSET_A, ""},
    {"an alias",
     SET("x.example.org.", "A",
         "<AliasTarget><HostedZoneId>Z2</HostedZoneId>"
         "<DNSName>lb.example.org.</DNSName></AliasTarget>"),
     "x.example.org", RRSET_A, ""},
    {"one of several with a weight",
     SET("x.example.org.", "A",
         "<SetIdentifier>blue</SetIdentifier><Weight>1</Weight>" SIMPLE(
             "192.0.2.1")),
     "x.example.org", RRSET_A, ""},
    {"one that a traffic policy made",
     SET("x.example.org.", "A",
         SIMPLE("192.0.2.1") "<TrafficPolicyInstanceId>t</"
                             "TrafficPolicyInstanceId>"),
     "x.example.org", RRSET_A, ""},
    {"a name that could be nobody's",
     SET("a\\056b.example.org.", "A", SIMPLE("192.0.2.1")), NULL, RRSET_A,
     NULL},
};

static void test_sets(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sets); i++) {
        struct route53_rrsets page;
        struct strbuf text;

        print_message("  %s\n", sets[i].label);
        strbuf_init(&text, 10000);
        strbuf_printf(&text, SETS("%s", LAST), sets[i].set);
        assert_int_equal(route53_xml_read_rrsets(&page, strbuf_span(&text)),
                         STATUS_OK);
        assert_int_equal(page.count, sets[i].name != NULL);
        if (sets[i].name != NULL) {
            assert_true(span_is(page.rrsets[0].name, sets[i].name));
            assert_int_equal(page.rrsets[0].type, sets[i].type);
            assert_int_equal(page.rrsets[0].ttl,
                             sets[i].value[0] == '\0' ? 0 : 60);
            assert_true(span_is(page.rrsets[0].value, sets[i].value));
        }
        assert_int_equal(page.next.name.len, 0);
        route53_xml_clear_rrsets(&page);
        strbuf_clear(&text);
    }
}

static void test_the_cursor_keeps_its_spelling(void **state)
{
    static const char text[] =
        SETS(SET("a.example.org.", "A", SIMPLE("192.0.2.1"))
                 SET("b.example.org.", "AAAA", SIMPLE("2001:db8::1")),
             "<IsTruncated>true</IsTruncated>"
             "<NextRecordName>\\052.C.example.org.</NextRecordName>"
             "<NextRecordType>A</NextRecordType>"
             "<NextRecordIdentifier>blue &amp; green</NextRecordIdentifier>");
    struct route53_rrsets page;

    (void)state;
    assert_int_equal(route53_xml_read_rrsets(&page, span_from_string(text)),
                     STATUS_OK);
    assert_int_equal(page.count, 2);
    assert_true(span_is(page.rrsets[0].name, "a.example.org"));
    assert_true(span_is(page.rrsets[1].name, "b.example.org"));
    assert_true(span_is(page.next.name, "\\052.C.example.org."));
    assert_true(span_is(page.next.type, "A"));
    assert_true(span_is(page.next.identifier, "blue & green"));
    route53_xml_clear_rrsets(&page);
}

#define GOOD_SET SET("x.example.org.", "A", SIMPLE("192.0.2.1"))

static const struct {
    const char *label, *text;
} no_set_pages[] = {
    {"nothing", ""},
    {"a portal's page", "<html><body>Welcome</body></html>"},
    {"another listing", ZONES("", LAST)},
    {"no list", "<ListResourceRecordSetsResponse" NS ">" LAST
                "</ListResourceRecordSetsResponse>"},
    {"nothing said about more", SETS(GOOD_SET, "")},
    {"neither yes nor no", SETS(GOOD_SET, "<IsTruncated>maybe</IsTruncated>")},
    {"more, but not from where",
     SETS(GOOD_SET, "<IsTruncated>true</IsTruncated>")},
    {"a set without a name", SETS("<ResourceRecordSet><Type>A</Type>" SIMPLE(
                                      "192.0.2.1") "</ResourceRecordSet>",
                                  LAST)},
    {"a set without a type",
     SETS("<ResourceRecordSet><Name>x.example.org.</Name>" SIMPLE(
              "192.0.2.1") "</ResourceRecordSet>",
          LAST)},
    {"a record without a value",
     SETS(SET("x.example.org.", "A", SIMPLE("")), LAST)},
    {"a set without a TTL",
     SETS(SET("x.example.org.", "A",
              "<ResourceRecords>" RECORD("192.0.2.1") "</ResourceRecords>"),
          LAST)},
    {"a TTL that is no number",
     SETS(SET("x.example.org.", "A",
              "<TTL>-1</TTL><ResourceRecords>" RECORD(
                  "192.0.2.1") "</ResourceRecords>"),
          LAST)},
    {"a TTL beyond the limit",
     SETS(SET("x.example.org.", "A",
              "<TTL>2147483648</TTL><ResourceRecords>" RECORD(
                  "192.0.2.1") "</ResourceRecords>"),
          LAST)},
};

static void test_no_sets(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(no_set_pages); i++) {
        struct route53_rrsets page;

        print_message("  %s\n", no_set_pages[i].label);
        assert_int_equal(route53_xml_read_rrsets(
                             &page, span_from_string(no_set_pages[i].text)),
                         STATUS_INVALID);
        assert_int_equal(page.count, 0);
        assert_null(page.rrsets);
    }
}

static const struct {
    const char *label, *sets;
    enum rrset_presence presence;
    const char *address;
} finds[] = {
    {"the set that is asked for",
     SET("x.example.org.", "A", SIMPLE("192.0.2.1")), RRSET_SIMPLE,
     "192.0.2.1"},
    {"an empty zone", "", RRSET_ABSENT, "-"},
    {"the next name is another's",
     SET("xx.example.org.", "A", SIMPLE("192.0.2.1")), RRSET_ABSENT, "-"},
    {"the next type is another's",
     SET("x.example.org.", "AAAA", SIMPLE("2001:db8::1")), RRSET_ABSENT, "-"},
    {"letter case means nothing",
     SET("X.Example.org.", "A", SIMPLE("192.0.2.1")), RRSET_SIMPLE,
     "192.0.2.1"},
    {"a value that is no address differs from all",
     SET("x.example.org.", "A", SIMPLE("home")), RRSET_SIMPLE, "-"},
    {"several values",
     SET("x.example.org.", "A",
         "<TTL>60</TTL><ResourceRecords>" RECORD("192.0.2.1")
             RECORD("192.0.2.2") "</ResourceRecords>"),
     RRSET_SPECIAL, "-"},
    {"an alias",
     SET("x.example.org.", "A",
         "<AliasTarget><DNSName>y.example.org.</DNSName></AliasTarget>"),
     RRSET_SPECIAL, "-"},
    {"one of several with a weight",
     SET("x.example.org.", "A",
         "<SetIdentifier>blue</SetIdentifier>" SIMPLE("192.0.2.1")),
     RRSET_SPECIAL, "-"},
};

static enum status find_x(struct rrset_found *found, const char *text)
{
    return route53_xml_find_rrset(found, span_from_string(text),
                                  span_from_string("x.example.org"), RRSET_A);
}

static void test_find(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(finds); i++) {
        char address[ADDRESS_TEXT_MAX];
        struct rrset_found found;
        struct strbuf text;

        print_message("  %s\n", finds[i].label);
        strbuf_init(&text, 10000);
        strbuf_printf(&text, SETS("%s", LAST), finds[i].sets);
        assert_int_equal(find_x(&found, strbuf_string(&text)), STATUS_OK);
        assert_int_equal(found.presence, finds[i].presence);
        address_format(&found.address, address);
        assert_string_equal(address, finds[i].address);
        if (found.presence == RRSET_SIMPLE)
            assert_int_equal(found.ttl, 60);
        strbuf_clear(&text);
    }
}

static void test_find_a_wildcard(void **state)
{
    static const char text[] =
        SETS(SET("\\052.example.org.", "AAAA", SIMPLE("2001:db8::1")), LAST);
    struct rrset_found found;

    (void)state;
    assert_int_equal(route53_xml_find_rrset(&found, span_from_string(text),
                                            span_from_string("*.example.org"),
                                            RRSET_AAAA),
                     STATUS_OK);
    assert_int_equal(found.presence, RRSET_SIMPLE);
}

static void test_find_in_no_listing(void **state)
{
    static const char *const texts[] = {
        "", "<html><body>Welcome</body></html>", ZONES("", LAST),
        SETS(SET("x.example.org.", "A",
                 "<TTL>-1</TTL><ResourceRecords>" RECORD(
                     "192.0.2.1") "</ResourceRecords>"),
             LAST),
        SETS(SET("x.example.org.", "A", "<TTL>60</TTL>"), LAST)};
    struct rrset_found found;

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_int_equal(find_x(&found, texts[i]), STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_progress),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_find_a_wildcard),
        cmocka_unit_test(test_find_in_no_listing),
        cmocka_unit_test(test_zones),
        cmocka_unit_test(test_no_zones),
        cmocka_unit_test(test_sets),
        cmocka_unit_test(test_the_cursor_keeps_its_spelling),
        cmocka_unit_test(test_no_sets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
