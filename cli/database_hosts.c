#include "cli/database_hosts.h"

#include "s3db/hostdb_csv.h"

struct hostdb *database_hosts(struct span text)
{
    struct hostdb_csv *csv = hostdb_csv_new(NULL, NULL);
    struct hostdb *db = NULL;

    if (csv != NULL && hostdb_csv_feed(csv, text) == STATUS_OK &&
        hostdb_csv_finish(csv, &db) != STATUS_OK)
        db = NULL;
    hostdb_csv_free(csv);
    return db;
}
