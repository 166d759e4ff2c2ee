/* Whatever the text and wherever it is cut in two: no crash, no leak, and the
 * same hosts with the same attributes, which are in range. Each row is found by
 * its name and each of its records, by its user, and in its group, no two rows
 * are for one record, and a token is of its form. The first byte says where to
 * cut. */
#include "s3db/hostdb_csv.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct hostdb *build(struct span text, size_t cut)
{
    struct hostdb_csv *csv = hostdb_csv_new(NULL, NULL);
    struct hostdb *db = NULL;

    if (hostdb_csv_feed(csv, span_from(text.ptr, cut)) == STATUS_OK &&
        hostdb_csv_feed(csv, span_from(text.ptr + cut, text.len - cut)) ==
            STATUS_OK &&
        hostdb_csv_finish(csv, &db) != STATUS_OK && db != NULL)
        abort();
    hostdb_csv_free(csv);
    return db;
}

/* A number that no row can have: the host names no TTL. */
static uint32_t ttl_of(const struct host *host)
{
    uint32_t ttl = UINT32_MAX;

    if (host_attribute_ttl(host, &ttl) && ttl > HOST_TTL_MAX_SECONDS)
        abort();
    return ttl;
}

/* By name and type, and no other row is for the same record. */
static void check_name(const struct hostdb *db, const struct host *host)
{
    static const enum address_family families[] = {ADDRESS_IPV4, ADDRESS_IPV6};
    struct host first, other;
    int held = 0;

    for (int i = 0; i < 2; i++) {
        struct host found;
        bool is_own = hostdb_lookup_type(db, host->name, families[i], &found) &&
                      found.index == host->index;

        if (is_own != host_holds(host, families[i]))
            abort();
        held += is_own;
    }
    if (held == 0 || host_has_type(host) != (held == 1) ||
        !hostdb_lookup(db, host->name, &first) || first.index > host->index)
        abort();
    if (first.index != host->index &&
        (!hostdb_other_row(db, host, &other) || other.index != first.index ||
         !hostdb_other_row(db, &first, &other) || other.index != host->index))
        abort();
}

static void check_user(const struct hostdb *db, const struct host *host)
{
    struct span user = host_user(host);
    struct host first;
    bool is_sole, found = hostdb_lookup_user(db, user, &first, &is_sole);

    if (found != (user.len > 0))
        abort();
    if (found &&
        (first.index > host->index || !span_equal(host_user(&first), user) ||
         !span_equal(first.token, host->token) ||
         (is_sole && !span_equal(first.name, host->name))))
        abort();
}

static void check_group(const struct hostdb *db, const struct host *host)
{
    struct host group[8];
    size_t max = sizeof group / sizeof group[0];
    size_t count = hostdb_lookup_readable(db, host->token, group, max);
    bool is_in_group = false;

    for (size_t i = 0; i < count && i < max; i++) {
        if (!host_is_readable(&group[i]) ||
            !span_equal(group[i].token, host->token) ||
            (i > 0 && group[i - 1].index >= group[i].index))
            abort();
        is_in_group |= group[i].index == host->index;
    }
    if (count <= max && is_in_group != host_is_readable(host))
        abort();
}

static void check_texts(const struct host *host)
{
    struct address suffix;
    struct token_form form;
    size_t mac_bytes = host_mac_address(host).len;

    if (token_form_parse(host->token, &form) != NULL ||
        (mac_bytes != 0 && mac_bytes != sizeof "00:00:00:00:00:00" - 1) ||
        host_user(host).len > HOST_USER_MAX_BYTES ||
        (host_ipv6_suffix(host, &suffix) && suffix.family != ADDRESS_IPV6))
        abort();
}

static void check_spans(const struct host *host)
{
    uint32_t seconds;

    if (host_expect_within(host, &seconds) &&
        seconds > HOST_DURATION_MAX_SECONDS)
        abort();
    if (host_expire_after(host, &seconds) &&
        seconds > HOST_DURATION_MAX_SECONDS)
        abort();
}

static void compare(const struct hostdb *db, const struct hostdb *other)
{
    if ((db == NULL) != (other == NULL) ||
        (db != NULL && hostdb_count(db) != hostdb_count(other)))
        abort();
    for (uint32_t i = 0; db != NULL && i < hostdb_count(db); i++) {
        struct host host = hostdb_row(db, i), same = hostdb_row(other, i);

        if (!span_equal(same.name, host.name) ||
            !span_equal(same.token, host.token) ||
            !span_equal(same.attributes, host.attributes) ||
            ttl_of(&same) != ttl_of(&host))
            abort();
        check_name(other, &host);
        check_user(other, &host);
        check_group(other, &host);
        check_texts(&host);
        check_spans(&host);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = {(const char *)data + 1, size - 1};
    struct hostdb *whole, *cut;

    if (size == 0)
        return 0;
    whole = build(text, 0);
    cut = build(text, text.len * data[0] / 256);
    compare(whole, cut);
    hostdb_release(whole);
    hostdb_release(cut);
    return 0;
}
