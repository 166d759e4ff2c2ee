#include "cli/set_ip_report.h"
#include "aws/sns.h"
#include "cli/outage_file.h"
#include "cli/patient_call.h"
#include "cli/say.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

/* --- the file, the topic and the person -------------------------------------------- */

static struct outage kept; /* in the file */
static char path[300];     /* the last that was used */
static int saves;
static enum status load_status, save_status, publish_status;
static struct strbuf said, published;
static char machine[32];

time_t __wrap_time(time_t *out);
int __wrap_gethostname(char *name, size_t size);
void __wrap_say(const char *format, ...);
enum status __wrap_outage_file_load(struct outage *outage, const char *from);
enum status __wrap_outage_file_save(const struct outage *outage,
                                    const char *to);
enum status __wrap_patient_call_run(struct patient_call *call,
                                    struct aws_client *client,
                                    struct retry_quota *quota);
enum status __wrap_sns_publish(struct aws_client *client, const char *topic_arn,
                               struct span subject, struct span message,
                               long timeout_ms, sns_done_fn *done, void *arg);

time_t __wrap_time(time_t *out)
{
    assert_null(out);
    return 1795314900; /* 2026-11-22 02:35:00 UTC */
}

int __wrap_gethostname(char *name, size_t size)
{
    if (machine[0] == '\0')
        return -1;
    snprintf(name, size, "%s", machine);
    return 0;
}

__attribute__((format(printf, 1, 2))) void __wrap_say(const char *format, ...)
{
    char text[1000];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    strbuf_printf(&said, "%s\n", text);
}

enum status __wrap_outage_file_load(struct outage *outage, const char *from)
{
    snprintf(path, sizeof path, "%s", from);
    *outage = kept;
    errno = EACCES;
    return load_status;
}

enum status __wrap_outage_file_save(const struct outage *outage, const char *to)
{
    assert_string_equal(to, path);
    kept = *outage;
    saves++;
    errno = ENOSPC;
    return save_status;
}

/* An alert is attempted once: a later run attempts it again. */
enum status __wrap_patient_call_run(struct patient_call *call,
                                    struct aws_client *client,
                                    struct retry_quota *quota)
{
    assert_null(quota);
    assert_int_equal(call->submit(client, call), STATUS_OK);
    return call->reply.status;
}

enum status __wrap_sns_publish(struct aws_client *client, const char *topic_arn,
                               struct span subject, struct span message,
                               long timeout_ms, sns_done_fn *done, void *arg)
{
    struct aws_reply reply = {
        .status = publish_status, .code = "Code", .message = "AWS's words"};

    (void)client;
    assert_true(timeout_ms > 0);
    strbuf_printf(&published, "%s | %.*s | %.*s", topic_arn, (int)subject.len,
                  subject.ptr, (int)message.len, message.ptr);
    done(arg, &reply);
    return STATUS_OK;
}

static int begin(void **state)
{
    (void)state;
    kept = (struct outage){.phase = OUTAGE_NONE};
    path[0] = '\0';
    saves = 0;
    load_status = save_status = publish_status = STATUS_OK;
    snprintf(machine, sizeof machine, "attic");
    strbuf_init(&said, 10000);
    strbuf_init(&published, 100000);
    return 0;
}

static int end(void **state)
{
    (void)state;
    strbuf_clear(&said);
    strbuf_clear(&published);
    return 0;
}

/* --- reports ------------------------------------------------------------------------ */

#define NOW "2026-11-22 02:35:00 UTC"
#define TOPIC "arn:aws:sns:eu-central-1:111122223333:home"

static struct set_ip_plan plan_for(const char *topic)
{
    struct set_ip_plan plan = {.state = "/state", .topic = topic};

    plan.names[plan.name_count++] = span_from_string("home.example.org");
    plan.names[plan.name_count++] = span_from_string("b.example.org");
    return plan;
}

/* A run that ended so; `trouble` may be NULL. What it tells is compared, and
 * forgotten. Returns what the report does. */
