/* What main does, played in virtual time; what the service manager is told is
 * written down instead. */
#include "server/watch.h"

#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* --- everybody around it ----------------------------------------------------------- */

static char story[1024];

static void tell(const char *news)
{
    size_t len = strlen(story);

    assert_in_range(snprintf(story + len, sizeof story - len, "%s%s",
                             len == 0 ? "" : " ", news),
                    1, sizeof story - len - 1);
}

/* What was told since this was last called. */
static void assert_story(const char *wanted)
{
    assert_string_equal(story, wanted);
    story[0] = '\0';
}

void __wrap_log_write(enum log_level level, const char *event,
                      const struct log_field *fields, size_t count);
void __wrap_service_manager_ready(struct service_manager *manager);
void __wrap_service_manager_reloading(struct service_manager *manager);
void __wrap_service_manager_stopping(struct service_manager *manager);
void __wrap_service_manager_alive(struct service_manager *manager);
void __wrap_service_manager_status(struct service_manager *manager,
                                   const char *status);

void __wrap_log_write(enum log_level level, const char *event,
                      const struct log_field *fields, size_t count)
{
    char line[LOG_LINE_MAX_BYTES];

    log_format(line, "", event, fields, count);
    assert_int_equal(level, LOG_LEVEL_ERROR);
    assert_non_null(strstr(line, "thread=loop watchdog_ms=30000 advice="));
    tell(event);
}

void __wrap_service_manager_ready(struct service_manager *manager)
{
    (void)manager;
    tell("ready");
}

void __wrap_service_manager_reloading(struct service_manager *manager)
{
    (void)manager;
    tell("reloading");
}

void __wrap_service_manager_stopping(struct service_manager *manager)
{
    (void)manager;
    tell("stopping");
}

void __wrap_service_manager_alive(struct service_manager *manager)
{
    (void)manager;
    tell("alive");
}

void __wrap_service_manager_status(struct service_manager *manager,
                                   const char *status)
{
    (void)manager;
    tell(status);
}

static struct {
    bool has_tried;
    unsigned answered;
    const char *hangs, *description;
} world;

static void open_to_callers(void *arg)
{
    assert_ptr_equal(arg, &world);
    tell("open");
}

static bool has_tried_to_load(void *arg)
{
    (void)arg;
    return world.has_tried;
}

static void reload(void *arg)
{
    (void)arg;
    tell("reload");
}

static unsigned reloads_answered(void *arg)
{
    (void)arg;
    return world.answered;
}

static const char *who_hangs(void *arg)
{
    (void)arg;
    return world.hangs;
}

static void describe(void *arg, struct strbuf *out)
{
    (void)arg;
    strbuf_append_string(out, world.description);
}

static const struct watch_parts parts = {
    &world,           open_to_callers, has_tried_to_load, reload,
    reloads_answered, who_hangs,       describe};
static struct service_manager manager;
static struct watch watch;
static int64_t now;

static int set_up(void **state)
{
    (void)state;
    story[0] = '\0';
    world.has_tried = false;
    world.answered = 0;
    world.hangs = NULL;
    world.description = "well";
    manager = (struct service_manager){.fd = 0, .watchdog_ms = 30000};
    now = 1000;
    return 0;
}

static int64_t turn_after(int64_t ms)
{
    now += ms;
    return watch_turn(&watch, now);
}

static void start_well(void)
{
    world.has_tried = true;
    watch_init(&watch, &parts, &manager, now, false);
    turn_after(0);
    story[0] = '\0';
}

/* --- the start ------------------------------------------------------------------ */

static void test_callers_are_let_in_at_once_on_sockets_of_ones_own(void **state)
{
    (void)state;
    watch_init(&watch, &parts, &manager, now, false);
    assert_story("open");
    assert_int_equal(turn_after(0), WATCH_PATIENCE_MS);
    assert_story("");
    world.has_tried = true;
    turn_after(7);
    assert_story("well ready");
    turn_after(7);
    assert_story("");
}

