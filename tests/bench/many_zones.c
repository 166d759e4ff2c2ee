/* many_zones -- what a change costs the updater's thread when each host has a
 * hosted zone of its own.
 *
 *     many_zones TURNS HOSTS...
 *
 * Drives the coalescer alone, in virtual time, as the updater does: after each
 * submission and each reply it expires what is due, takes every batch that may
 * leave, and asks how long to wait. The hosts ask within `ASKING_MS`, and each
 * call takes `CALL_MS`, in two ways:
 *
 *     filling  5 calls a second: nearly all zones wait in the queue, for their
 *              turn or until nobody wants them any more
 *     leaving  no limit: every change leaves at once, and all zones are in flight
 *              together
 *
 * A run lasts until nothing is left. In each turn all numbers of hosts are run
 * in both ways, the small ones so often that each comes to as many changes as
 * the largest. What is told as JSON, for each turn and way, is the thread's time
 * on a core, in nanoseconds a change, in the order of the numbers.
 */
#include "server/dns/coalescer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    ASKING_MS = 100,
    CALL_MS = 100,
    DEADLINE_MS = 20000,
    NUMBERS_MAX = 8,
    HOSTS_MAX = 100000,
};

struct host {
    struct waiter waiter;
    struct bench *bench;
    char name[48], zone_id[ROUTE53_ID_MAX + 1];
};

/* A batch at Route 53. All calls take equally long, so replies come in the
 * order of the calls. */
struct call {
    struct batch *batch;
    int64_t reply_at;
};

struct bench {
    struct coalescer *coalescer;
    struct host *hosts;
    struct call *calls;
    size_t count, asked, sent, replied, accepted, answered;
    int64_t now;
};

static void die(const char *why)
{
    fprintf(stderr, "many_zones: %s\n", why);
    exit(EXIT_FAILURE);
}

static double core_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* --- what the coalescer asks and tells ------------------------------------ */

/* It asks about the name that is being submitted. */
static enum zone_answer find_zone(void *arg, struct span name,
                                  struct span *zone_id)
{
    struct bench *bench = arg;

    (void)name;
    *zone_id = span_from_string(bench->hosts[bench->asked].zone_id);
    return ZONE_FOUND;
}

static void on_invalidate(void *arg, struct span name, enum rrset_type type)
{
    (void)arg, (void)name, (void)type;
}

static void on_accepted(void *arg, const struct accepted_change *written)
{
    struct bench *bench = arg;

    (void)written;
    bench->accepted++;
}

static void on_zone_gone(void *arg, struct span zone_id)
{
    (void)arg, (void)zone_id;
    die("a zone is gone");
}

static void on_refused(void *arg, const struct refused_change *change)
{
    (void)arg, (void)change;
    die("a change is refused");
}

static void on_answer(struct waiter *waiter, enum outcome outcome,
                      const struct address *written)
{
    (void)outcome, (void)written;
    list_entry(waiter, struct host, waiter)->bench->answered++;
}

static struct coalescer *make_coalescer(struct bench *bench,
                                        double calls_per_second)
{
    struct coalescer_limits limits = {
        .calls_per_second = calls_per_second,
        .max_waiters = bench->count,
        .max_changes = bench->count,
        .max_zones = bench->count,
        .max_bytes = SIZE_MAX,
    };
    struct coalescer_hooks hooks = {
        .arg = bench,
        .find_zone = find_zone,
        .invalidate = on_invalidate,
        .accepted = on_accepted,
        .zone_gone = on_zone_gone,
        .refused = on_refused,
    };

    return coalescer_new(&limits, &hooks, 1);
}

/* --- the coalescer's owner ------------------------------------------------ */

static void submit(struct bench *bench)
{
    static const struct address address = {.family = ADDRESS_IPV4,
                                           .bytes = {192, 0, 2, 1}};
    struct host *host = &bench->hosts[bench->asked];
    struct desired_rrset desired = {
        .name = span_from_string(host->name),
        .address = &address,
        .client = &address,
        .ttl = 60,
    };

    host->waiter.deadline_at = bench->now + DEADLINE_MS;
    if (coalescer_submit(bench->coalescer, bench->now, &desired,
                         &host->waiter) != STATUS_OK)
        die("a change is not taken on");
    bench->asked++;
}

static void receive_reply(struct bench *bench)
{
    struct aws_reply reply = {.status = STATUS_OK};

    coalescer_done(bench->coalescer, bench->now,
                   bench->calls[bench->replied].batch, &reply);
    bench->replied++;
}