static bool run(const struct set_ip_plan *plan, const char *trouble,
                const char *wanted_said, const char *wanted_published)
{
    struct strbuf words;
    bool well;

    strbuf_init(&words, 1000);
    if (trouble != NULL)
        strbuf_append_string(&words, trouble);
    strbuf_rewind(&said);
    strbuf_rewind(&published);
    well = set_ip_report(plan, NULL, &words);
    assert_string_equal(strbuf_string(&said), wanted_said);
    assert_string_equal(strbuf_string(&published), wanted_published);
    strbuf_clear(&words);
    return well;
}

static void test_a_run_without_trouble_tells_and_writes_nothing(void **state)
{
    struct set_ip_plan plan = plan_for(TOPIC);

    (void)state;
    assert_true(run(&plan, NULL, "", ""));
    assert_string_equal(path, "/state");
    assert_int_equal(saves, 0);
}

#define TROUBLE_IS_ALERTED                                                     \
    TOPIC " | DNS cannot be set: home.example.org | On attic, dyndb set-ip "   \
          "could not set the address of home.example.org, b.example.org, "     \
          "since " NOW ":\n\nno answer\n\nIt is tried again each time. You "   \
          "will be told when it is over, and not before.\n"
#define END_IS_ALERTED                                                         \
    TOPIC " | DNS is set again: home.example.org | On attic, dyndb set-ip "    \
          "says: the address of home.example.org, b.example.org was set "      \
          "again.\n\nThere was trouble since " NOW ":\n\nno answer\n"
#define IS_OVER "the trouble since " NOW " is over\n"

static void test_subscribers_hear_once_of_trouble_and_of_its_end(void **state)
{
    struct set_ip_plan plan = plan_for(TOPIC);

    (void)state;
    assert_false(run(&plan, "no answer", "no answer\n", TROUBLE_IS_ALERTED));
    for (int i = 0; i < 3; i++)
        assert_false(run(&plan, "no answer", "no answer\n", ""));
    assert_true(run(&plan, NULL, IS_OVER, END_IS_ALERTED));
    assert_int_equal(kept.phase, OUTAGE_NONE);
    assert_int_equal(saves, 5);
    assert_true(run(&plan, NULL, "", ""));
    assert_int_equal(saves, 5);
}

static void test_without_a_topic_only_a_person_hears(void **state)
{
    struct set_ip_plan plan = plan_for(NULL);

    (void)state;
    assert_false(run(&plan, "no answer", "no answer\n", ""));
    assert_true(run(&plan, NULL, IS_OVER, ""));
}

/* By cron, say, or where one process goes on: a line a minute is no news. */
static void test_who_would_hear_it_again_and_again_hears_it_once(void **state)
{
    (void)state;
    for (int quiet = 0; quiet <= 1; quiet++) {
        struct set_ip_plan plan = plan_for(NULL);

        plan.quiet = quiet == 1;
        plan.every_seconds = quiet == 1 ? 0 : 60;
        assert_false(run(&plan, "no answer", "no answer\n", ""));
        assert_false(run(&plan, "no answer", "", ""));
        assert_true(run(&plan, NULL, IS_OVER, ""));
    }
}

#define CANNOT_BE_SENT                                                         \
    "the alert could not be sent: Code: AWS's words\nit is tried again with "  \
    "the next run; the credentials need sns:Publish on " TOPIC "\n"

static void test_an_alert_that_cannot_be_sent_is_sent_later(void **state)
{
    struct set_ip_plan plan = plan_for(TOPIC);

    (void)state;
    publish_status = STATUS_DENIED;
    assert_false(run(&plan, "no answer", "no answer\n" CANNOT_BE_SENT,
                     TROUBLE_IS_ALERTED));
    assert_false(run(&plan, "no answer", "no answer\n", TROUBLE_IS_ALERTED));
    publish_status = STATUS_OK;
    assert_false(run(&plan, "no answer", "no answer\n", TROUBLE_IS_ALERTED));
    assert_false(run(&plan, "no answer", "no answer\n", ""));
}

