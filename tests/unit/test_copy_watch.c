#include "cli/copy_watch.h"

#include "journal/object_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { MINUTE = 60 * 1000, SINCE = 100 * MINUTE, STEPS_MAX = 6 };

/* One minute of a server, or (without a name) the time that has passed. */
struct step {
    const char *copy;
    int minute;
    int up_since;
    int lost;
    bool is_stopping;
};

static const struct {
    const char *label;
    struct step steps[STEPS_MAX];
    const char *news; /* "a started@100 ": minutes */
} cases[] = {
    {"one that was there before is no news",
     {{"a", 101, 50, 0, false}, {"a", 102, 50, 0, false}},
     ""},
    {"one that starts is told as of its start",
     {{"a", 102, 101, 0, false}, {"a", 103, 101, 0, false}},
     "a started@101 "},
    {"one that says that it stops",
     {{"a", 101, 50, 0, false}, {"a", 102, 50, 0, true}, {.minute = 200}},
     "a stopped@102 "},
    {"one that is heard of only once, stopping",
     {{"a", 102, 50, 0, true}, {.minute = 200}},
     "a stopped@102 "},
    {"one that was killed is told when it is silent, as of its last word",
     {{"a", 100, 50, 0, false},
      {"a", 101, 50, 0, false},
      {.minute = 105},
      {.minute = 106}},
     "a silent@101 "},
    {"that it is silent is told once",
     {{"a", 100, 50, 0, false},
      {"a", 101, 50, 0, false},
      {.minute = 106},
      {.minute = 107}},
     "a silent@101 "},
    {"one that was not silent for long is not",
     {{"a", 100, 50, 0, false},
      {"a", 101, 50, 0, false},
      {.minute = 105},
      {"a", 105, 50, 0, false}},
     ""},
    {"one that is back",
     {{"a", 100, 50, 0, false},
      {"a", 101, 50, 0, false},
      {.minute = 110},
      {"a", 111, 50, 0, false},
      {.minute = 112}},
     "a silent@101 a back@111 "},
    {"one that is back is waited for as before",
     {{"a", 100, 50, 0, false},
      {"a", 101, 50, 0, false},
      {.minute = 110},
      {"a", 111, 50, 0, false},
      {.minute = 115},
      {.minute = 116}},
     "a silent@101 a back@111 a silent@111 "},
    {"one that says something every ten minutes is waited for five times as "
     "long",
     {{"a", 110, 50, 0, false},
      {.minute = 119},
      {"a", 120, 50, 0, false},
      {.minute = 169}},
     ""},
    {"and then it is told",
     {{"a", 110, 50, 0, false}, {"a", 120, 50, 0, false}, {.minute = 170}},
     "a silent@120 "},
    {"one that says something once an hour is not silent in between",
     {{"a", 120, 60, 0, false},
      {.minute = 179},
      {"a", 180, 60, 0, false},
      {.minute = 239},
      {"a", 240, 60, 0, false},
      {.minute = 300}},
     ""},
    {"but an hour and ten minutes later, as one that was heard of only once",
     {{"a", 180, 60, 0, false},
      {"b", 180, 50, 0, false},
      {"a", 240, 60, 0, false},
      {.minute = 249},
      {.minute = 250},
      {.minute = 310}},
     "b silent@180 a silent@240 "},
    {"one that was killed in its second minute",
     {{"a", 102, 101, 0, false}, {.minute = 106}, {.minute = 107}},
     "a started@101 a silent@102 "},
    {"one whose clock was set back",
     {{"a", 110, 50, 0, false},
      {"a", 101, 50, 0, false},
      {.minute = 105},
      {.minute = 106}},
     "a silent@101 "},
    {"what found no room",
     {{"a", 101, 50, 7, false}, {"a", 102, 50, 0, false}},
     "a lost@101 "},
    {"several are told apart",
     {{"a", 101, 50, 0, false},
      {"b", 101, 101, 0, false},
      {"c", 102, 101, 0, false},
      {"a", 103, 50, 0, true},
      {"b", 107, 101, 0, false},
      {.minute = 108}},
     "b started@101 c started@101 a stopped@103 c silent@102 "},
};

static void note(void *arg, enum copy_news news, const struct event *event)
{
    assert_int_equal(event->kind, EVENT_COPY);
    assert_true(span_is(event->copy.machine, "web"));
    assert_true(span_is(event->copy.version, "1.0"));
    assert_int_equal(event->copy.copy.len, COPY_NAME_DIGITS);
    strbuf_printf(arg, "%c %s@%d ", event->copy.copy.ptr[0],
                  copy_news_name(news), (int)(event->at / MINUTE));
}

/* What the event points to is gone before the next step. */
static void see(struct copy_watch *watch, const struct step *step)
{
    char id[COPY_NAME_DIGITS], machine[] = "web", version[] = "1.0";
    struct event event = {
        .kind = EVENT_COPY,
        .at = (int64_t)step->minute * MINUTE,
        .copy = {.copy = span_from(id, sizeof id),
                 .machine = span_from_string(machine),
                 .version = span_from_string(version),
                 .up_since = (int64_t)step->up_since * MINUTE,
                 .lost = (uint64_t)step->lost,
                 .is_stopping = step->is_stopping},
    };

    memset(id, step->copy[0], sizeof id);
    assert_int_equal(copy_watch_see(watch, &event), STATUS_OK);
    memset(id, '?', sizeof id);
    memset(machine, '?', sizeof machine - 1);
}

static void test_news(void **state)
{
    struct strbuf out;

    (void)state;
    strbuf_init(&out, 4096);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct copy_watch *watch = copy_watch_new(SINCE, note, &out);

        assert_non_null(watch);
        strbuf_rewind(&out);
        for (int k = 0; k < STEPS_MAX && cases[i].steps[k].minute > 0; k++)
            if (cases[i].steps[k].copy == NULL)
                copy_watch_pass(watch,
                                (int64_t)cases[i].steps[k].minute * MINUTE);
            else
                see(watch, &cases[i].steps[k]);
        if (strcmp(strbuf_string(&out), cases[i].news) != 0)
            fail_msg("%s: %s", cases[i].label, strbuf_string(&out));
        copy_watch_free(watch);
    }
    strbuf_clear(&out);
}

static void test_many(void **state)
{
    struct strbuf out;
    struct copy_watch *watch;

    (void)state;
    strbuf_init(&out, 4096);
    watch = copy_watch_new(SINCE, note, &out);
    for (char id = 'a'; id <= 'z'; id++)
        see(watch, &(struct step){(char[]){id, '\0'}, 101, 50, 0, false});
    copy_watch_pass(watch, (int64_t)200 * MINUTE);
    for (char id = 'a'; id <= 'z'; id++) {
        char news[32];

        snprintf(news, sizeof news, "%c silent@101 ", id);
        assert_non_null(strstr(strbuf_string(&out), news));
    }
    copy_watch_free(watch);
    strbuf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_news),
        cmocka_unit_test(test_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
