#include "server/http/hash_group.h"

#include "server/http/json_text.h"
#include "tests/unit/csv_table.h"
#include "tests/unit/failing_jansson.h"

#include "base/strbuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define COLUMNS "hostname,token,record_type,mac_address,read_privilege\n"

static const char csv[] =
    COLUMNS "nas.example.org,shared,A,51:6B:00:A6:F5:77,true\n"
            "tv.example.org,shared,,,true\n"
            "tv.example.net,other,,,true\n"
            "hidden.example.org,shared,,51:6B:00:A6:F5:78,\n"
            "six.example.org,shared,AAAA,,true\n";

static void test_the_readable_hosts_of_a_token_are_listed(void **state)
{
    struct hostdb *hosts = csv_table(csv);
    json_t *list;
    char *text;

    (void)state;
    assert_int_equal(hash_group_list(hosts, span_from_string("shared"), &list),
                     STATUS_OK);
    text = json_text_write_long(list, JSON_TEXT_SPACED);
    assert_string_equal(
        text, "[{\"record_type\": \"A\", \"hostname\": \"nas.example.org.\", "
              "\"mac_address\": \"51:6B:00:A6:F5:77\"}, "
              "{\"record_type\": \"A\", \"hostname\": \"tv.example.org.\", "
              "\"mac_address\": \"\"}, "
              "{\"record_type\": \"AAAA\", \"hostname\": \"tv.example.org.\", "
              "\"mac_address\": \"\"}, "
              "{\"record_type\": \"AAAA\", \"hostname\": \"six.example.org.\", "
              "\"mac_address\": \"\"}]");
    free(text);
    hostdb_release(hosts);
}

static struct hostdb *group_of(int count)
{
    struct strbuf text;
    struct hostdb *hosts;

    strbuf_init(&text, 1000000);
    strbuf_append_string(&text, COLUMNS);
    for (int i = 0; i < count; i++)
        strbuf_printf(&text, "h%d.example.org,shared,A,,true\n", i);
    assert_true(strbuf_ok(&text));
    hosts = csv_table(strbuf_string(&text));
    strbuf_clear(&text);
    return hosts;
}

static void test_a_group_has_a_ceiling(void **state)
{
    struct hostdb *hosts = group_of(HASH_GROUP_ROWS_MAX);
    json_t *list = NULL;

    (void)state;
    assert_int_equal(hash_group_list(hosts, span_from_string("shared"), &list),
                     STATUS_OK);
    assert_int_equal(json_array_size(list), HASH_GROUP_ROWS_MAX);
    json_decref(list);
    hostdb_release(hosts);

    hosts = group_of(HASH_GROUP_ROWS_MAX + 1);
    list = NULL;
    assert_int_equal(hash_group_list(hosts, span_from_string("shared"), &list),
                     STATUS_FULL);
    assert_null(list);
    hostdb_release(hosts);
}

/* Each allocation in its turn is the first to fail. */
static void test_without_memory_nothing_is_left_behind(void **state)
{
    struct hostdb *hosts = csv_table(csv);
    enum status status = STATUS_NOMEM;
    unsigned failures = 0;

    (void)state;
    for (int count = 0; status != STATUS_OK; count++, failures++) {
        json_t *list = NULL;

        failing_jansson_after(count);
        status = hash_group_list(hosts, span_from_string("shared"), &list);
        assert_true(status == STATUS_OK || status == STATUS_NOMEM);
        json_decref(list);
    }
    failing_jansson_after(-1);
    assert_in_range(failures, 10, 200);
    hostdb_release(hosts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_readable_hosts_of_a_token_are_listed),
        cmocka_unit_test(test_a_group_has_a_ceiling),
        cmocka_unit_test(test_without_memory_nothing_is_left_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
