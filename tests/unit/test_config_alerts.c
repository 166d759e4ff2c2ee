#include "server/config_alerts.h"

#include "server/config_read.h"
#include "tests/unit/scratch_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define TOPIC "arn:aws:sns:eu-west-1:123456789012:alerts"

static const char *state_at, *name_set, *value_set, *other_set, *other_value;

static const char *get(const char *name)
{
    const struct {
        const char *name, *value;
    } environment[] = {
        {"AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"},
        {"AWS_SECRET_ACCESS_KEY", "x"},
        {"DYNDNS_DATABASE", "/hosts.csv"},
        {"DYNDNS_STATE", state_at},
        {name_set == NULL ? "" : name_set, value_set},
        {other_set == NULL ? "" : other_set, other_value},
    };

    for (size_t i = 0; i < COUNT(environment); i++)
        if (strcmp(name, environment[i].name) == 0)
            return environment[i].value;
    return NULL;
}

static struct config config;
static struct strbuf faults, shown;

static enum status read_with(const char *name, const char *value)
{
    enum status status;

    state_at = "/var/lib/dyndns53/state";
    name_set = name;
    value_set = value;
    strbuf_init(&faults, CONFIG_FAULTS_MAX_BYTES);
    strbuf_init(&shown, CONFIG_FAULTS_MAX_BYTES);
    status = config_read(&config, get, 1, &faults);
    config_alerts_describe(&config, &shown);
    return status;
}

static void clear(void)
{
    config_clear(&config);
    strbuf_clear(&faults);
    strbuf_clear(&shown);
}

static const struct {
    const char *label, *name, *value;
    bool sound;
} values[] = {
    {"a topic", "DYNDNS_ALERT_TOPIC", TOPIC, true},
    {"something else of AWS's", "DYNDNS_ALERT_TOPIC",
     "arn:aws:sqs:eu-west-1:123456789012:alerts", false},
    {"a webhook", "DYNDNS_ALERT_WEBHOOK", "https://h.example.org/key", true},
    {"one that others could read", "DYNDNS_ALERT_WEBHOOK",
     "http://h.example.org/key", false},
    {"a secret", "DYNDNS_ALERT_WEBHOOK_SECRET", "any words at all", true},
    {"a command", "DYNDNS_ALERT_COMMAND", "/usr/local/bin/tell", true},
    {"one that would have to be searched", "DYNDNS_ALERT_COMMAND", "tell",
     false},
    {"refusals", "DYNDNS_ALERT_REFUSALS", "0", true},
    {"no number", "DYNDNS_ALERT_REFUSALS", "never", false},
    {"a time", "DYNDNS_ALERT_AFTER_SECONDS", "1", true},
    {"no time at all", "DYNDNS_ALERT_AFTER_SECONDS", "0", false},
};

static void test_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        print_message("  %s\n", values[i].label);
        assert_int_equal(read_with(values[i].name, values[i].value),
                         values[i].sound ? STATUS_OK : STATUS_INVALID);
        if (!values[i].sound)
            assert_memory_equal(strbuf_string(&faults), values[i].name,
                                strlen(values[i].name));
        clear();
    }
}

static void test_defaults(void **state)
{
    (void)state;
    assert_int_equal(read_with(NULL, NULL), STATUS_OK);
    assert_null(config.alerts.topic);
    assert_int_equal(config.alerts.refusals, 10);
    assert_int_equal(config.alerts.after_seconds, 300);
    assert_string_equal(strbuf_string(&shown),
                        "# DYNDNS_ALERT_WEBHOOK: none\n"
                        "# DYNDNS_ALERT_WEBHOOK_SECRET: none\n");
    clear();
}

/* Or everything would be told again after each start. */
static void test_nobody_is_told_where_nothing_is_kept(void **state)
{
    (void)state;
    strbuf_init(&faults, CONFIG_FAULTS_MAX_BYTES);
    state_at = NULL;
    name_set = "DYNDNS_ALERT_TOPIC";
    value_set = TOPIC;
    assert_int_equal(config_read(&config, get, 1, &faults), STATUS_INVALID);
    assert_non_null(strstr(strbuf_string(&faults), "DYNDNS_STATE"));
    config_clear(&config);
    strbuf_clear(&faults);
}

static void test_what_is_secret_is_not_shown(void **state)
{
    (void)state;
    other_set = "DYNDNS_ALERT_WEBHOOK_SECRET";
    other_value = "s3cret";
    assert_int_equal(
        read_with("DYNDNS_ALERT_WEBHOOK", "https://h.example.org/s3cret"),
        STATUS_OK);
    assert_string_equal(
        strbuf_string(&shown),
        "# DYNDNS_ALERT_WEBHOOK: https://h.example.org, and the rest is not "
        "shown\n# DYNDNS_ALERT_WEBHOOK_SECRET: given, and not shown\n");
    other_set = NULL;
    clear();
}

static char told[1000];
static void tell(void *arg, const char *name, const char *words)
{
    (void)arg;
    strcpy(told, name);
    strcat(told, " ");
    strcat(told, words);
}

static void test_advice(void **state)
{
    char *path = scratch_write("command", span_from_string("#!/bin/sh\n"));

    (void)state;
    assert_int_equal(chmod(path, 0700), 0);
    assert_int_equal(read_with("DYNDNS_ALERT_COMMAND", path), STATUS_OK);
    assert_int_equal(config_alerts_advise(&config, tell, NULL), 0);
    clear();
    assert_int_equal(read_with("DYNDNS_ALERT_COMMAND", "/nonexistent/tell"),
                     STATUS_OK);
    assert_int_equal(config_alerts_advise(&config, tell, NULL), 1);
    assert_string_equal(told, "DYNDNS_ALERT_COMMAND cannot be run: No such "
                              "file or directory");
    clear();
    assert_int_equal(read_with("DYNDNS_ALERT_COMMAND", "/tmp"), STATUS_OK);
    assert_int_equal(config_alerts_advise(&config, tell, NULL), 1);
    clear();
    assert_int_equal(read_with("DYNDNS_ALERT_WEBHOOK_SECRET", "x"), STATUS_OK);
    assert_int_equal(config_alerts_advise(&config, tell, NULL), 1);
    assert_non_null(strstr(told, "is used by nobody"));
    clear();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_nobody_is_told_where_nothing_is_kept),
        cmocka_unit_test(test_what_is_secret_is_not_shown),
        cmocka_unit_test(test_advice),
    };

    return cmocka_run_group_tests(tests, scratch_folder_set_up,
                                  scratch_folder_tear_down);
}
