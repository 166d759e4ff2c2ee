/* csv_table -- a host table from the text of a CSV file, for tests of what is
 * made of one.
 */
#ifndef TESTS_UNIT_CSV_TABLE_H
#define TESTS_UNIT_CSV_TABLE_H

#include "s3db/hostdb.h"

/* Released by the caller with hostdb_release(). Ends the test when a row is
 * left out. */
struct hostdb *csv_table(const char *text);

#endif
