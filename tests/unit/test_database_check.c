#include "cli/database_check.h"

#include "base/strbuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *label, *text;
    const char *faults; /* each as "row line:column host reason", cut */
    size_t hosts;
} cases[] = {
    {"no fault", "a.b,t\nc.d,u\n", "", 2},
    {"a name is in the first column", "nodot,t\nc.d,u\n",
     "1 1:1  the name is not fully qu;", 1},
    {"behind the blanks", "  \t nodot,t\nc.d,u\n",
     "1 1:5  the name is not fully qu;", 1},
    {"a token that is empty", "a.b, \nc.d,u\n", "1 1:6 a.b the token is empty;",
     1},
    {"a row that has no token", "c.d,u\r\na.b\r\n",
     "2 2:1 a.b the row has no token: it;", 1},
    {"the first field too many", "a.b,t,x,y\nc.d,u\n",
     "1 1:7 a.b the row has more fields ;", 1},
    {"beyond the header line's", "hostname,token,ttl\na.b,t,,9\nc.d,u\n",
     "2 2:8 a.b the row has more fields ;", 1},
    {"a value in its column, counted in characters",
     "hostname,token,note,ttl\na.b,t,h\xc3\xb6me,1h\nc.d,u\n",
     "2 2:12 a.b the ttl is no number of ;", 1},
    {"of two values the first",
     "hostname,token,ttl,lock_record\n"
     "a.b,t,1h,x\nc.d,u\n",
     "2 2:7 a.b the ttl is no number of ;", 1},
    {"a field on another line than its row",
     "hostname,token,note,ttl\na.b,t,\"two\nlines\",1h\nc.d,u\n",
     "2 3:8 a.b the ttl is no number of ;", 1},
    {"a row that contradicts an earlier one", "a.b,t\n\n a.b,u\n",
     "3 3:2 a.b an earlier row has the s;", 1},
    {"several, in their order", "nodot,t\na.b,t\nc.d,\n",
     "1 1:1  the name is not fully qu;3 3:5 c.d the token is empty;", 1},
    {"a quote that is out of place", "a.b,t\nc.d, u\"v\n",
     "2 2:6  a double quote is out of;", 0},
    {"a quote that is left open", "a.b,t\nc.d,\"u\n\n\n",
     "2 2:5  a double quote is left o;", 0},
    {"no host", "hostname,token\n", "0 0:0  there is no host in it;", 0},
    {"nothing", "", "0 0:0  there is no host in it;", 0},
    {"a byte order mark takes no column", "\xef\xbb\xbfnodot,t\nc.d,u\n",
     "1 1:1  the name is not fully qu;", 1},
};

static void write_fault(void *arg, const struct database_fault *fault)
{
    strbuf_printf(arg, "%zu %zu:%zu %.*s %.24s;", fault->row_line, fault->line,
                  fault->column, (int)fault->host.len,
                  fault->host.len == 0 ? "" : fault->host.ptr, fault->reason);
}

static void test_faults_and_their_places(void **state)
{
    struct database_report report;
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 4096);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hostdb *db;
        enum status status;

        strbuf_rewind(&out);
        status = database_read(span_from_string(cases[i].text), write_fault,
                               &out, &report, &db);
        if (strcmp(strbuf_string(&out), cases[i].faults) != 0)
            fail_msg("%s: %s", cases[i].label, strbuf_string(&out));
        if ((status == STATUS_OK) != (cases[i].faults[0] == '\0') ||
            report.hosts != cases[i].hosts ||
            (db == NULL) != (cases[i].hosts == 0))
            fail_msg("%s", cases[i].label);
        hostdb_release(db);
    }
    strbuf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults_and_their_places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