static void send_batches(struct bench *bench)
{
    struct batch *batch;

    coalescer_expire(bench->coalescer, bench->now);
    while ((batch = coalescer_next(bench->coalescer, bench->now)) != NULL)
        bench->calls[bench->sent++] =
            (struct call){batch, bench->now + CALL_MS};
}

static int64_t next_ask_at(const struct bench *bench)
{
    return bench->asked == bench->count
               ? INT64_MAX
               : (int64_t)(bench->asked * ASKING_MS / bench->count);
}

static int64_t next_reply_at(const struct bench *bench)
{
    return bench->replied == bench->sent
               ? INT64_MAX
               : bench->calls[bench->replied].reply_at;
}

/* One event and what follows from it. False: there is none any more. */
static bool turn(struct bench *bench)
{
    int64_t wait = coalescer_wait_ms(bench->coalescer, bench->now);
    int64_t ask_at = next_ask_at(bench), reply_at = next_reply_at(bench);
    int64_t at = ask_at < reply_at ? ask_at : reply_at;

    if (wait >= 0 && bench->now + wait < at)
        at = bench->now + wait;
    if (at == INT64_MAX)
        return false;
    bench->now = at;
    if (reply_at == at)
        receive_reply(bench);
    else if (ask_at == at)
        submit(bench);
    send_batches(bench);
    return true;
}

/* The time on a core that `count` changes take, in nanoseconds. */
static double run(struct host *hosts, struct call *calls, size_t count,
                  double calls_per_second)
{
    struct bench bench = {.hosts = hosts, .calls = calls, .count = count};
    double began, ns;

    bench.coalescer = make_coalescer(&bench, calls_per_second);
    if (bench.coalescer == NULL)
        die("memory is short");
    for (size_t i = 0; i < count; i++)
        hosts[i].bench = &bench;
    began = core_ns();
    while (turn(&bench))
        ;
    ns = core_ns() - began;
    if (bench.asked != count || bench.answered != count ||
        coalescer_stats(bench.coalescer).zones != 0)
        die("a change has no end");
    if (isinf(calls_per_second) && bench.accepted != count)
        die("not every change left");
    coalescer_free(bench.coalescer);
    return ns;
}

/* --- turns ---------------------------------------------------------------- */

static void init_hosts(struct host *hosts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        hosts[i].waiter.done = on_answer;
        snprintf(hosts[i].name, sizeof hosts[i].name, "h.z%zu.example.org", i);
        snprintf(hosts[i].zone_id, sizeof hosts[i].zone_id, "ZEXAMPLE%07zu", i);
    }
}

static void print_way(struct host *hosts, struct call *calls,
                      const size_t *numbers, size_t count,
                      double calls_per_second)
{
    for (size_t i = 0; i < count; i++) {
        size_t runs = numbers[count - 1] / numbers[i];
        double ns = 0;

        for (size_t k = 0; k < runs; k++)
            ns += run(hosts, calls, numbers[i], calls_per_second);
        printf("%s%.1f", i == 0 ? "[" : ", ", ns / (double)(runs * numbers[i]));
    }
    putchar(']');
}

static void take_turns(unsigned turns, const size_t *numbers, size_t count)
{
    size_t most = numbers[count - 1];
    struct host *hosts = calloc(most, sizeof *hosts);
    struct call *calls = calloc(most, sizeof *calls);

    if (hosts == NULL || calls == NULL)
        die("memory is short");
    init_hosts(hosts, most);
    for (unsigned i = 0; i < turns; i++) {
        printf("%s{\"filling\": ", i == 0 ? "[" : ", ");
        print_way(hosts, calls, numbers, count, 5);
        printf(", \"leaving\": ");
        print_way(hosts, calls, numbers, count, INFINITY);
        putchar('}');
    }
    puts("]");
    free(hosts);
    free(calls);
}

int main(int argc, char **argv)
{
    size_t numbers[NUMBERS_MAX], count = 0, before = 0;
    unsigned turns = argc > 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    bool well = turns > 0 && argc - 2 <= NUMBERS_MAX;

    for (int i = 2; well && i < argc; i++) {
        numbers[count] = strtoul(argv[i], NULL, 10);
        well = numbers[count] > before && numbers[count] <= HOSTS_MAX;
        before = numbers[count++];
    }
    if (!well) {
        fprintf(stderr,
                "Usage: many_zones TURNS HOSTS... (growing numbers, at most "
                "%d)\n",
                HOSTS_MAX);
        return EXIT_FAILURE;
    }
    take_turns(turns, numbers, count);
    return EXIT_SUCCESS;
}
