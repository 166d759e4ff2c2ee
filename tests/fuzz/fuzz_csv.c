/* Whatever the text and wherever it is cut in two: no crash, no leak, and the
 * same hosts with the same attributes, which are in range. The first byte says
 * where to cut. */
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

static void compare(const struct hostdb *db, const struct hostdb *other)
{
    if ((db == NULL) != (other == NULL) ||
        (db != NULL && hostdb_count(db) != hostdb_count(other)))
        abort();
    for (uint32_t i = 0; db != NULL && i < hostdb_count(db); i++) {
        struct host host = hostdb_row(db, i), found;

        if (!hostdb_lookup(other, host.name, &found) || found.index != i ||
            !host_token_matches(&found, host.token) ||
            ttl_of(&found) != ttl_of(&host))
            abort();
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