/* A program that asks whether all is done is told that it is not. */
static void test_an_end_that_is_not_told_yet_is_left_to_do(void **state)
{
    struct set_ip_plan plan = plan_for(TOPIC);

    (void)state;
    assert_false(run(&plan, "no answer", "no answer\n", TROUBLE_IS_ALERTED));
    publish_status = STATUS_UNAVAILABLE;
    assert_false(run(&plan, NULL, IS_OVER CANNOT_BE_SENT, END_IS_ALERTED));
    publish_status = STATUS_OK;
    assert_true(run(&plan, NULL, "", END_IS_ALERTED));
    assert_int_equal(kept.phase, OUTAGE_NONE);
}

static void test_trouble_of_an_older_program_ends_without_its_words(
    void **state)
{
    struct set_ip_plan plan = plan_for(TOPIC);

    (void)state;
    kept = (struct outage){.phase = OUTAGE_ON};
    assert_true(run(&plan, NULL, "the trouble is over\n",
                    TOPIC " | DNS is set again: home.example.org | On attic, "
                          "dyndb set-ip says: the address of "
                          "home.example.org, b.example.org was set again.\n"));
}

static void test_a_machine_without_a_name_is_this_one(void **state)
{
    struct set_ip_plan plan = plan_for(TOPIC);

    (void)state;
    machine[0] = '\0';
    kept = (struct outage){.phase = OUTAGE_ON};
    assert_true(run(&plan, NULL, "the trouble is over\n",
                    TOPIC " | DNS is set again: home.example.org | On this "
                          "machine, dyndb set-ip says: the address of "
                          "home.example.org, b.example.org was set again.\n"));
}

static void test_a_file_that_cannot_be_used_is_told_of(void **state)
{
    struct set_ip_plan plan = plan_for(NULL);

    (void)state;
    save_status = STATUS_UNAVAILABLE;
    assert_false(run(&plan, "no answer",
                     "no answer\n/state: cannot be written: No space left on "
                     "device\nuntil it can, trouble is told each time; name "
                     "another file with --state\n",
                     ""));
    save_status = STATUS_OK;
    load_status = STATUS_UNAVAILABLE;
    kept = (struct outage){.phase = OUTAGE_NONE};
    assert_true(run(&plan, NULL,
                    "/state: cannot be read: Permission denied\nuntil it can, "
                    "trouble is told each time; name another file with "
                    "--state\n",
                    ""));
    load_status = STATUS_INVALID;
    assert_true(run(&plan, NULL,
                    "/state: cannot be read: it is no regular file\nuntil it "
                    "can, trouble is told each time; name another file with "
                    "--state\n",
                    ""));
}

static void test_the_usual_file_is_that_of_the_first_name(void **state)
{
    struct set_ip_plan plan = plan_for(NULL);

    (void)state;
    plan.state = NULL;
    setenv("STATE_DIRECTORY", "/var/lib/elsewhere", 1);
    assert_true(run(&plan, NULL, "", ""));
    assert_non_null(strstr(path, "/var/lib/elsewhere/"));
    assert_non_null(strstr(path, "home.example.org"));
    unsetenv("STATE_DIRECTORY");
}

static void test_a_dry_run_tells_a_person_alone(void **state)
{
    struct set_ip_plan plan = plan_for(TOPIC);

    (void)state;
    plan.dry_run = true;
    assert_false(run(&plan, "no answer", "no answer\n", ""));
    assert_true(run(&plan, NULL, "", ""));
    assert_string_equal(path, "");
    assert_int_equal(saves, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
        TEST(test_a_run_without_trouble_tells_and_writes_nothing),
        TEST(test_subscribers_hear_once_of_trouble_and_of_its_end),
        TEST(test_without_a_topic_only_a_person_hears),
        TEST(test_who_would_hear_it_again_and_again_hears_it_once),
        TEST(test_an_alert_that_cannot_be_sent_is_sent_later),
        TEST(test_an_end_that_is_not_told_yet_is_left_to_do),
        TEST(test_trouble_of_an_older_program_ends_without_its_words),
        TEST(test_a_machine_without_a_name_is_this_one),
        TEST(test_a_file_that_cannot_be_used_is_told_of),
        TEST(test_the_usual_file_is_that_of_the_first_name),
        TEST(test_a_dry_run_tells_a_person_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
