#include "cli/set_ip_round.h"
#include "cli/say.h"
#include "cli/stop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { NAMES_MAX = 4 };

/* What is told to a person, and what is asked of Route 53: a line each. */
static struct strbuf said, calls;

struct row {
    const char *label;
    const char *names[NAMES_MAX];
    /* Our addresses. NULL: no source has one; "?": they do not agree; "!": too
     * few of them answered. */
    const char *ipv4, *ipv6;
    /* NAME TYPE VALUE TTL of each record there is, separated by '|'; VALUE is
     * "special", or "fails". */
    const char *stands;
    /* What fails: "upsert", "wait". */
    const char *fails;
    struct set_ip_plan plan;
    bool tells_all, is_stopped;
    const char *calls, *said, *trouble;
};

static const struct row *row;

/* --- what stands in for the rest ------------------------------------------------ */

void __wrap_say(const char *format, ...);
bool __wrap_stop_is_asked(void);
enum status __wrap_ip_lookup(const struct ip_lookup *lookup,
                             enum address_family family, struct address *out,
                             struct strbuf *fault);
enum status __wrap_dns_records_find_zone(struct dns_records *records,
                                         struct span name,
                                         char id[ROUTE53_ID_MAX + 1],
                                         struct strbuf *fault);
enum status __wrap_dns_records_find(struct dns_records *records,
                                    const char *zone_id, struct span name,
                                    enum rrset_type type,
                                    struct rrset_found *found,
                                    struct strbuf *fault);
enum status __wrap_dns_records_upsert(struct dns_records *records,
                                      const char *zone_id,
                                      const struct rrset *rrsets, size_t count,
                                      char change_id[ROUTE53_ID_MAX + 1],
                                      struct strbuf *fault);
enum status __wrap_dns_records_wait(struct dns_records *records,
                                    const char *change_id, uint32_t seconds,
                                    struct strbuf *fault);
void __wrap_dns_records_forget_zones(struct dns_records *records);

__attribute__((format(printf, 1, 2))) void __wrap_say(const char *format, ...)
{
    char text[1000];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    strbuf_printf(&said, "%s\n", text);
}

bool __wrap_stop_is_asked(void)
{
    return row->is_stopped;
}

enum status __wrap_ip_lookup(const struct ip_lookup *lookup,
                             enum address_family family, struct address *out,
                             struct strbuf *fault)
{
    bool is_ipv4 = family == ADDRESS_IPV4;
    const char *address = is_ipv4 ? row->ipv4 : row->ipv6;
    enum ip_need need = is_ipv4 ? row->plan.ipv4 : row->plan.ipv6;

    assert_int_equal(lookup->required, need == IP_REQUIRED);
    if (address != NULL && address_parse(span_from_string(address), out))
        return STATUS_OK;
    strbuf_printf(fault, "no %s", is_ipv4 ? "IPv4" : "IPv6");
    return address == NULL             ? STATUS_NOT_FOUND
           : strcmp(address, "?") == 0 ? STATUS_INVALID
                                       : STATUS_UNAVAILABLE;
}

/* A zone for each top-level domain, but for two. */
enum status __wrap_dns_records_find_zone(struct dns_records *records,
                                         struct span name,
                                         char id[ROUTE53_ID_MAX + 1],
                                         struct strbuf *fault)
{
    const char *text = name.ptr;

    (void)records;
    if (memcmp(text + name.len - 4, ".com", 4) == 0) {
        strbuf_append_string(fault, "it is in no zone");
        return STATUS_NOT_FOUND;
    }
    if (memcmp(text + name.len - 4, ".edu", 4) == 0) {
        strbuf_append_string(fault, "no answer");
        return STATUS_UNAVAILABLE;
    }
    snprintf(id, ROUTE53_ID_MAX + 1, "Z%.3s", text + name.len - 3);
    return STATUS_OK;
}

enum status __wrap_dns_records_find(struct dns_records *records,
                                    const char *zone_id, struct span name,
                                    enum rrset_type type,
                                    struct rrset_found *found,
                                    struct strbuf *fault)
{
    char key[300], value[100];
    const char *at;