static void test_callers_who_queue_already_wait_for_the_table(void **state)
{
    (void)state;
    watch_init(&watch, &parts, &manager, now, true);
    turn_after(0);
    assert_story("");
    world.has_tried = true;
    turn_after(7);
    assert_story("open well ready");
}

static void test_patience_with_the_table_has_an_end(void **state)
{
    (void)state;
    watch_init(&watch, &parts, &manager, now, true);
    assert_int_equal(turn_after(WATCH_PATIENCE_MS - 1), 1);
    assert_story("");
    turn_after(1);
    assert_story("open well ready");
}

/* --- reloads -------------------------------------------------------------------- */

static void test_a_reload_ends_when_it_is_answered(void **state)
{
    (void)state;
    start_well();
    watch_reload(&watch);
    assert_story("reloading reload");
    turn_after(1);
    assert_story("");
    world.answered = 1;
    turn_after(1);
    assert_story("well ready");
    turn_after(1);
    assert_story("");
}

static void test_of_several_reloads_the_last_counts(void **state)
{
    (void)state;
    start_well();
    watch_reload(&watch);
    watch_reload(&watch);
    assert_story("reloading reload reloading reload");
    world.answered = 1;
    turn_after(1);
    assert_story("");
    world.answered = 2;
    turn_after(1);
    assert_story("well ready");
}

static void test_a_reload_before_the_server_is_ready_is_no_news(void **state)
{
    (void)state;
    watch_init(&watch, &parts, &manager, now, false);
    watch_reload(&watch);
    assert_story("open reload");
    world.has_tried = true;
    turn_after(1);
    assert_story("well ready");
    world.answered = 1;
    turn_after(1);
    assert_story("");
    watch_reload(&watch);
    world.answered = 2;
    turn_after(1);
    assert_story("reloading reload well ready");
}

/* --- the watchdog --------------------------------------------------------------- */

static void test_it_is_fed_twice_in_its_time(void **state)
{
    (void)state;
    start_well();
    assert_int_equal(turn_after(0), 15000);
    assert_int_equal(turn_after(14999), 1);
    assert_story("");
    assert_int_equal(turn_after(1), 15000);
    assert_story("alive well");
    turn_after(15000);
    assert_story("alive well");
}

static void test_it_bites_when_somebody_hangs(void **state)
{
    (void)state;
    start_well();
    world.hangs = "loop";
    turn_after(15000);
    assert_story("thread_hangs well");
    turn_after(15000);
    assert_story("well"); /* told once */
    world.hangs = NULL;
    turn_after(15000);
    assert_story("alive well");
    world.hangs = "loop";
    turn_after(15000);
    assert_story("thread_hangs well");
}

static void test_a_manager_without_watchdog_hears_the_status(void **state)
{
    (void)state;
    manager.watchdog_ms = 0;
    start_well();
    world.hangs = "loop"; /* nobody asks */
    assert_int_equal(turn_after(0), WATCH_STATUS_MS);
    turn_after(WATCH_STATUS_MS);
    assert_story("well");
}

static void test_without_a_manager_main_sleeps(void **state)
{
    (void)state;
    manager = (struct service_manager){.fd = -1};
    start_well();
    assert_int_equal(turn_after(0), -1);
    assert_int_equal(turn_after(INT32_MAX), -1);
    assert_story("");
}

static void test_the_end_is_told(void **state)
{
    (void)state;
    start_well();
    watch_stop(&watch);
    assert_story("stopping");
}

#define TEST(function) cmocka_unit_test_setup(function, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_callers_are_let_in_at_once_on_sockets_of_ones_own),
        TEST(test_callers_who_queue_already_wait_for_the_table),
        TEST(test_patience_with_the_table_has_an_end),
        TEST(test_a_reload_ends_when_it_is_answered),
        TEST(test_of_several_reloads_the_last_counts),
        TEST(test_a_reload_before_the_server_is_ready_is_no_news),
        TEST(test_it_is_fed_twice_in_its_time),
        TEST(test_it_bites_when_somebody_hangs),
        TEST(test_a_manager_without_watchdog_hears_the_status),
        TEST(test_without_a_manager_main_sleeps),
        TEST(test_the_end_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
