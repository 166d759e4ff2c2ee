#include "server/watch.h"

#include "base/log.h"

#include <string.h>

static const int64_t NEVER = INT64_MAX;

/* So often that one that comes late does no harm; only if there is somebody who
 * wants to hear something. */
static int64_t check_interval_ms(const struct watch *watch)
{
    if (watch->manager->watchdog_ms > 0)
        return watch->manager->watchdog_ms / 2;
    return service_manager_listens(watch->manager) ? WATCH_STATUS_MS : NEVER;
}

static int64_t after(int64_t now, int64_t ms)
{
    return ms == NEVER ? NEVER : now + ms;
}

void watch_init(struct watch *watch, const struct watch_parts *parts,
                struct service_manager *manager, int64_t now, bool is_patient)
{
    *watch = (struct watch){.parts = parts,
                            .manager = manager,
                            .patient_until = now + WATCH_PATIENCE_MS,
                            .check_at = NEVER};
    if (!is_patient) {
        parts->open(parts->arg);
        watch->is_open = true;
    }
}

static void tell_status(struct watch *watch)
{
    struct strbuf text;

    if (!service_manager_listens(watch->manager))
        return;
    strbuf_init(&text, SERVICE_STATUS_MAX_BYTES);
    watch->parts->describe(watch->parts->arg, &text);
    service_manager_status(watch->manager, strbuf_string(&text));
    strbuf_clear(&text);
}

static void begin(struct watch *watch, int64_t now)
{
    if (!watch->parts->has_tried_to_load(watch->parts->arg) &&
        now < watch->patient_until)
        return;
    if (!watch->is_open)
        watch->parts->open(watch->parts->arg);
    watch->is_open = watch->is_ready = true;
    watch->check_at = after(now, check_interval_ms(watch));
    tell_status(watch);
    service_manager_ready(watch->manager);
}

static void end_reload(struct watch *watch)
{
    if (watch->parts->reloads_answered(watch->parts->arg) != watch->reloads)
        return;
    watch->is_reloading = false;
    tell_status(watch);
    service_manager_ready(watch->manager);
}

/* One that hangs is told of once, and again if it hangs again or another one
 * does. */
static void feed_watchdog(struct watch *watch)
{
    const char *who = watch->parts->who_hangs(watch->parts->arg);

    if (who == NULL)
        service_manager_alive(watch->manager);
    else if (watch->hangs == NULL || strcmp(watch->hangs, who) != 0)
        log_event(LOG_LEVEL_ERROR, "thread_hangs", log_str("thread", who),
                  log_int("watchdog_ms", watch->manager->watchdog_ms),
                  log_str("advice",
                          "unless it goes on, systemd ends this server and "
                          "starts another: please report it, with the lines "
                          "before this one"));
    watch->hangs = who;
}

static void check(struct watch *watch, int64_t now)
{
    if (now < watch->check_at)
        return;
    watch->check_at = after(now, check_interval_ms(watch));
    if (watch->manager->watchdog_ms > 0)
        feed_watchdog(watch);
    tell_status(watch);
}

int64_t watch_turn(struct watch *watch, int64_t now)
{
    int64_t next;

    if (!watch->is_ready)
        begin(watch, now);
    if (watch->is_reloading)
        end_reload(watch);
    check(watch, now);
    next = watch->is_ready ? watch->check_at : watch->patient_until;
    return next == NEVER ? -1 : next - now;
}

/* Before the server is ready, there is nothing that it could say of reloads. */
void watch_reload(struct watch *watch)
{
    if (watch->is_ready) {
        watch->is_reloading = true;
        service_manager_reloading(watch->manager);
    }
    watch->reloads++;
    watch->parts->reload(watch->parts->arg);
}

void watch_stop(struct watch *watch)
{
    service_manager_stopping(watch->manager);
}
