#include "cli/autodns_config.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#include <unistd.h>

static enum status read_text(struct autodns_config *config, const char *text,
                             struct strbuf *fault)
{
    strbuf_init(fault, 1000);
    return autodns_config_read(config, span_from_string(text), fault);
}

static void test_the_file_of_the_article(void **state)
{
    struct autodns_config config;
    struct strbuf fault;

    (void)state;
    assert_int_equal(
        read_text(
            &config,
            "{\n    \"hosted_zone_id\": \"Z1\",\n"
            "    \"dns_name\": \"the.record.to.update\",\n"
            "    \"topic_arn\": \"arn\",\n"
            "    \"alert_lock\": \"/tmp/autodns_alert.lock\",\n"
            "    \"reflect_url\": \"https://api.jamesoff.net/reflect/v1\"\n"
            "}\n",
            &fault),
        STATUS_OK);
    assert_string_equal(config.hosted_zone_id, "Z1");
    assert_string_equal(config.dns_name, "the.record.to.update");
    assert_string_equal(config.topic_arn, "arn");
    assert_string_equal(config.alert_lock, "/tmp/autodns_alert.lock");
    assert_string_equal(config.reflect_url,
                        "https://api.jamesoff.net/reflect/v1");
    autodns_config_clear(&config);
    assert_null(config.dns_name);
    strbuf_clear(&fault);
}

static void test_what_is_not_named_is_null(void **state)
{
    struct autodns_config config;
    struct strbuf fault;

    (void)state;
    assert_int_equal(read_text(&config, "{}", &fault), STATUS_OK);
    assert_null(config.hosted_zone_id);
    assert_null(config.alert_lock);
    autodns_config_clear(&config);
    strbuf_clear(&fault);
}

static const struct {
    const char *label, *text, *words;
} refused[] = {
    {"nothing", "", "line 1"},
    {"a comma too many", "{\"dns_name\":\"a\",\n}", "line 2"},
    {"no object", "[\"dns_name\"]", "it holds no JSON object"},
    {"an unknown name", "{\"dnsname\":\"a\"}", "'dnsname' is unknown"},
    {"a name twice", "{\"dns_name\":\"a\",\"dns_name\":\"b\"}", "duplicate"},
    {"a number", "{\"dns_name\":7}", "dns_name must be a text"},
    {"an empty text", "{\"topic_arn\":\"\"}", "topic_arn must be a text"},
    {"something behind it", "{} x", "line 1"},
    {"a NUL in a text", "{\"dns_name\":\"a\\u0000b\"}", "line 1"},
};

static void test_what_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct autodns_config config;
        struct strbuf fault;

        print_message("  %s\n", refused[i].label);
        assert_int_equal(read_text(&config, refused[i].text, &fault),
                         STATUS_INVALID);
        assert_non_null(strstr(strbuf_string(&fault), refused[i].words));
        autodns_config_clear(&config);
        strbuf_clear(&fault);
    }
}

static void test_a_file(void **state)
{
    const char *path = scratch_write(
        "config.json", span_from_string("{\"dns_name\":\"a.example.org\"}"));
    struct autodns_config config;
    struct strbuf fault;

    (void)state;
    strbuf_init(&fault, 1000);
    assert_int_equal(autodns_config_load(&config, path, &fault), STATUS_OK);
    assert_string_equal(config.dns_name, "a.example.org");
    autodns_config_clear(&config);
    unlink(path);
    assert_int_equal(autodns_config_load(&config, path, &fault),
                     STATUS_UNAVAILABLE);
    assert_string_equal(strbuf_string(&fault),
                        "cannot be read: there is no such file");
    autodns_config_clear(&config);
    strbuf_clear(&fault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_file_of_the_article),
        cmocka_unit_test(test_what_is_not_named_is_null),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_a_file),
    };

    return cmocka_run_group_tests(tests, scratch_folder_set_up,
                                  scratch_folder_tear_down);
}