    (void)records;
    (void)zone_id;
    *found = (struct rrset_found){.presence = RRSET_ABSENT};
    snprintf(key, sizeof key, "%.*s %s ", (int)name.len, name.ptr,
             rrset_type_name(type));
    at = row->stands == NULL ? NULL : strstr(row->stands, key);
    if (at == NULL)
        return STATUS_OK;
    sscanf(at + strlen(key), "%99s %u", value, &found->ttl);
    if (strcmp(value, "fails") == 0) {
        strbuf_append_string(fault, "cannot read");
        return STATUS_UNAVAILABLE;
    }
    found->presence =
        strcmp(value, "special") == 0 ? RRSET_SPECIAL : RRSET_SIMPLE;
    if (found->presence == RRSET_SIMPLE)
        assert_true(address_parse(span_from_string(value), &found->address));
    return STATUS_OK;
}

static bool fails(const char *what)
{
    return row->fails != NULL && strcmp(row->fails, what) == 0;
}

enum status __wrap_dns_records_upsert(struct dns_records *records,
                                      const char *zone_id,
                                      const struct rrset *rrsets, size_t count,
                                      char change_id[ROUTE53_ID_MAX + 1],
                                      struct strbuf *fault)
{
    (void)records;
    strbuf_printf(&calls, "%s", zone_id);
    for (size_t i = 0; i < count; i++)
        strbuf_printf(&calls, "%s %.*s %s %.*s %u", i == 0 ? ":" : ",",
                      (int)rrsets[i].name.len, rrsets[i].name.ptr,
                      rrset_type_name(rrsets[i].type), (int)rrsets[i].value.len,
                      rrsets[i].value.ptr, rrsets[i].ttl);
    strbuf_append_char(&calls, '\n');
    snprintf(change_id, ROUTE53_ID_MAX + 1, "C%s", zone_id);
    if (!fails("upsert"))
        return STATUS_OK;
    strbuf_append_string(fault, "cannot change");
    return STATUS_DENIED;
}

enum status __wrap_dns_records_wait(struct dns_records *records,
                                    const char *change_id, uint32_t seconds,
                                    struct strbuf *fault)
{
    (void)records;
    strbuf_printf(&calls, "wait %s %u\n", change_id, seconds);
    if (!fails("wait"))
        return STATUS_OK;
    strbuf_append_string(fault, "still PENDING");
    return STATUS_UNAVAILABLE;
}

void __wrap_dns_records_forget_zones(struct dns_records *records)
{
    (void)records;
    strbuf_append_string(&calls, "forget\n");
}

/* --- rounds ------------------------------------------------------------------------ */

#define HOME "home.example.org"
#define SECOND "b.example.org"
#define OTHER "c.example.net"

