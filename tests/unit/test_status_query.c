#include "server/http/status_query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* What is read of a query is told by what is written of it. */
static const struct {
    const char *label, *query, *same;
} cases[] = {
    {"nothing is asked for", "", ""},
    {"a search", "search=home", "search=home"},
    {"without blanks around it", "search=+home+", "search=home"},
    {"with what must be encoded", "search=%3Cb%3E%26", "search=%3Cb%3E%26"},
    {"an empty one is none", "search=", ""},
    {"an order", "sort=name", "sort=name"},
    {"each of them", "sort=call", "sort=call"},
    {"has its word", "sort=change", "sort=change"},
    {"that is read", "sort=refusals", "sort=refusals"},
    {"the one that is there by itself", "sort=silence", ""},
    {"one that there is not", "sort=token", ""},
    {"the other way round", "reversed=1&sort=name", "sort=name&reversed=1"},
    {"or not", "reversed=0", ""},
    {"nor so", "reversed=yes", ""},
    {"a page", "page=7", "page=7"},
    {"the first one", "page=1", ""},
    {"none", "page=0", ""},
    {"one before the first", "page=-1", ""},
    {"one behind all", "page=1000001", ""},
    {"what is no number", "page=1e3", ""},
    {"a page of what happened", "events=3", "events=3"},
    {"a host, in whatever case", "host=A.Example.Org.", "host=a.example.org"},
    {"what is no host is not looked at here", "host=%3Cb%3E", "host=%3Cb%3E"},
    {"nor are its dots", "host=a.b..", "host=a.b.."},
    {"nor its case", "host=+A.b+.", "host=A.b%20."},
    {"all of it", "events=2&page=3&reversed=1&sort=call&search=a&host=b.c",
     "host=b.c&search=a&sort=call&reversed=1&page=3&events=2"},
    {"what is not known", "token=x&order=name", ""},
};

static void test_queries_are_read_and_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct status_query query;
        struct strbuf out;

        strbuf_init(&out, 4096);
        status_query_read(span_from_string(cases[i].query), &query);
        status_query_write(&query, &out);
        if (strcmp(strbuf_string(&out), cases[i].same) != 0)
            fail_msg("%s: %s", cases[i].label, strbuf_string(&out));
        strbuf_clear(&out);
    }
}

static void test_what_is_too_long_is_not_searched_for(void **state)
{
    char text[8 + HISTORY_SEARCH_MAX_BYTES] = "search=";
    struct status_query query;

    (void)state;
    memset(text + 7, 'a', HISTORY_SEARCH_MAX_BYTES + 1);
    status_query_read(span_from(text, 7 + HISTORY_SEARCH_MAX_BYTES), &query);
    assert_int_equal(query.search_len, HISTORY_SEARCH_MAX_BYTES);
    status_query_read(span_from(text, 8 + HISTORY_SEARCH_MAX_BYTES), &query);
    assert_int_equal(query.search_len, 0);
}

/* Whatever bytes stand in it, a link says the same and nothing else. */
static void test_every_byte_survives_a_link(void **state)
{
    (void)state;
    for (unsigned byte = 1; byte < 256; byte++) {
        struct status_query query = {.page = 1, .event_page = 1}, again;
        struct strbuf out;

        query.search[0] = 'a';
        query.search[1] = (char)byte;
        query.search[2] = 'b';
        query.search_len = 3;
        strbuf_init(&out, 64);
        status_query_write(&query, &out);
        assert_null(strpbrk(strbuf_string(&out), "<>\"'& #"));
        status_query_read(strbuf_span(&out), &again);
        assert_int_equal(again.search_len, 3);
        assert_memory_equal(again.search, query.search, 3);
        strbuf_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queries_are_read_and_written),
        cmocka_unit_test(test_what_is_too_long_is_not_searched_for),
        cmocka_unit_test(test_every_byte_survives_a_link),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
