#include "cli/set_ip_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

enum { ARGUMENTS_MAX = 8 };

struct fixture {
    struct options options;
    struct set_ip_plan plan;
    struct strbuf fault;
    enum status status;
};

/* dyndb set-ip ARGUMENTS, whose command line has no fault but perhaps what
 * the plan finds. */
static void make(struct fixture *f, const char *const *arguments)
{
    static char *argv[ARGUMENTS_MAX + 3];
    int argc = 0;

    argv[argc++] = (char *)"dyndb";
    argv[argc++] = (char *)"set-ip";
    while (*arguments != NULL)
        argv[argc++] = (char *)*arguments++;
    argv[argc] = NULL;
    strbuf_init(&f->fault, 4096);
    assert_int_equal(options_parse(&f->options, argc, argv, &f->fault),
                     STATUS_OK);
    f->status = set_ip_plan_init(&f->plan, &f->options, &f->fault);
}

static void clear(struct fixture *f)
{
    set_ip_plan_clear(&f->plan);
    strbuf_clear(&f->fault);
}

static const struct {
    const char *label, *arguments[ARGUMENTS_MAX];
    enum ip_need ipv4, ipv6;
} families[] = {
    {"A, and AAAA if there is one",
     {"a.example.org"},
     IP_REQUIRED,
     IP_OPTIONAL},
    {"A alone", {"-4", "a.example.org"}, IP_REQUIRED, IP_UNWANTED},
    {"AAAA alone", {"-6", "a.example.org"}, IP_UNWANTED, IP_REQUIRED},
    {"both", {"-4", "-6", "a.example.org"}, IP_REQUIRED, IP_REQUIRED},
    {"who gives IPv6 means IPv6",
     {"a.example.org", "--ip-from", "2001:db8::1"},
     IP_UNWANTED,
     IP_REQUIRED},
    {"an interface may have both",
     {"a.example.org", "--ip-from", "2001:db8::1", "--ip-from",
      "interface:eth0"},
     IP_REQUIRED,
     IP_OPTIONAL},
    {"what is said comes before what is guessed",
     {"-4", "a.example.org", "--ip-from", "2001:db8::1"},
     IP_REQUIRED,
     IP_UNWANTED},
};

static void test_families(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(families); i++) {
        struct fixture f;

        print_message("  %s\n", families[i].label);
        make(&f, families[i].arguments);
        assert_int_equal(f.status, STATUS_OK);
        assert_int_equal(f.plan.ipv4, families[i].ipv4);
        assert_int_equal(f.plan.ipv6, families[i].ipv6);
        clear(&f);
    }
}

static void test_what_is_usual(void **state)
{
    static const char *const arguments[] = {"Home.Example.ORG.", NULL};
    struct fixture f;

    (void)state;
    make(&f, arguments);
    assert_int_equal(f.status, STATUS_OK);
    assert_int_equal(f.plan.name_count, 1);
    assert_true(span_is(f.plan.names[0], "home.example.org"));
    assert_int_equal(f.plan.source_count, 1);
    assert_string_equal(f.plan.sources[0].text, IP_SOURCE_USUAL);
    assert_null(f.plan.zone);
    assert_null(f.plan.topic);
    assert_null(f.plan.state);
    assert_false(f.plan.has_ttl);
    assert_int_equal(f.plan.wait_seconds, 0);
    assert_int_equal(f.plan.every_seconds, 0);
    clear(&f);
}

static void test_times(void **state)
{
    static const char *const wait[] = {"a.example.org", "--wait", NULL};
    static const char *const longer[] = {"a.example.org", "--wait",
                                         "--wait-seconds", "900", NULL};
    static const char *const every[] = {"a.example.org", "--every", "5m", NULL};
    struct fixture f;

    (void)state;
    make(&f, wait);
    assert_int_equal(f.plan.wait_seconds, SET_IP_WAIT_SECONDS);
    clear(&f);
    make(&f, longer);
    assert_int_equal(f.plan.wait_seconds, 900);
    clear(&f);
    make(&f, every);
    assert_int_equal(f.plan.every_seconds, 300);
    clear(&f);
}

static void test_an_id_may_have_its_path(void **state)
{
    static const char *const arguments[] = {"a.example.org", "--zone",
                                            "/hostedzone/Z1", NULL};
    struct fixture f;

    (void)state;
    make(&f, arguments);
    assert_string_equal(f.plan.zone, "Z1");
    clear(&f);
}

static void test_names_and_sources_have_a_ceiling(void **state)
{
    static char *argv[2 + 2 * SET_IP_NAMES_MAX];
    struct set_ip_plan plan;
    struct options options;
    struct strbuf fault;
    int argc = 2;

    (void)state;
    argv[0] = (char *)"dyndb";
    argv[1] = (char *)"set-ip";
    while (argc < 2 + SET_IP_NAMES_MAX)
        argv[argc++] = (char *)"a.example.org";
    strbuf_init(&fault, 4096);
    assert_int_equal(options_parse(&options, argc, argv, &fault), STATUS_OK);
    assert_int_equal(set_ip_plan_init(&plan, &options, &fault), STATUS_OK);
    assert_int_equal(plan.name_count, 1);
    set_ip_plan_clear(&plan);
    argv[argc++] = (char *)"b.example.org";
    assert_int_equal(options_parse(&options, argc, argv, &fault),
                     STATUS_INVALID);
    assert_string_equal(strbuf_string(&fault), "more than 100 names at once");
    strbuf_rewind(&fault);
    for (argc = 3; argc < 3 + 2 * (IP_LOOKUP_SOURCES_MAX + 1); argc += 2) {
        argv[argc] = (char *)"--ip-from";
        argv[argc + 1] = (char *)"192.0.2.1";
    }
    assert_int_equal(options_parse(&options, argc, argv, &fault),
                     STATUS_INVALID);
    assert_string_equal(strbuf_string(&fault), "more than 8 sources");
    strbuf_clear(&fault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_what_is_usual),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_an_id_may_have_its_path),
        cmocka_unit_test(test_names_and_sources_have_a_ceiling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