static const struct row rows[] = {
    {"a record that is not there is made, with the usual TTL", .names = {HOME},
     .ipv4 = "192.0.2.1", .plan = {.ipv4 = IP_REQUIRED},
     .calls = "Zorg: " HOME " A 192.0.2.1 300\n",
     .said = HOME " A: 192.0.2.1, TTL 300; there was none\n"},
    {"another address replaces it, and the TTL stays", .names = {HOME},
     .ipv4 = "192.0.2.1", .stands = HOME " A 192.0.2.9 60",
     .plan = {.ipv4 = IP_REQUIRED}, .calls = "Zorg: " HOME " A 192.0.2.1 60\n",
     .said = HOME " A: 192.0.2.1, TTL 60; it was 192.0.2.9\n"},
    {"a record that says so is left, and nothing is told", .names = {HOME},
     .ipv4 = "192.0.2.1", .stands = HOME " A 192.0.2.1 60",
     .plan = {.ipv4 = IP_REQUIRED}},
    {"it is told to a person who reads along", .names = {HOME},
     .ipv4 = "192.0.2.1", .stands = HOME " A 192.0.2.1 60",
     .plan = {.ipv4 = IP_REQUIRED}, .tells_all = true,
     .said = HOME " A: 192.0.2.1, as before\n"},
    {"another TTL is a change, if one was named", .names = {HOME},
     .ipv4 = "192.0.2.1", .stands = HOME " A 192.0.2.1 60",
     .plan = {.ipv4 = IP_REQUIRED, .has_ttl = true, .ttl = 90},
     .calls = "Zorg: " HOME " A 192.0.2.1 90\n",
     .said = HOME " A: 192.0.2.1, TTL 90; it was 192.0.2.1\n"},
    {"the TTL that was named and stands is none", .names = {HOME},
     .ipv4 = "192.0.2.1", .stands = HOME " A 192.0.2.1 90",
     .plan = {.ipv4 = IP_REQUIRED, .has_ttl = true, .ttl = 90}},
    {"all of a zone goes at once, another zone by itself",
     .names = {HOME, OTHER, SECOND}, .ipv4 = "192.0.2.1", .ipv6 = "2001:db8::1",
     .stands = HOME " A 192.0.2.1 60",
     .plan = {.ipv4 = IP_REQUIRED, .ipv6 = IP_OPTIONAL, .quiet = true},
     .calls =
         "Zorg: " HOME " AAAA 2001:db8::1 300, " SECOND
         " A 192.0.2.1 300, " SECOND " AAAA 2001:db8::1 300\n"
         "Znet: " OTHER " A 192.0.2.1 300, " OTHER " AAAA 2001:db8::1 300\n"},
    {"a zone that was named is that of every name", .names = {HOME, OTHER},
     .ipv4 = "192.0.2.1",
     .plan = {.ipv4 = IP_REQUIRED, .zone = "Z7", .quiet = true},
     .calls = "Z7: " HOME " A 192.0.2.1 300, " OTHER " A 192.0.2.1 300\n"},
    {"a dry run changes nothing, and tells what it would", .names = {HOME},
     .ipv4 = "192.0.2.1", .stands = HOME " A 192.0.2.9 60",
     .plan = {.ipv4 = IP_REQUIRED, .dry_run = true},
     .said = HOME " A: would be 192.0.2.1, TTL 60; it was 192.0.2.9\n"},
    {"a record of another kind is left as it is", .names = {HOME, SECOND},
     .ipv4 = "192.0.2.1", .stands = HOME " A special 0",
     .plan = {.ipv4 = IP_REQUIRED, .quiet = true},
     .calls = "Zorg: " SECOND " A 192.0.2.1 300\nforget\n",
     .trouble = HOME " A: it has several values, or is an alias, or has a "
                     "routing policy, and is left as it is: make it a simple "
                     "record of one value, or remove it"},
    {"a name without a zone does not keep the others from being set",
     .names = {"a.example.com", HOME}, .ipv4 = "192.0.2.1",
     .plan = {.ipv4 = IP_REQUIRED, .quiet = true},
     .calls = "Zorg: " HOME " A 192.0.2.1 300\nforget\n",
     .trouble = "a.example.com: it is in no zone"},
    {"when Route 53 does not list its zones no other name is looked for",
     .names = {HOME, "a.example.edu", SECOND}, .ipv4 = "192.0.2.1",
     .plan = {.ipv4 = IP_REQUIRED, .quiet = true},
     .calls = "Zorg: " HOME " A 192.0.2.1 300\nforget\n",
     .trouble = "a.example.edu: no answer"},
    {"when it does not tell a record no other is looked for either",
     .names = {HOME, SECOND}, .ipv4 = "192.0.2.1", .stands = HOME " A fails 0",
     .plan = {.ipv4 = IP_REQUIRED}, .calls = "forget\n",
     .trouble = HOME " A: cannot read"},
    {"a change that fails is trouble, and is not told as done", .names = {HOME},
     .ipv4 = "192.0.2.1", .fails = "upsert",
     .plan = {.ipv4 = IP_REQUIRED, .wait_seconds = 9},
     .calls = "Zorg: " HOME " A 192.0.2.1 300\nforget\n",
     .trouble = HOME ": cannot change"},
    {"every trouble is a line", .names = {"a.example.com", HOME},
     .ipv4 = "192.0.2.1", .fails = "upsert", .plan = {.ipv4 = IP_REQUIRED},
     .calls = "Zorg: " HOME " A 192.0.2.1 300\nforget\n",
     .trouble = "a.example.com: it is in no zone\n" HOME ": cannot change"},
    {"who asked for it waits until all servers say so", .names = {HOME},
     .ipv4 = "192.0.2.1", .plan = {.ipv4 = IP_REQUIRED, .wait_seconds = 9},
     .calls = "Zorg: " HOME " A 192.0.2.1 300\nwait CZorg 9\n",
     .said = HOME " A: 192.0.2.1, TTL 300; there was none\n"
                  "all of Route 53's servers say so (INSYNC)\n"},
    {"and hears nothing of it who asked for that", .names = {HOME},
     .ipv4 = "192.0.2.1",
     .plan = {.ipv4 = IP_REQUIRED, .wait_seconds = 9, .quiet = true},
     .calls = "Zorg: " HOME " A 192.0.2.1 300\nwait CZorg 9\n"},
    {"that they do not in time is trouble", .names = {HOME},
     .ipv4 = "192.0.2.1", .fails = "wait",
     .plan = {.ipv4 = IP_REQUIRED, .wait_seconds = 9, .quiet = true},
     .calls = "Zorg: " HOME " A 192.0.2.1 300\nwait CZorg 9\nforget\n",
     .trouble = HOME ": still PENDING"},
    {"no address that is needed is trouble, and no record is looked at",
     .names = {HOME}, .stands = HOME " A fails 0",
     .plan = {.ipv4 = IP_REQUIRED}, .calls = "forget\n", .trouble = "no IPv4"},
    {"the other family is set all the same", .names = {HOME},
     .ipv6 = "2001:db8::1",
     .plan = {.ipv4 = IP_REQUIRED, .ipv6 = IP_OPTIONAL, .quiet = true},
     .calls = "Zorg: " HOME " AAAA 2001:db8::1 300\nforget\n",
     .trouble = "no IPv4"},
    {"no address that is not needed is none, and nothing is told",
     .names = {HOME}, .ipv4 = "192.0.2.1", .stands = HOME " A 192.0.2.1 60",
     .plan = {.ipv4 = IP_REQUIRED, .ipv6 = IP_OPTIONAL}, .tells_all = true,
     .said = HOME " A: 192.0.2.1, as before\n"},
    {"a person is told when too few could say", .names = {HOME},
     .ipv4 = "192.0.2.1", .ipv6 = "!", .stands = HOME " A 192.0.2.1 60",
     .plan = {.ipv4 = IP_REQUIRED, .ipv6 = IP_OPTIONAL}, .tells_all = true,
     .said = "no IPv6\nthe AAAA records are left as they are\n" HOME
             " A: 192.0.2.1, as before\n"},
    {"sources that do not agree are trouble, whether it is needed or not",
     .names = {HOME}, .ipv4 = "192.0.2.1", .ipv6 = "?",
     .stands = HOME " A 192.0.2.1 60",
     .plan = {.ipv4 = IP_REQUIRED, .ipv6 = IP_OPTIONAL}, .calls = "forget\n",
     .trouble = "no IPv6"},
    {"a family that is not wanted is not looked for", .names = {HOME},
     .ipv4 = "?", .ipv6 = "2001:db8::1",
     .plan = {.ipv6 = IP_REQUIRED, .quiet = true},
     .calls = "Zorg: " HOME " AAAA 2001:db8::1 300\n"},
    {"who is to stop changes nothing more", .names = {HOME},
     .ipv4 = "192.0.2.1", .plan = {.ipv4 = IP_REQUIRED}, .is_stopped = true},
};

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static void expect(const char *what, const struct strbuf *is,
                   const char *wanted)
{
    if (strcmp(strbuf_string(is), or_empty(wanted)) != 0)
        fail_msg("%s: %s: \"%s\"", row->label, what, strbuf_string(is));
}

static void test_rounds(void **state)
{
    (void)state;
    for (row = rows; row < rows + COUNT(rows); row++) {
        struct set_ip_plan plan = row->plan;
        struct set_ip_round round = {.plan = &plan,
                                     .tells_all = row->tells_all};
        struct strbuf trouble;

        strbuf_init(&said, 10000);
        strbuf_init(&calls, 10000);
        strbuf_init(&trouble, 10000);
        for (size_t i = 0; i < NAMES_MAX && row->names[i] != NULL; i++)
            plan.names[plan.name_count++] = span_from_string(row->names[i]);
        set_ip_round_run(&round, &trouble);
        expect("asked", &calls, row->calls);
        expect("said", &said, row->said);
        expect("trouble", &trouble, row->trouble);
        strbuf_clear(&said);
        strbuf_clear(&calls);
        strbuf_clear(&trouble);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
