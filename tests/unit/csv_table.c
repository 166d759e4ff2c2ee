#include "tests/unit/csv_table.h"

#include "s3db/hostdb_csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void on_fault(void *arg, const struct hostdb_csv_fault *fault)
{
    (void)arg;
    fail_msg("line %zu of the test's table: %s", fault->line, fault->reason);
}

struct hostdb *csv_table(const char *text)
{
    struct hostdb_csv *csv = hostdb_csv_new(on_fault, NULL);
    struct hostdb *hosts = NULL;

    assert_non_null(csv);
    assert_int_equal(hostdb_csv_feed(csv, span_from_string(text)), STATUS_OK);
    assert_int_equal(hostdb_csv_finish(csv, &hosts), STATUS_OK);
    hostdb_csv_free(csv);
    return hosts;
}
