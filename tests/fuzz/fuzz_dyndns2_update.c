/* Whatever the query: a change goes out for hosts of the login alone, each by
 * its own row, to an address that the row allows; and the addresses that are
 * read mean the same when they are written and read again. */
#include "base/address_scope.h"
#include "s3db/hostdb_csv.h"
#include "server/http/dyndns2_update.h"
#include "server/http/wanted_addresses.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char table[] =
    "hostname,token,user,record_type,lock_record,allow_internal,ipv6_suffix\n"
    "a.example.org,t,alice,,,,::5\n"
    "b.example.org,t,alice,A,,,\n"
    "c.example.org,t,alice,,true,,\n"
    "d.example.org,t,alice,,,true,\n"
    "*.w.example.org,t,alice,,,,\n"
    "e.example.org,t,,,,,\n";

static const struct address client = {ADDRESS_IPV4, {198, 51, 100, 7}};

static struct hostdb *read_table(void)
{
    struct hostdb_csv *csv = hostdb_csv_new(NULL, NULL);
    struct hostdb *hosts = NULL;

    if (csv == NULL ||
        hostdb_csv_feed(csv, span_from_string(table)) != STATUS_OK ||
        hostdb_csv_finish(csv, &hosts) != STATUS_OK)
        abort();
    hostdb_csv_free(csv);
    return hosts;
}

static void check_change(const struct protocol_change *change)
{
    if (change->refusal != REFUSAL_NONE || change->outcome != OUTCOME_OPEN)
        return;
    if (!span_is(host_user(&change->host), "alice") ||
        host_is_locked(&change->host) ||
        !host_holds(&change->host, change->address.family) ||
        (address_is_internal(&change->address) &&
         !host_allows_internal(&change->host, false)))
        abort();
}

static void check_changes(const struct protocol_changes *changes)
{
    if (changes->count == 0 || changes->count > PROTOCOL_CHANGES_MAX ||
        changes->list[changes->count - 1].line >= PROTOCOL_HOSTS_MAX)
        abort();
    for (size_t i = 0; i < changes->count; i++) {
        check_change(&changes->list[i]);
        if (i > 0 && changes->list[i].line - changes->list[i - 1].line > 1)
            abort();
    }
}

static void check_update(struct span query)
{
    static struct hostdb *hosts;
    struct http_settings settings = {.allow_internal = false};
    struct protocol_request request = {
        .query = query,
        .authorization = SPAN_LITERAL("Basic YWxpY2U6dA=="), /* alice:t */
        .client = client,
        .settings = &settings,
    };
    struct protocol_changes changes = {.count = 0};
    struct protocol_reply reply;
    struct span claimed;

    if (hosts == NULL)
        hosts = read_table();
    request.hosts = hosts;
    protocol_reply_init(&reply);
    switch (nic_update_protocol.parse(&request, &changes, &claimed, &reply)) {
    case PROTOCOL_CHANGES:
        check_changes(&changes);
        break;
    case PROTOCOL_ANSWERED: /* numhost */
        if (reply.status != 200 || reply.text_len == 0)
            abort();
        break;
    case PROTOCOL_UNAUTHENTICATED:
    case PROTOCOL_DENIED:
    case PROTOCOL_TURNED_AWAY: /* there is no gate */
    case PROTOCOL_VERIFY:      /* nobody can be asked */
    case PROTOCOL_ADMITTED:    /* there is no page */
        abort();
    }
}

static bool is_same(const struct address *a, const struct address *b)
{
    return a->family == b->family &&
           (a->family == ADDRESS_NONE || address_equal(a, b));
}

static void check_addresses(struct span query)
{
    struct wanted_addresses wanted, again;
    char ipv4[ADDRESS_TEXT_MAX], ipv6[ADDRESS_TEXT_MAX], text[256];
    bool none;

    wanted_addresses_read(&wanted, query, span_from("", 0), &client);
    if (wanted.refusal != REFUSAL_NONE)
        return;
    if (wanted.ipv4.family == ADDRESS_IPV6 ||
        wanted.ipv6.family == ADDRESS_IPV4 || wanted.prefix.prefix_bits > 128)
        abort();
    none = wanted.ipv4.family == ADDRESS_NONE;
    address_format(&wanted.ipv4, ipv4);
    address_format(&wanted.ipv6, ipv6);
    snprintf(text, sizeof text, "myip=%s&myipv6=%s", none ? "preserve" : ipv4,
             wanted.ipv6.family == ADDRESS_NONE ? "preserve" : ipv6);
    wanted_addresses_read(&again, span_from_string(text), span_from("", 0),
                          &client);
    if (again.refusal != REFUSAL_NONE || !is_same(&again.ipv4, &wanted.ipv4) ||
        !is_same(&again.ipv6, &wanted.ipv6))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span query = span_from((const char *)data, size);

    check_update(query);
    check_addresses(query);
    return 0;
}
