#include "server/credentials_log.h"

#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static enum log_level level;
static const char *event, *text;

void __wrap_log_write(enum log_level level, const char *event,
                      const struct log_field *fields, size_t count);

void __wrap_log_write(enum log_level at, const char *what,
                      const struct log_field *fields, size_t count)
{
    assert_true(count > 0);
    level = at;
    event = what;
    text = fields[0].text.ptr;
}

static void test_found(void **state)
{
    (void)state;
    credentials_log_news(NULL, "instance role", NULL);
    assert_int_equal(level, LOG_LEVEL_INFO);
    assert_string_equal(event, "credentials_found");
    assert_string_equal(text, "instance role");
}

static void test_lost(void **state)
{
    (void)state;
    credentials_log_news(NULL, NULL, "no role");
    assert_int_equal(level, LOG_LEVEL_ERROR);
    assert_string_equal(event, "credentials_unavailable");
    assert_string_equal(text, "no role");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
