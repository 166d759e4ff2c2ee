#include "cli/stop.h"

#include "base/clock.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

static bool watching, asked, hurried;

static sigset_t watched(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    return set;
}

void stop_watch(void)
{
    sigset_t set = watched();

    sigprocmask(SIG_BLOCK, &set, NULL);
    watching = true;
}

/* Takes the next signal that comes within `ms`; false: none did. */
static bool take_signal(int64_t ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    sigset_t set = watched();
    int number = sigtimedwait(&set, NULL, &time);

    if (number == SIGHUP)
        hurried = true;
    else if (number > 0)
        asked = true;
    return number > 0;
}

bool stop_is_asked(void)
{
    while (watching && take_signal(0))
        ;
    return asked;
}

static void sleep_ms(int64_t ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};

    while (nanosleep(&time, &time) != 0 && errno == EINTR)
        ;
}

static void wait_ms(int64_t ms, bool may_hurry)
{
    int64_t end = clock_now_ms() + ms;

    if (!watching) {
        sleep_ms(ms);
        return;
    }
    while (!stop_is_asked() && !(may_hurry && hurried)) {
        int64_t left = end - clock_now_ms();

        if (left <= 0)
            return;
        take_signal(left);
    }
}

void stop_pause_ms(int64_t ms)
{
    wait_ms(ms, false);
}

void stop_wait_ms(int64_t ms)
{
    wait_ms(ms, true);
    hurried = false;
}
