#include "cli/host_listing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *label, *text;
    enum status status;
    const char *hosts; /* each as "name(comment)" */
} cases[] = {
    {"without a header line there are no comments", "a.b,t\nc.d,u\n", STATUS_OK,
     "a.b()c.d()"},
    {"a comment as its row has it",
     "\xef\xbb\xbfhostname,token,x,comment\nA.B.,t,1,\"say \"\"hi\"\"\"\n"
     "c.d,u\n",
     STATUS_OK, "a.b(say \"hi\")c.d()"},
    {"rows that the server leaves out are none, whatever their name",
     "\nhostname,token,comment,ttl\na.b,t,no,1h\n\na.b,t,yes\na.b,t,no\n"
     "nodot,t,no\nc.d,u,yes\n",
     STATUS_OK, "a.b(yes)c.d(yes)"},
    {"both rows of a name",
     "hostname,token,record_type,comment\na.b,t,A,4\n"
     "a.b,t,AAAA,6\n",
     STATUS_OK, "a.b(4)a.b(6)"},
    {"a text that the server refuses", "a.b,\"t\n", STATUS_INVALID, ""},
};

static bool write_host(void *arg, const struct listed_host *listed)
{
    strbuf_append(arg, listed->host.name);
    strbuf_append_char(arg, '(');
    strbuf_append(arg, listed->comment);
    strbuf_append_char(arg, ')');
    return true;
}

static void test_hosts(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 4096);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct host_listing listing;
        enum status status =
            host_listing_init(&listing, span_from_string(cases[i].text));

        strbuf_rewind(&out);
        if (status != cases[i].status)
            fail_msg("%s: %s", cases[i].label, status_name(status));
        if (status == STATUS_OK)
            assert_true(host_listing_each(&listing, write_host, &out));
        if (strcmp(strbuf_string(&out), cases[i].hosts) != 0)
            fail_msg("%s: %s", cases[i].label, strbuf_string(&out));
        host_listing_clear(&listing);
    }
    strbuf_clear(&out);
}

static bool stop(void *arg, const struct listed_host *listed)
{
    (void)listed;
    return ++*(int *)arg < 2;
}

static void test_whoever_is_told_may_end_it(void **state)
{
    struct host_listing listing;
    int told = 0;

    (void)state;
    assert_int_equal(
        host_listing_init(&listing, span_from_string("a.b,t\nc.d,t\ne.f,t\n")),
        STATUS_OK);
    assert_false(host_listing_each(&listing, stop, &told));
    assert_int_equal(told, 2);
    host_listing_clear(&listing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_whoever_is_told_may_end_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
