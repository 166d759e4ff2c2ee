#include "server/http/tls_watch.h"

enum { LOOK_SECONDS = 1 };

static void init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

enum status tls_watch_init(struct tls_watch *watch,
                           const char *const paths[TLS_FILES])
{
    *watch = (struct tls_watch){.started = false};
    ticket_keys_init(&watch->tickets);
    if (tls_keeper_init(&watch->keeper, paths, &watch->tickets, time(NULL)) !=
        STATUS_OK) {
        ticket_keys_clear(&watch->tickets);
        return STATUS_INVALID;
    }
    pthread_mutex_init(&watch->lock, NULL);
    init_condition(&watch->asked_for);
    return STATUS_OK;
}

void tls_watch_clear(struct tls_watch *watch)
{
    tls_keeper_clear(&watch->keeper);
    ticket_keys_clear(&watch->tickets);
    pthread_cond_destroy(&watch->asked_for);
    pthread_mutex_destroy(&watch->lock);
}

/* Until the next look. Returns whether there is to be one. */
static bool wait(struct tls_watch *watch, bool *asked)
{
    struct timespec until;
    int expired = 0;
    bool goes_on;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOOK_SECONDS;
    pthread_mutex_lock(&watch->lock);
    while (!watch->asked && !watch->stopping && expired == 0)
        expired =
            pthread_cond_timedwait(&watch->asked_for, &watch->lock, &until);
    *asked = watch->asked;
    watch->asked = false;
    goes_on = !watch->stopping;
    pthread_mutex_unlock(&watch->lock);
    return goes_on;
}

static void *run(void *arg)
{
    struct tls_watch *watch = arg;
    bool asked;

    while (wait(watch, &asked))
        if (tls_keeper_look(&watch->keeper, asked, time(NULL)))
            watch->use(watch->arg, &watch->keeper);
    return NULL;
}

enum status tls_watch_start(struct tls_watch *watch,
                            void (*use)(void *arg,
                                        const struct tls_keeper *keeper),
                            void *arg)
{
    watch->use = use;
    watch->arg = arg;
    if (pthread_create(&watch->thread, NULL, run, watch) != 0)
        return STATUS_UNAVAILABLE;
    watch->started = true;
    return STATUS_OK;
}

static void wake(struct tls_watch *watch, bool *what)
{
    pthread_mutex_lock(&watch->lock);
    *what = true;
    pthread_cond_signal(&watch->asked_for);
    pthread_mutex_unlock(&watch->lock);
}

void tls_watch_reload(struct tls_watch *watch)
{
    wake(watch, &watch->asked);
}

void tls_watch_stop(struct tls_watch *watch)
{
    if (!watch->started)
        return;
    wake(watch, &watch->stopping);
    pthread_join(watch->thread, NULL);
    watch->started = false;
}
