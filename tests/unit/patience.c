#include "tests/unit/patience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <time.h>

static int64_t us_of(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t patience_cpu_us(void)
{
    return us_of(CLOCK_THREAD_CPUTIME_ID);
}

int64_t patience_now_ms(void)
{
    return us_of(CLOCK_MONOTONIC) / 1000;
}

struct patience patience_for(const char *looked_for)
{
    return (struct patience){patience_now_ms() + PATIENCE_MS, looked_for};
}

bool patience_lasts(const struct patience *patience)
{
    if (patience_now_ms() > patience->give_up_at)
        fail_msg("too slow to tell: looked for %s, for %d ms",
                 patience->looked_for, PATIENCE_MS);
    return true;
}
